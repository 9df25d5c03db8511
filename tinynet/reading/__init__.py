"""Reading a network: instruments that show what goes on inside it.

inside            the raw material: matrices and activations, by layer
gradient_flow     how long the gradient is on its way back, through depth and through time
regions           how hidden units cut the input space, and how sharp the borders are
splits            hidden units as the questions of a decision tree
"""

from tinynet.reading.inside import activations, weights
from tinynet.reading.gradient_flow import GradientFlow, gradient_flow, plot_gradient_flow
from tinynet.reading.regions import (
    Borders, Cells, Regions, borders, cells, count_cells, decisions, hidden, planes, plot_regions, region_codes,
    sampled_regions,
)  # fmt: skip
from tinynet.reading.splits import Node, SplitTree, agreement, grow, grow_tree, plot_tree, sign_limit

__all__ = [
    "Borders", "Cells", "GradientFlow", "Node", "Regions", "SplitTree", "activations", "agreement", "borders", "cells",
    "count_cells", "decisions", "gradient_flow", "grow", "grow_tree", "hidden", "planes", "plot_gradient_flow",
    "plot_regions", "plot_tree", "region_codes", "sampled_regions", "sign_limit", "weights",
]  # fmt: skip
