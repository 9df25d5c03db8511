"""Training: SGD to the best epoch. A star marks what belongs to the afternoon:

  schedules       how the learning rate changes
* optimizer       from gradients to steps; SGD
  adam            Adam
  clipping        the length of a gradient, and how to bound it
  optim           all of these under one name
  checks          what is checked before training begins
* evaluate        the error of a network
  checkpoint      everything that an interrupted run needs to go on
  distillation    learning from another network's scores
  progress        a bar on the terminal, and lines for the user
* fit             the loop: forward, loss, backward, step
"""

from tinynet.training import optim
from tinynet.training.evaluate import evaluate
from tinynet.training.fit import History, TrainingError, fit

__all__ = ["History", "TrainingError", "evaluate", "fit", "optim"]
