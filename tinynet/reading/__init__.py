"""Reading a network: instruments that show what goes on inside it.

inside            the raw material: matrices and activations, by layer
units             hidden units taken out, put elsewhere, turned round
dependence        units that are linear in others, the network without them, and one shrunk step by step
alignment         hidden units of two networks matched in order and sign; the distance of their weights after that
solutions         which of many starts reach a teacher, and how many different solutions there are
gradient_flow     how long the gradient is on its way back, through depth and through time
"""

from tinynet.reading.inside import activations, weights
from tinynet.reading.units import hidden_layers, unit_activations
from tinynet.reading.dependence import (
    Dependence, Removal, correlations, dependent_units, numerical_rank, plot_dependence, plot_shrink, remove_dependent,
    shrink, spectrum, without,
)  # fmt: skip
from tinynet.reading.alignment import Match, align, match_units, plot_alignment, weight_distance
from tinynet.reading.solutions import Student, distinct, judged, plot_students, students, teacher_net
from tinynet.reading.gradient_flow import GradientFlow, gradient_flow, plot_gradient_flow

__all__ = [
    "Dependence", "GradientFlow", "Match", "Removal", "Student",
    "activations", "align", "correlations", "dependent_units", "distinct", "gradient_flow", "hidden_layers", "judged",
    "match_units", "numerical_rank", "plot_alignment", "plot_dependence", "plot_gradient_flow", "plot_shrink",
    "plot_students", "remove_dependent", "shrink", "spectrum", "students", "teacher_net", "unit_activations",
    "weight_distance", "weights", "without",
]  # fmt: skip
