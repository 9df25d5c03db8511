"""The engine: automatic differentiation of NumPy code.

You write the forward pass; the engine remembers what you did and works out every gradient. In reading order, with a
star before what belongs to the afternoon:

    * operators           NumPy's operators and methods, one line each; glance at it
      methods             the rarer ones, and how NumPy's own functions find a tensor
      watch               the watch over values that are written in place
    * tensor              arrays that remember how they were made; parameters
      refusals            what the tape says when it must refuse
    * recording           whether operations are recorded
    * tape                how operations are noted, and how the chain rule walks the notes backwards
    * primitives          the table of operations: forward and chain rule side by side
      more_primitives     the table goes on: sin, cos, sinh, cosh, expm1, log1p
      kinks               a second table: operations without a unique slope
      reductions          a third: what combines the entries along an axis
      shapes              a fourth: rearrangements
      einsum              sums of products
      numpy_functions     NumPy's own functions on tensors
    * losses              softmax and cross-entropy
      more_losses         squared hinge, squared error, losses over sequences and towards a teacher
    * straight_through    sign and round, with a gradient that lets SGD through
      twice               gradients that have gradients
      gradcheck           checks any gradient with two evaluations
      graph               draws the tape
"""

from tinynet.engine.tensor import Parameter, Tensor
from tinynet.engine.recording import evaluating, no_grad
from tinynet.engine.tape import backward, primitive
from tinynet.engine import primitives, kinks, shapes, numpy_functions, losses, more_losses, straight_through
from tinynet.engine.twice import grad
from tinynet.engine.gradcheck import check_gradients
from tinynet.engine.graph import draw_graph

__all__ = [
    "Parameter", "Tensor", "backward", "check_gradients", "draw_graph", "evaluating", "grad", "kinks", "losses",
    "more_losses", "no_grad", "numpy_functions", "primitive", "primitives", "shapes", "straight_through",
]  # fmt: skip
