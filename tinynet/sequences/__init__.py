"""Sequences: recurrent layers, which carry a state from step to step, the networks made of them, and text.

The LSTM is here twice: as a cell, whose few lines are the equations, and fused into one primitive, which is fast. Tests
hold the two equal.

    cells        one step of an LSTM and of a plain RNN: the equations
    fused        a whole LSTM sequence as one primitive
    recurrent    layers that run a cell over a sequence
    network      recurrent layers, and layers of rows on top of them
    language     text: predict the next character, and write
"""

from tinynet.sequences.cells import LSTMCell, RNNCell
from tinynet.sequences.fused import lstm
from tinynet.sequences.recurrent import LSTM, RNN
from tinynet.sequences.network import RecurrentNet, SequenceNet
from tinynet.sequences import language

__all__ = ["LSTM", "RNN", "LSTMCell", "RNNCell", "RecurrentNet", "SequenceNet", "language", "lstm"]
