"""Layers and the networks made of them.

A layer maps rows to rows, x (batch, m) to (batch, n):

    Linear          z = x W + b                      W by any parameterization
    Tanh, Sigmoid, ReLU, SignActivation              a = f(z), entry by entry
    BatchNorm       y = gamma (x - mu) / sqrt(var + eps) + beta      (Ioffe, Szegedy 2015, arXiv 1502.03167)
    Dropout         y = x with a random share of entries zero, the others scaled up; in training only
    Scale, Rounded  y = c x;  y = round(c x), for inputs that are integers in disguise

`Sequential` applies layers one after the other; models.py fills it in the two usual ways.
"""

from __future__ import annotations

from typing import Any, ClassVar, Self

import numpy as np

from tinynet import functional as F
from tinynet.autodiff import Tensor, primitive
from tinynet.parameterizations.base import Parameter, Parameterization, State, count_bits, nest, take, unnest
from tinynet.parameterizations.dense import Dense


class Layer:
    """Base of all layers: a function of rows, with stored tensors, two modes and a description.

    A subclass defines `__call__`; where it takes arguments, `config`; where it stores anything, `parameters`, `state`,
    `restore` and `stored_bits`.
    """

    registry: ClassVar[dict[str, type[Layer]]] = {}
    training = True

    def __init_subclass__(cls) -> None:
        Layer.registry[cls.__name__] = cls

    def __call__(self, x: Any) -> Tensor:
        """Return the layer's output for a batch of rows."""
        raise NotImplementedError(f"{type(self).__name__} must define __call__(x)")

    def parameters(self) -> list[Parameter]:
        """Return the tensors that SGD may change."""
        return []

    def buffers(self) -> list[np.ndarray]:
        """Return the arrays that training changes in place beside the parameters: running statistics."""
        return []

    def generators(self) -> list[np.random.Generator]:
        """Return the random generators that training draws from."""
        return []

    def config(self) -> dict[str, Any]:
        """Return the constructor's arguments as JSON values."""
        return {}

    def state(self) -> State:
        """Return what a file must hold, packed."""
        return {}

    def restore(self, state: State) -> None:
        """Take over what `state` returned. ValueError where it does not fit."""

    def stored_bits(self) -> int:
        """Return how many bits a file must hold, before padding to bytes."""
        return 0

    def train(self, training: bool = True) -> Self:
        """Switch to training mode: batch statistics, dropout."""
        self.training = training
        return self

    def eval(self) -> Self:
        """Switch to evaluation mode: running statistics, no dropout."""
        return self.train(False)

    def to_json(self) -> dict[str, Any]:
        """Return {class name: config}."""
        return {type(self).__name__: self.config()}

    @staticmethod
    def from_json(description: Any) -> Layer:
        """Return the layer that `to_json` described, without values; `restore` fills them in. ValueError otherwise."""
        [(name, config)] = (
            description.items() if isinstance(description, dict) and len(description) == 1 else [("", {})]
        )
        if name not in Layer.registry:
            raise ValueError(f"unknown layer {str(description)[:80]}; known are {', '.join(sorted(Layer.registry))}")
        try:
            return Layer.registry[name].from_config(config)
        except (TypeError, KeyError, AttributeError) as error:
            raise ValueError(f"{str(config)[:80]} does not fit the layer {name}: {error}") from error

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """Return a layer from what `config` returned."""
        return cls(**config)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{k}={v}' for k, v in self.config().items())})"


