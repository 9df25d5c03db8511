"""A recurrent network read as a finite automaton.

In reading order:

    automaton            its states and arcs, their smallest form, and whether two automata do the same
    automaton_drawing    automata as pictures
"""

from tinynet.reading.automata import automaton, automaton_drawing

__all__ = ["automaton", "automaton_drawing"]
