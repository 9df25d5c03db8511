"""Frozen networks: a trained network as packed bits and integers, with the same scores.

Training needs floats, to add up small steps. A trained binary network needs none: between its first pixel and its last
score it only counts bits and compares integers.

    bits.py        a layer of +1 and -1: sums by XNOR and popcount, compared with integer thresholds
    borders.py     from pixels or signs back to floats
    stored.py      layers of any other method: multiply by W as it is stored
    network.py     the network; a few rows go through all layers of bits in one call
    sequence.py    the same over sequences
    thresholds.py  what a hidden unit decides, as one integer and one bit
    freeze.py      from the trained network to the frozen one
"""

from tinynet.frozen.bits import BitLinear
from tinynet.frozen.borders import FromPixels, FromSigns
from tinynet.frozen.network import Frozen
from tinynet.frozen.sequence import FrozenSequence
from tinynet.frozen.freeze import freeze

__all__ = ["BitLinear", "FromPixels", "FromSigns", "Frozen", "FrozenSequence", "freeze"]
