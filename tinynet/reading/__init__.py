"""Reading a network: instruments that show what goes on inside it.

inside            the raw material: matrices and activations, by layer
units             hidden units taken out, put elsewhere, turned round
dependence        units that are linear in others, the network without them, and one shrunk step by step
alignment         hidden units of two networks matched in order and sign; the distance of their weights after that
solutions         which of many starts reach a teacher, and how many different solutions there are
distance          how far apart two classifiers perform, without the whole test set
zoo               what estimates of that distance are worth, over many networks
gradient_flow     how long the gradient is on its way back, through depth and through time
svd               a layer as rotate, stretch, rotate; how many directions it uses; its columns as images
saturation        where squashing units have stopped to answer; histograms of z
updates           how far and which way one step of training moves z
scores            where class scores, margins, loss and weights go over many epochs
calibration       are scores probabilities: reliability diagram, expected calibration error
hardening         the borders of a two-dimensional network over epochs, as an animation
normalization     batch norm as a scale of columns, beside other products
percentiles       what the last hidden layer receives while the others learn
regions           how hidden units cut the input space, and how sharp the borders are
splits            hidden units as the questions of a decision tree
geometry          columns as lengths and angles; those of binary and of hashed columns
boolean           which functions of bits XNOR, and XNOR with thresholds, can represent: all counted
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
from tinynet.reading.svd import (
    Turns, effective_rank, plot_columns, plot_spectra, plot_three_steps, spectra, stable_rank, three_steps, turns,
)  # fmt: skip
from tinynet.reading.saturation import plot_saturation, plot_squashed, saturation, squashed
from tinynet.reading.updates import Steps, Watch, chance, plot_steps
from tinynet.reading.scores import Scores, plot_scores, score_record
from tinynet.reading.calibration import (
    Calibration, by_chance, calibration, plot_calibration, plot_reliability, reliability,
)  # fmt: skip
from tinynet.reading.hardening import Borders, animate_borders, borders, plot_borders, soft_share
from tinynet.reading.normalization import ScaleFit, compare_scales, fold, plot_scales, scale_ways
from tinynet.reading.percentiles import input_percentiles, median_drift, plot_percentiles

__all__ = [
    "Borders", "Calibration", "GradientFlow", "ScaleFit", "Scores", "Steps", "Turns", "Watch", "activations",
    "animate_borders", "borders", "by_chance", "calibration", "chance", "compare_scales", "effective_rank", "fold",
    "gradient_flow", "input_percentiles", "median_drift", "plot_borders", "plot_calibration", "plot_columns",
    "plot_gradient_flow", "plot_percentiles", "plot_reliability", "plot_saturation", "plot_scales", "plot_scores",
    "plot_spectra", "plot_squashed", "plot_steps", "plot_three_steps", "reliability", "saturation", "scale_ways",
    "score_record", "soft_share", "spectra", "squashed", "stable_rank", "three_steps", "turns", "weights",
from tinynet.reading.regions import (
    Borders, Cells, Regions, borders, cells, count_cells, decisions, hidden, planes, plot_regions, region_codes,
    sampled_regions,
)  # fmt: skip
from tinynet.reading.splits import Node, SplitTree, agreement, grow, grow_tree, plot_tree, sign_limit
from tinynet.reading.geometry import (
    Geometry, Spectrum, binary_spectrum, column_geometry, hold_lengths, imposed_cosines, plot_geometry, plot_spectrum,
    random_spectrum,
)  # fmt: skip
from tinynet.reading.boolean import (
    is_self_dual, plot_boolean, reached, threshold_functions, two_layers, xnor_closure,
)  # fmt: skip

__all__ = [
    "Borders", "Cells", "Geometry", "GradientFlow", "Node", "Regions", "Spectrum", "SplitTree", "activations",
    "agreement", "binary_spectrum", "borders", "cells", "column_geometry", "count_cells", "decisions", "gradient_flow",
    "grow", "grow_tree", "hidden", "hold_lengths", "imposed_cosines", "is_self_dual", "planes", "plot_boolean",
    "plot_geometry", "plot_gradient_flow", "plot_regions", "plot_spectrum", "plot_tree", "random_spectrum", "reached",
    "region_codes", "sampled_regions", "sign_limit", "threshold_functions", "two_layers", "weights", "xnor_closure",
    "Dependence", "Estimate", "GradientFlow", "Match", "Member", "Removal", "Student", "Zoo",
    "activations", "align", "cka", "clopper_pearson", "correlations", "dependent_units", "disagreement", "distinct",
    "gradient_flow", "hidden_layers", "hoeffding", "judged", "labelled_gap", "linear_cka", "match_units", "members",
    "noise", "numerical_rank", "open_zoo", "plot_alignment", "plot_dependence", "plot_estimates", "plot_gradient_flow",
    "plot_shrink", "plot_students", "predicted", "rank_correlations", "remove_dependent", "shrink", "spectrum",
    "students", "teacher_net", "unit_activations", "weight_distance", "weights", "without",
]  # fmt: skip
