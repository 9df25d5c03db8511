"""Reading a network: instruments that show what goes on inside it.

inside            the raw material: matrices and activations, by layer
gradient_flow     how long the gradient is on its way back, through depth and through time
regions           how hidden units cut the input space, and how sharp the borders are
"""

from tinynet.reading.inside import activations, weights
from tinynet.reading.gradient_flow import GradientFlow, gradient_flow, plot_gradient_flow
from tinynet.reading.regions import (
    Borders, Cells, Regions, borders, cells, count_cells, decisions, hidden, planes, plot_regions, region_codes,
    sampled_regions,
)  # fmt: skip

__all__ = [
    "Borders", "Cells", "GradientFlow", "Regions", "activations", "borders", "cells", "count_cells", "decisions",
    "gradient_flow", "hidden", "planes", "plot_gradient_flow", "plot_regions", "region_codes", "sampled_regions",
    "weights",
]  # fmt: skip
