"""Gradient flow: how long the gradient is on its way back from the loss, through depth and through time.

Notation (rows are examples; |v| is the Euclidean norm, |W| the largest singular value, . the product entry by entry)
    a_l = phi(a_(l-1) W_l + b_l)             layers l = 1 .. n of a deep network
    h_t = phi(x_t W + h_(t-1) U + b)         steps t = 0 .. T-1 of an RNN
    L = sum_t L_t                            L_t the loss at step t; L_(T-1) alone where the last step is asked

The chain rule, with the Jacobians J_s = dh_s/dh_(s-1) = U diag(phi'(z_s)), z_s the argument of phi:

    dL/dh_t = sum_(t' >= t) dL_t'/dh_t' J_t'^T .. J_(t+1)^T
    |dL_t'/dh_t| <= (|U| max |phi'|)^(t' - t) |dL_t'/dh_t'|

A product of t' - t factors. As max |tanh'| = 1, where |U| < 1 the gradient vanishes geometrically, and only |U| > 1 can
make it explode; a saturated unit, tanh' near 0, shortens it further. What lies too many steps back then teaches nothing
(Bengio, Simard, Frasconi 1994; Pascanu, Mikolov, Bengio 2013, arXiv 1211.5063, section 2.1).

Through depth the same product has another matrix at each factor, dL/da_(l-1) = (dL/da_l . phi'(z_l)) W_l^T, so that an
initialization can choose its typical size: random entries of variance 1 / width keep |g W^T| near |g|, and only phi'
shortens (Glorot, Bengio 2010, section 4.2.1).

The LSTM replaces the product of matrices by one of numbers. Along the direct path, from memory to memory,

    c_t = f_t . c_(t-1) + i_t . g_t          dc_t/dc_(t-1) = diag(f_t),  plus what passes through h_(t-1) and the gates

so an open forget gate, f = 1, hands the gradient on unchanged: the constant error carousel (Hochreiter, Schmidhuber
1997, section 3.2, where f is 1 always; the gate: Gers, Schmidhuber, Cummins 2000).

dL/dh_t and dL/dc_t are total here, as in kernels/lstm.py: a change of c_t reaches the loss through h_t of the same step
too.

To see time alone, put the loss at one step: a net with last=True, or labels of -1 at all steps but one. With a label at
each step each one adds its own gradient on the way, which hides how little of the later ones is left.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from tinynet.drawing import COLOURS, MARKERS
from tinynet.engine.tensor import Tensor
from tinynet.frozen.network import Frozen
from tinynet.frozen.sequence import FrozenSequence
from tinynet.layers.sequential import Sequential
from tinynet.reading.inside import name_of
from tinynet.sequences.cells import States
from tinynet.sequences.network import SequenceNet
from tinynet.sequences.recurrent import Recurrent
from tinynet.training.checks import Pair, check_pair
from tinynet.training.fit import loss_for

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class GradientFlow(NamedTuple):
    """Norms of the loss's gradients at the places that it passes, in the order of the forward pass."""

    along: str  # "layer" or "step"
    names: list[str]  # of the places: "0 Linear", "1 Tanh", .. or "0", "1", ..
    norms: dict[str, np.ndarray]  # of what -> float64, one a place: "a", or "0 LSTM h", "0 LSTM c", ..


def gradient_flow(
    net: Sequential, batch: Pair, loss: Callable[[Tensor, np.ndarray], Tensor] | None = None
) -> GradientFlow:
    """Return the norms of dL/da by layer; over sequences those of dL/dh_t and dL/dc_t by step, a recurrent layer each.

    A norm is Euclidean, of all rows and units together.

    Args:
        net: a Sequential such as tn.MLP, where a is the output of each layer; or a SequenceNet such as tn.RecurrentNet.
            It is left as it was, `.grad`s included: what runs is a copy, in the mode that the net is in and in float64,
            so that a gradient shows which float32 would round to nothing.
        batch: inputs and labels, as for `fit`.
        loss: of (scores, labels); by default that of `fit`.

    Raises TypeError for another kind of net, ValueError for an unusable batch.
    """
    if not isinstance(net, Sequential):
        raise TypeError(
            f"gradient_flow: {type(net).__name__} is no Sequential or SequenceNet; put the layer into one of these"
        )
    if isinstance(net, Frozen | FrozenSequence):
        raise ValueError("gradient_flow: the network is frozen, and no gradient flows; pass the trained one")
    inputs, labels = check_pair("batch", net, batch)
    over_time = isinstance(net, SequenceNet)
    scores, passed = (_by_step if over_time else _by_layer)(copy.deepcopy(net).astype(np.float64), inputs)
    (loss or loss_for(labels))(scores, labels).backward()
    norms = {what: np.array([_norm(x) for x in places]) for what, places in passed.items()}
    if over_time:
        return GradientFlow("step", [str(t) for t in range(inputs.shape[1])], norms)
    return GradientFlow("layer", [name_of(net, i) for i in range(len(net.layers))], norms)


