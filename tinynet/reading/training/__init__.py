"""A network while it learns.

In reading order:

    gradient_flow    how large the gradient is along the way, back through depth and through time
    updates          how far one training step moves z, and whether away from 0 or towards it
    scores           where class scores, margins, loss and weights go over many epochs
    percentiles      what the last hidden layer receives while the layers before it learn
    comparison       several trainings side by side: gradients, spectra, saturation, distance from the start
    normalization    batch norm as a scale of the columns, beside other ways to write W
"""

from tinynet.reading.training import gradient_flow, updates, scores, percentiles, comparison, normalization

__all__ = ["comparison", "gradient_flow", "normalization", "percentiles", "scores", "updates"]
