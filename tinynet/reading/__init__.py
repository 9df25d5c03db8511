"""Reading a network: instruments that show what goes on inside it.

inside            the raw material: matrices and activations, by layer
gradient_flow     how long the gradient is on its way back, through depth and through time
svd               a layer as rotate, stretch, rotate; how many directions it uses; its columns as images
saturation        where squashing units have stopped to answer; histograms of z
updates           how far and which way one step of training moves z
"""

from tinynet.reading.inside import activations, weights
from tinynet.reading.gradient_flow import GradientFlow, gradient_flow, plot_gradient_flow
from tinynet.reading.svd import (
    Turns, effective_rank, plot_columns, plot_spectra, plot_three_steps, spectra, stable_rank, three_steps, turns,
)  # fmt: skip
from tinynet.reading.saturation import plot_saturation, plot_squashed, saturation, squashed
from tinynet.reading.updates import Steps, Watch, chance, plot_steps

__all__ = [
    "GradientFlow", "Steps", "Turns", "Watch", "activations", "chance", "effective_rank", "gradient_flow",
    "plot_columns", "plot_gradient_flow", "plot_saturation", "plot_spectra", "plot_squashed", "plot_steps",
    "plot_three_steps", "saturation", "spectra", "squashed", "stable_rank", "three_steps", "turns", "weights",
]  # fmt: skip
