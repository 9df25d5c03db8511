"""Reading a network: instruments that show what goes on inside it.

inside            the raw material: matrices and activations, by layer
gradient_flow     how long the gradient is on its way back, through depth and through time
regions           how hidden units cut the input space, and how sharp the borders are
splits            hidden units as the questions of a decision tree
geometry          columns as lengths and angles; those of binary and of hashed columns
boolean           which functions of bits XNOR, and XNOR with thresholds, can represent: all counted
"""

from tinynet.reading.inside import activations, weights
from tinynet.reading.gradient_flow import GradientFlow, gradient_flow, plot_gradient_flow
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
]  # fmt: skip
