"""Reading a network: instruments that show what goes on inside it.

inside            the raw material: matrices and activations, by layer
gradient_flow     how long the gradient is on its way back, through depth and through time
automaton         the states of a network over strings, their smallest form, and whether it is the right one
"""

from tinynet.reading.inside import activations, weights
from tinynet.reading.gradient_flow import GradientFlow, gradient_flow, plot_gradient_flow
from tinynet.reading.automaton import NetAutomaton, difference, minimal, read_automaton
from tinynet.reading.automaton_drawing import draw_automaton, plot_automaton

__all__ = [
    "GradientFlow", "NetAutomaton", "activations", "difference", "draw_automaton", "gradient_flow", "minimal",
    "plot_automaton", "plot_gradient_flow", "read_automaton", "weights",
]  # fmt: skip
