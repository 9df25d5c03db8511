"""Reading a network: instruments that show what goes on inside it, one file each: mathematics, functions, picture.

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
comparison        networks in training side by side: gradients, spectra, saturation, distance from the start
regions           how hidden units cut the input space, and how sharp the borders are
splits            hidden units as the questions of a decision tree
geometry          columns as lengths and angles; those of binary and of hashed columns
boolean           which functions of bits XNOR, and XNOR with thresholds, can represent: all counted
units             hidden units taken out, put elsewhere, turned round
dependence        units that are linear in others, the network without them, and one shrunk step by step
alignment         hidden units of two networks matched in order and sign; the distance of their weights after that
solutions         which of many starts reach a teacher, and how many different solutions there are
distance          how far apart two classifiers perform, without the whole test set
zoo               what estimates of that distance are worth, over many networks
automaton         the states of a network over strings, their smallest form, and whether it is the right one
automaton_drawing automata drawn

An instrument's functions are reached through its file, as in `tn.reading.svd.effective_rank`; the first two are at hand
here.
"""

from tinynet.reading import (
    alignment, automaton, automaton_drawing, boolean, calibration, comparison, dependence, distance, geometry,
    hardening, normalization, percentiles, regions, saturation, scores, solutions, splits, svd, units, updates, zoo,
)  # fmt: skip
from tinynet.reading.inside import activations, weights
from tinynet.reading.gradient_flow import GradientFlow, gradient_flow, plot_gradient_flow

__all__ = [
    "GradientFlow", "activations", "alignment", "automaton", "automaton_drawing", "boolean", "calibration",
    "comparison", "dependence", "distance", "geometry", "gradient_flow", "hardening", "normalization", "percentiles",
    "plot_gradient_flow", "regions", "saturation", "scores", "solutions", "splits", "svd", "units", "updates",
    "weights", "zoo",
]  # fmt: skip
