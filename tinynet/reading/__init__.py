"""Reading a network: instruments that show what goes on inside it.

inside            the raw material: matrices and activations, by layer
units             hidden units taken out, put elsewhere, turned round
dependence        units that are linear in others, the network without them, and one shrunk step by step
gradient_flow     how long the gradient is on its way back, through depth and through time
"""

from tinynet.reading.inside import activations, weights
from tinynet.reading.units import hidden_layers, unit_activations
from tinynet.reading.dependence import (
    Dependence, Removal, correlations, dependent_units, numerical_rank, plot_dependence, plot_shrink, remove_dependent,
    shrink, spectrum, without,
)  # fmt: skip
from tinynet.reading.gradient_flow import GradientFlow, gradient_flow, plot_gradient_flow

__all__ = [
    "Dependence", "GradientFlow", "Removal",
    "activations", "correlations", "dependent_units", "gradient_flow", "hidden_layers", "numerical_rank",
    "plot_dependence", "plot_gradient_flow", "plot_shrink", "remove_dependent", "shrink", "spectrum",
    "unit_activations", "weights", "without",
]  # fmt: skip
