"""Two networks, or many.

In reading order:

    alignment    hidden units of two networks matched in order and sign; how far apart the weights are then
    solutions    which of many starts find a known solution, and how many different ones they end in
    distance     how far apart two classifiers perform, estimated without the whole test set
    zoo          what such estimates are worth, measured over all pairs of many networks
"""

from tinynet.reading.networks import alignment, solutions, distance, zoo

__all__ = ["alignment", "distance", "solutions", "zoo"]
