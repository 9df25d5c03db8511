"""What a network decides, where it decides it, and how sure it is.

In reading order:

    regions        how hidden units cut the input space into pieces, and how sharp the borders are
    splits         hidden units as the questions of a decision tree
    boolean        which functions of bits XNOR can represent, with thresholds and without: all of them counted
    calibration    whether scores are probabilities: reliability diagram, calibration error, the best temperature
    hardening      the borders of a two-dimensional network over epochs, as an animation
"""

from tinynet.reading.decisions import regions, splits, boolean, calibration, hardening

__all__ = ["boolean", "calibration", "hardening", "regions", "splits"]
