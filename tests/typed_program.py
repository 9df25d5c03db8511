"""A user's program, for the type checker alone: it knows the methods of a Tensor, and refuses what is wrong.

`mypy` reads it with the package. An `ignore` on a line that is right is itself an error (warn_unused_ignores), so each
of these says that mypy must find this error here. Nothing imports the file.
"""

import tinynet as tn

x = tn.Tensor([1.0, 2.0], requires_grad=True)
y: tn.Tensor = (x.tanh() + 1).sum(axis=0)
z = x.tahn()  # type: ignore[attr-defined]
p: tn.Parameter = tn.Parameter([1.0, 2.0]) * 2  # type: ignore[assignment]