class Linear(Layer):
    """z = x W + b, W (n_in, n_out) by any parameterization.

    Args:
        n_in, n_out: widths, at least 1.
        weight: the recipe of W.
        bias: whether there is a b, (n_out,), zero at the start and stored as it is.
        seed: fixes W's initial values; None leaves the layer empty, for `restore`.
    """

    def __init__(
        self, n_in: int, n_out: int, weight: Parameterization | None = None, bias: bool = True, seed: int | None = 0
    ) -> None:
        if not (isinstance(n_in, int) and isinstance(n_out, int) and n_in >= 1 and n_out >= 1):
            raise ValueError(f"Linear: widths {n_in!r} to {n_out!r}; both must be integers, at least 1")
        self.n_in, self.n_out = n_in, n_out
        self.weight = weight if weight is not None else Dense()
        self.bias = Parameter(np.zeros(n_out if seed is not None else 0, np.float32)) if bias else None
        if seed is not None:
            self.weight = self.weight.build((n_in, n_out), seed)

    def __call__(self, x: Any) -> Tensor:
        """Return z (batch, n_out) for x (batch, n_in). ValueError for another width."""
        if x.shape[-1] != self.n_in:
            raise ValueError(f"Linear: the input has shape {x.shape}, this layer takes rows of {self.n_in} entries")
        z = self.weight.matmul(x)
        return z if self.bias is None else z + self.bias

    def parameters(self) -> list[Parameter]:
        return self.weight.parameters() + ([] if self.bias is None else [self.bias])

    def config(self) -> dict[str, Any]:
        config: dict[str, Any] = {"n_in": self.n_in, "n_out": self.n_out, "weight": self.weight.to_json()}
        return config if self.bias is not None else config | {"bias": False}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        return cls(**config | {"weight": Parameterization.from_json(config["weight"]), "seed": None})

    def state(self) -> State:
        return nest("W", self.weight.state()) | ({} if self.bias is None else {"b": self.bias.numpy()})

    def restore(self, state: State) -> None:
        self.weight = self.weight.from_state((self.n_in, self.n_out), unnest("W", state))
        if self.bias is not None:
            self.bias = Parameter(take(state, "b", (self.n_out,)))

    def stored_bits(self) -> int:
        return self.weight.stored_bits() + (0 if self.bias is None else count_bits(self.bias))


class Tanh(Layer):
    """a = tanh(z)."""

    def __call__(self, x: Any) -> Tensor:
        return F.tanh(x)


class Sigmoid(Layer):
    """a = 1 / (1 + exp(-z))."""

    def __call__(self, x: Any) -> Tensor:
        return F.sigmoid(x)


class ReLU(Layer):
    """a = max(z, 0)."""

    def __call__(self, x: Any) -> Tensor:
        return F.relu(x)


_stochastic_sign = primitive(
    "stochastic_sign", lambda x, u: 2 * (x >= u).astype(x.dtype) - 1, lambda g, y, x, u: g * (np.abs(x) <= 1)
)


class SignActivation(Layer):
    """a = sign(z), +1 at 0, with the straight-through gradient where |z| <= 1.

    Args:
        stochastic: in training a is +1 with probability clip((z + 1) / 2, 0, 1), else -1 (Courbariaux et al. 2016,
            eq. 2 and 3): the sign of z - u, u uniform in (-1, 1]. Its mean is clip(z, -1, 1), so the straight-through
            gradient is now that of the mean. In evaluation it is the plain sign.
        seed: of the draws.
    """

    def __init__(self, stochastic: bool = False, seed: int = 0) -> None:
        self.stochastic = stochastic
        self.rng = np.random.default_rng(seed)

    def __call__(self, x: Any) -> Tensor:
        if not (self.training and self.stochastic):
            return F.sign(x)
        return _stochastic_sign(x, u=1 - 2 * self.rng.random(x.shape, dtype=np.float32))

    def generators(self) -> list[np.random.Generator]:
        return [self.rng] if self.stochastic else []

    def config(self) -> dict[str, Any]:
        return {"stochastic": True} if self.stochastic else {}


class Scale(Layer):
    """y = c x."""

    def __init__(self, c: float) -> None:
        self.c = c

    def __call__(self, x: Any) -> Tensor:
        return F.mul(x, self.c)

    def config(self) -> dict[str, Any]:
        return {"c": self.c}


class Rounded(Scale):
    """y = round(c x): turns inputs 2 p / 255 - 1 into the odd integers 2 p - 255 when c = 255."""

    def __call__(self, x: Any) -> Tensor:
        return F.round(F.mul(x, self.c))


class Dropout(Layer):
    """In training each entry is zero with probability p and x / (1 - p) otherwise (Srivastava et al. 2014)."""

    def __init__(self, p: float, seed: int = 0) -> None:
        if not 0 <= p < 1:
            raise ValueError(f"Dropout: p={p}; the share of dropped entries must lie in [0, 1)")
        self.p = p
        self.rng = np.random.default_rng(seed)

    def __call__(self, x: Any) -> Tensor:
        if not self.training or self.p == 0:
            return x
        return F.mul(x, (self.rng.random(x.shape, dtype=np.float32) >= self.p) / np.float32(1 - self.p))

    def generators(self) -> list[np.random.Generator]:
        return [self.rng]

    def config(self) -> dict[str, Any]:
        return {"p": self.p}