Passed = dict[str, list[Tensor]]  # the tensors that will keep their gradients, by what they are


def _by_layer(net: Any, inputs: np.ndarray) -> tuple[Tensor, Passed]:
    """Return the scores, and the output of each layer."""
    a, outputs = Tensor(net._as_floats(inputs), requires_grad=True), []
    for layer in net.layers:
        a = layer(a)
        a.retains_grad = True
        outputs.append(a)
    return a, {"a": outputs}


def _by_step(net: Any, inputs: np.ndarray) -> tuple[Tensor, Passed]:
    """Return the scores, and h_t and c_t of each recurrent layer."""
    watched = {i: _watch(layer) for i, layer in enumerate(net.layers) if isinstance(layer, Recurrent)}
    scores = net(inputs)
    return scores, {
        f"{name_of(net, i)} {part}": list(values)
        for i, states in watched.items()
        for part, values in zip("hc", zip(*states, strict=True), strict=False)  # an RNN has no c
    }


def _watch(layer: Any) -> list[States]:
    """Have the layer go step by step, and return the list in which it will note the state after each step."""
    states: list[States] = []
    one_step = layer.step

    def step(*args: Any) -> States:
        state = one_step(*args)
        for part in state:
            part.retains_grad = True
        states.append(state)
        return state

    layer.step, layer.over = step, partial(Recurrent.over, layer)  # the LSTM's own `over` is fused, without steps
    return states


def _norm(x: Tensor) -> float:
    return 0.0 if x.grad is None else float(np.linalg.norm(x.grad))  # None where no way leads to the loss


# ---- the picture


PANELS = {"layer": "through depth", "step": "through time"}


def plot_gradient_flow(flows: dict[str, GradientFlow]) -> Figure:
    """Return the figure of some flows by label: norms on a logarithmic axis against the distance back from the loss.

    There is a panel for layers, one for steps, or both. Steps behind the last one with a loss have no gradient and are
    left out. Raises ValueError for no flows.
    """
    from matplotlib.figure import Figure

    if not flows:
        raise ValueError("plot_gradient_flow: no flows to draw; pass {label: gradient_flow(net, batch), ..}")
    panels = [along for along in PANELS if any(flow.along == along for flow in flows.values())]
    figure = Figure(figsize=(1 + 5 * len(panels), 4.5), layout="constrained")
    for axes, along in zip(figure.subplots(1, len(panels), squeeze=False)[0], panels, strict=True):
        lines = {
            label if len(flow.norms) == 1 else f"{label}: {what}": norms
            for label, flow in flows.items() if flow.along == along
            for what, norms in flow.norms.items()
        }  # fmt: skip
        for i, (label, norms) in enumerate(lines.items()):
            back = np.trim_zeros(norms, "b")[::-1]
            axes.plot(
                back, label=label, color=COLOURS[i % len(COLOURS)], marker=MARKERS[i % len(MARKERS)],
                linewidth=1, markersize=4,
            )  # fmt: skip
        axes.set(yscale="log", xlabel=f"{along}s back from the loss", title=PANELS[along])
        axes.set_ylabel("|dL/da|" if along == "layer" else "|dL/dh|, |dL/dc|")
        axes.grid(True, color="0.92", linewidth=0.6)
        axes.legend(frameon=False, fontsize="small")
    return figure
