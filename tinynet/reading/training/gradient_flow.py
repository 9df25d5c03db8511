"""Gradient flow: how large the gradient is along the way back from the loss, through depth and through time.

A gradient travels back through a network the way a rumour travels down a street: each house passes on a bit less, or a
bit more, than it heard. After many houses either nothing is left or it has become absurd. For the first houses to learn
anything, each must pass on about as much as it heard.

Rows are examples, |v| is the Euclidean norm, |W| the largest singular value, and . multiplies entry by entry:

    a_l = phi(a_(l-1) W_l + b_l)             layers l = 1 .. n of a deep network
    h_t = phi(x_t W + h_(t-1) U + b)         steps t = 0 .. T-1 of an RNN
    L = sum_t L_t                            L_t is the loss at step t; only L_(T-1) if the last step alone is scored

With z_s the argument of phi at step s and the Jacobians J_s = dh_s/dh_(s-1) = U diag(phi'(z_s)), the chain rule says

    dL/dh_t = sum_(t' >= t) dL_t'/dh_t' J_t'^T .. J_(t+1)^T
    |dL_t'/dh_t| <= (|U| max |phi'|)^(t' - t) |dL_t'/dh_t'|

a product of t' - t factors. The slope of tanh is at most 1. So if |U| < 1 the gradient vanishes geometrically, and only
|U| > 1 can make it explode. Saturated units, where tanh' is near 0, shrink it further. An input too many steps back
then teaches the network nothing (Bengio, Simard, Frasconi 1994; Pascanu, Mikolov, Bengio 2013, arXiv 1211.5063,
section 2.1).

Through depth the product has a different matrix in each factor: dL/da_(l-1) = (dL/da_l . phi'(z_l)) W_l^T. Random
entries of variance 1 / width keep |g W^T| near |g|, and only phi' shrinks it (Glorot, Bengio 2010, section 4.2.1).

Through time it is the same U in each factor. Before training this matters little: over 50 steps a random U of that
variance keeps about as much of the gradient as 50 different ones would. What an RNN has and a deep network lacks is an
input at every step. It keeps the units where tanh is flat, so phi' takes more away.

The LSTM replaces the product of matrices by a product of numbers. Along the direct path, from memory to memory,

    c_t = f_t . c_(t-1) + i_t . g_t          dc_t/dc_(t-1) = diag(f_t),  plus the paths through h_(t-1) and the gates

so an open forget gate, f = 1, passes the gradient on unchanged: the constant error carousel (Hochreiter, Schmidhuber
1997, section 3.2, where f is always 1; the gate is from Gers, Schmidhuber, Cummins 2000).

Here dL/dh_t and dL/dc_t are total derivatives, as in kernels/lstm/equations.py: c_t also reaches the loss through h_t.

To see the effect of time alone, put the loss at one step: use a network with last=True, or labels of -1 at all steps
but one. With a label at every step each one adds its own gradient on the way, and this hides how little is left of the
later ones.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from tinynet import drawing
from tinynet.engine.tensor import Tensor
from tinynet.frozen.network import Frozen
from tinynet.frozen.sequence import FrozenSequence
from tinynet.layers.base import Sequential
from tinynet.reading.inside import name_of
from tinynet.sequences.cells import States
from tinynet.sequences.network import SequenceNet
from tinynet.sequences.recurrent import Recurrent
from tinynet.training.checks import Pair, check_pair
from tinynet.training.fit import loss_for

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class GradientFlow(NamedTuple):
    """Norms of the gradient at each place it passes, in the order of the forward pass."""

    along: str  # "layer" or "step"
    names: list[str]  # of the places: "0 Linear", "1 Tanh", .. or "0", "1", ..
    norms: dict[str, np.ndarray]  # of what, "a" or "0 LSTM h", "0 LSTM c", .. -> float64, one norm for each place


def gradient_flow(
    net: Sequential, batch: Pair, loss: Callable[[Tensor, np.ndarray], Tensor] | None = None
) -> GradientFlow:
    """Return the norms of dL/da by layer or, for a network over sequences, of dL/dh_t and dL/dc_t by step.

    A norm is Euclidean and taken over all rows and units together.

    Args:
        net: a Sequential such as tn.MLP, where a is the output of each layer; or a SequenceNet such as tn.RecurrentNet,
            where each recurrent layer has its own h_t and c_t. The network and its `.grad`s are left as they were: a
            copy runs, in the same mode, and in float64 so that even gradients show which float32 would round to 0.
        batch: inputs and labels, as for `fit`.
        loss: a function of (scores, labels); by default the one that `fit` uses.

    Raises TypeError for another kind of network, ValueError for a frozen one and for an unusable batch.
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


Passed = dict[str, list[Tensor]]  # tensors that will keep their gradients, by what they are


def _by_layer(net: Any, inputs: np.ndarray) -> tuple[Tensor, Passed]:
    """Return the scores, and the output of each layer on the way to them."""
    a, outputs = Tensor(net._in_our_precision(inputs), requires_grad=True), []
    for layer in net.layers:
        a = layer(a)
        a.retains_grad = True
        outputs.append(a)
    return a, {"a": outputs}


def _by_step(net: Any, inputs: np.ndarray) -> tuple[Tensor, Passed]:
    """Return the scores, and h_t and c_t of each recurrent layer on the way to them."""
    watched = {i: _watch(layer) for i, layer in enumerate(net.layers) if isinstance(layer, Recurrent)}
    scores = net(inputs)
    return scores, {
        f"{name_of(net, i)} {part}": list(values)
        for i, states in watched.items()
        for part, values in zip("hc", zip(*states, strict=True), strict=False)  # an RNN has no c
    }


def _watch(layer: Any) -> list[States]:
    """Make the layer run step by step, and return the list to which it will add its state after each step."""
    states: list[States] = []
    one_step = layer.step

    def step(*args: Any) -> States:
        state = one_step(*args)
        for part in state:
            part.retains_grad = True
        states.append(state)
        return state

    layer.step, layer.over = step, partial(Recurrent.over, layer)  # the LSTM's own `over` is fused and calls no step
    return states


def _norm(x: Tensor) -> float:
    return 0.0 if x.grad is None else float(np.linalg.norm(x.grad))  # None where no path leads to the loss


# ---- the picture


PANELS = {"layer": "through depth", "step": "through time"}


def plot_gradient_flow(flows: dict[str, GradientFlow]) -> Figure:
    """Return the picture of some flows by label: norms on a logarithmic axis against the distance back from the loss.

    Flows along layers share one panel, flows along steps another. Steps after the last loss have no gradient and are
    left out. Raises ValueError for no flows.
    """
    drawing.check("plot_gradient_flow", flows, "{label: gradient_flow(net, batch), ..}", "no flows")
    ways = [along for along in PANELS if any(flow.along == along for flow in flows.values())]
    figure, panels = drawing.panels(1 + 5 * len(ways), 4.5, columns=len(ways))
    for axes, along in zip(panels, ways, strict=True):
        lines = {
            label if len(flow.norms) == 1 else f"{label}: {what}": norms
            for label, flow in flows.items() if flow.along == along
            for what, norms in flow.norms.items()
        }  # fmt: skip
        for i, (label, norms) in enumerate(lines.items()):
            back = np.trim_zeros(norms, "b")[::-1]
            axes.plot(back, label=label, **drawing.line(i, len(back)))
        axes.set(yscale="log", xlabel=f"{along}s back from the loss", title=PANELS[along])
        axes.set_ylabel("|dL/da|" if along == "layer" else "|dL/dh|, |dL/dc|")
    drawing.grid(*panels)
    drawing.legend(*panels)
    return figure
