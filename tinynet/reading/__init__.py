"""Reading a network: instruments that show what goes on inside it.

inside            the raw material: matrices and activations, by layer
units             hidden units taken out, put elsewhere, turned round
dependence        units that are linear in others, the network without them, and one shrunk step by step
alignment         hidden units of two networks matched in order and sign; the distance of their weights after that
solutions         which of many starts reach a teacher, and how many different solutions there are
distance          how far apart two classifiers perform, without the whole test set
zoo               what estimates of that distance are worth, over many networks
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
from tinynet.reading.distance import (
    Estimate, cka, clopper_pearson, disagreement, hoeffding, labelled_gap, linear_cka, noise, plot_estimates, predicted,
)  # fmt: skip
from tinynet.reading.zoo import Member, Zoo, members, open_zoo, rank_correlations
from tinynet.reading.gradient_flow import GradientFlow, gradient_flow, plot_gradient_flow

__all__ = [
    "Dependence", "Estimate", "GradientFlow", "Match", "Member", "Removal", "Student", "Zoo",
    "activations", "align", "cka", "clopper_pearson", "correlations", "dependent_units", "disagreement", "distinct",
    "gradient_flow", "hidden_layers", "hoeffding", "judged", "labelled_gap", "linear_cka", "match_units", "members",
    "noise", "numerical_rank", "open_zoo", "plot_alignment", "plot_dependence", "plot_estimates", "plot_gradient_flow",
    "plot_shrink", "plot_students", "predicted", "rank_correlations", "remove_dependent", "shrink", "spectrum",
    "students", "teacher_net", "unit_activations", "weight_distance", "weights", "without",
]  # fmt: skip
