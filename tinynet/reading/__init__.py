"""Reading: instruments that show what goes on inside a network.

Each instrument is one file with three parts: the mathematics, the functions, and a picture. Five rooms sort them by
what they look at; three readers before them fetch what all rooms need.

    inside        a network's matrices, and what each layer makes of some inputs
    centring      columns without their mean, and at length 1
    units         hidden units: what they say, and how to remove, reorder or negate them
    layers/       one layer: its singular values, columns and shared numbers, its saturated and dependent units
    training/     a network while it learns: gradients, steps, scores, inputs of a layer, the effect of a constraint
    decisions/    what the network says where: regions, trees, Boolean functions, probabilities, hardening borders
    networks/     two networks or many: are they the same, and how far apart do they perform?
    automata/     a recurrent network read as a finite automaton

Every instrument is at hand under its file's name, as in `tn.reading.svd.effective_rank`. `weights`, `activations`,
`EachEpoch` and `gradient_flow` are needed so often that they also stand here.
"""

from tinynet.reading import units
from tinynet.reading.inside import EachEpoch, activations, weights
from tinynet.reading.layers import dependence, geometry, saturation, sharing, svd
from tinynet.reading.training import comparison, normalization, percentiles, scores, updates
from tinynet.reading.training.gradient_flow import GradientFlow, gradient_flow, plot_gradient_flow
from tinynet.reading.decisions import boolean, calibration, hardening, regions, splits
from tinynet.reading.networks import alignment, distance, solutions, zoo
from tinynet.reading.automata import automaton, automaton_drawing

__all__ = [
    "EachEpoch", "GradientFlow", "activations", "alignment", "automaton", "automaton_drawing", "boolean", "calibration",
    "comparison", "dependence", "distance", "geometry", "gradient_flow", "hardening", "normalization", "percentiles",
    "plot_gradient_flow", "regions", "saturation", "scores", "sharing", "solutions", "splits", "svd", "units",
    "updates", "weights", "zoo",
]  # fmt: skip
