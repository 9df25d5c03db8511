"""Reading a network: instruments that show what goes on inside it.

inside            the raw material: matrices and activations, by layer
gradient_flow     how long the gradient is on its way back, through depth and through time
svd               a layer as rotate, stretch, rotate; how many directions it uses; its columns as images
saturation        where squashing units have stopped to answer; histograms of z
updates           how far and which way one step of training moves z
scores            where class scores, margins, loss and weights go over many epochs
calibration       are scores probabilities: reliability diagram, expected calibration error
hardening         the borders of a two-dimensional network over epochs, as an animation
normalization     batch norm as a scale of columns, beside other products
percentiles       what the last hidden layer receives while the others learn
"""

from tinynet.reading.inside import activations, weights
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
]  # fmt: skip
