"""Reading a network: instruments that show what goes on inside it.

inside            the raw material: matrices and activations, by layer
gradient_flow     how long the gradient is on its way back, through depth and through time
automaton         the states of a network over strings, their smallest form, and whether it is the right one
comparison        networks in training side by side: gradients, spectra, saturation, distance from the start
"""

from tinynet.reading.inside import activations, weights
from tinynet.reading.gradient_flow import GradientFlow, gradient_flow, plot_gradient_flow
from tinynet.reading.automaton import NetAutomaton, minimal_automaton, read_automaton, shortest_difference
from tinynet.reading.automaton_drawing import draw_automaton, plot_automaton
from tinynet.reading.comparison import Record, plot_training

__all__ = [
    "GradientFlow", "NetAutomaton", "Record", "activations", "draw_automaton", "gradient_flow", "minimal_automaton",
    "plot_automaton", "plot_gradient_flow", "plot_training", "read_automaton", "shortest_difference", "weights",
]  # fmt: skip