class BatchNorm(Layer):
    """y = gamma (x - mu) / sqrt(var + eps) + beta, column by column.

    In training mu and var are those of the batch, and running means of both (var with N - 1, as in the paper's
    algorithm 2) are kept at the given rate; in evaluation the running ones are used.

    Args:
        n: width.
        eps: keeps a constant column from dividing by zero.
        rate: weight of the newest batch in the running means.
    """

    def __init__(self, n: int, eps: float = 1e-5, rate: float = 0.1) -> None:
        self.n, self.eps, self.rate = n, eps, rate
        self.gamma, self.beta = Parameter(np.ones(n, np.float32)), Parameter(np.zeros(n, np.float32))
        self.running_mean, self.running_var = np.zeros(n, np.float32), np.ones(n, np.float32)

    def __call__(self, x: Any) -> Tensor:
        """Return y (batch, n). ValueError in training for a batch of one, which has no variance."""
        if x.shape[-1] != self.n:
            raise ValueError(f"BatchNorm: the input has shape {x.shape}, this layer takes rows of {self.n} entries")
        if not self.training:
            return (x - self.running_mean) / np.sqrt(self.running_var + np.float32(self.eps)) * self.gamma + self.beta
        if len(x) < 2:
            raise ValueError(f"BatchNorm: a batch of {len(x)} has no variance; train on 2 or more, or call eval()")
        mu = F.mean(x, axis=0)
        centred = x - mu
        var = (centred * centred).mean(axis=0)
        self._follow(mu._data, var._data * (len(x) / (len(x) - 1)))
        return centred / (var + self.eps).sqrt() * self.gamma + self.beta

    def _follow(self, mean: np.ndarray, var: np.ndarray) -> None:
        self.running_mean += self.rate * (mean - self.running_mean)
        self.running_var += self.rate * (var - self.running_var)

    def parameters(self) -> list[Parameter]:
        return [self.gamma, self.beta]

    def buffers(self) -> list[np.ndarray]:
        return [self.running_mean, self.running_var]

    def config(self) -> dict[str, Any]:
        return {"n": self.n, "eps": self.eps, "rate": self.rate}

    def state(self) -> State:
        rows = [self.gamma._data, self.beta._data, self.running_mean, self.running_var]
        return {"gamma,beta,mean,var": np.stack(rows)}

    def restore(self, state: State) -> None:
        rows = take(state, "gamma,beta,mean,var", (4, self.n))
        self.gamma, self.beta = Parameter(rows[0]), Parameter(rows[1])
        self.running_mean, self.running_var = rows[2].copy(), rows[3].copy()

    def stored_bits(self) -> int:
        return 4 * count_bits(self.gamma)


class Sequential(Layer):
    """The layers given, one after the other."""

    def __init__(self, *layers: Layer) -> None:
        self.layers = list(layers)

    def __call__(self, x: Any) -> Tensor:
        """Return the last layer's output, for x (batch, n_in) as an array or a Tensor."""
        x = x if isinstance(x, Tensor) else Tensor(self._as_floats(np.asarray(x)))
        for layer in self.layers:
            x = layer(x)
        return x

    def _as_floats(self, x: np.ndarray) -> np.ndarray:
        """Return an array of the parameters' precision, so that a float64 array does not slow a float32 net down."""
        parameters = self.parameters()
        return x.astype(parameters[0].dtype) if x.dtype.kind == "f" and parameters else x

    def astype(self, dtype: Any) -> Self:
        """Convert all parameters, in place, to float32 (to train) or float64 (to check gradients)."""
        for p in self.parameters():
            p.data = p._data.astype(dtype)
        return self

    def parameters(self) -> list[Parameter]:
        return [p for layer in self.layers for p in layer.parameters()]

    def buffers(self) -> list[np.ndarray]:
        return [b for layer in self.layers for b in layer.buffers()]

    def generators(self) -> list[np.random.Generator]:
        return [g for layer in self.layers for g in layer.generators()]

    def train(self, training: bool = True) -> Self:
        for layer in self.layers:
            layer.train(training)
        return super().train(training)

    def config(self) -> dict[str, Any]:
        return {"layers": [layer.to_json() for layer in self.layers]}

    def to_json(self) -> dict[str, Any]:
        return {"Sequential": self.config()}  # a subclass only knows how to fill it

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        return cls(*[Layer.from_json(description) for description in config["layers"]])

    def state(self) -> State:
        return {name: a for i, layer in enumerate(self.layers) for name, a in nest(str(i), layer.state()).items()}

    def restore(self, state: State) -> None:
        for i, layer in enumerate(self.layers):
            layer.restore(unnest(str(i), state))

    def stored_bits(self) -> int:
        return sum(layer.stored_bits() for layer in self.layers)

    def __repr__(self) -> str:
        from tinynet.table import network_table

        return network_table(self)
