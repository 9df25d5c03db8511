"""The engine: automatic differentiation of NumPy code.

In reading order (files before the bar belong to the afternoon):

    tensor               arrays that remember how they were made; parameters
    tape                 how operations are noted, and how the chain rule walks the notes backwards
    primitives           the table of operations: forward and chain rule of each, side by side
    losses               softmax, cross-entropy and the others, derived by hand
    straight_through     sign and round, with a gradient that lets SGD through
    |
    gradcheck            checks any gradient with two evaluations
    graph                draws the tape
"""
