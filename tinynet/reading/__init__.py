"""Reading a network: instruments that show what goes on inside it.

inside            the raw material: matrices and activations, by layer
gradient_flow     how long the gradient is on its way back, through depth and through time
svd               a layer as rotate, stretch, rotate; how many directions it uses; its columns as images
"""

from tinynet.reading.inside import activations, weights
from tinynet.reading.gradient_flow import GradientFlow, gradient_flow, plot_gradient_flow
from tinynet.reading.svd import (
    Turns, effective_rank, plot_columns, plot_spectra, plot_three_steps, spectra, stable_rank, three_steps, turns,
)  # fmt: skip

__all__ = [
    "GradientFlow", "Turns", "activations", "effective_rank", "gradient_flow", "plot_columns", "plot_gradient_flow",
    "plot_spectra", "plot_three_steps", "spectra", "stable_rank", "three_steps", "turns", "weights",
]  # fmt: skip
