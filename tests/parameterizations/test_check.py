"""`check_parameterization` finds every mistake that is planted here, and says which promise is broken and why."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pytest

import tinynet as tn
from tinynet import functional as F
from tinynet.engine.tape import primitive
from tinynet.engine.tensor import Parameter
from tinynet.parameterizations import contract
from tinynet.parameterizations.base import Parameterization
from tinynet.parameterizations.dense import uniform
from tinynet.parameterizations.state import RECIPES


@dataclass(repr=False)
class Shared(Parameterization):
    """Each number in B stands in two columns, W = [B, B], and each column has a length."""

    factor: float = 0.5

    holds = {"B": ("B", "m", "half"), "g": ("g", "n")}

    @property
    def half(self):
        return -(-self.n // 2)

    def initialize(self, rng, fan_in):
        self.B = Parameter(uniform(rng, (self.m, self.half), fan_in))
        self.g = Parameter(np.ones(self.n, np.float32))

    def weight(self):
        return F.concatenate([self.B, self.B], axis=1)[:, : self.n] * self.g


@dataclass(repr=False)
class Rotated(Parameterization):
    """Rows change places by a permutation that the seed draws; signs, with a learned size."""

    holds = {"V": ("V", "m", "n")}
    seeded = True

    @cached_property
    def order(self):
        return np.random.default_rng(self.seed).permutation(self.m)

    def initialize(self, rng, fan_in):
        self.V = Parameter(uniform(rng, self.shape, fan_in))

    def approximate(self, W):
        self.V = Parameter(W[np.argsort(self.order)])

    def weight(self):
        return self.V[self.order]


@dataclass(repr=False)
class Signs(Parameterization):
    """W = +-1/sqrt(m), by F.sign, as a learner would call it; files hold the latent numbers."""

    holds = {"V": ("V", "m", "n")}

    def initialize(self, rng, fan_in):
        self.V = Parameter(uniform(rng, self.shape, 1.0))

    def weight(self):
        return F.sign(self.V) * self.m**-0.5


@pytest.mark.parametrize("recipe", [Shared(), Rotated(), Signs()], ids=repr)
def test_right_ones_pass(recipe):
    tn.check_parameterization(recipe)
    tn.check_parameterization(recipe, shape=(6, 5), seed=3)


MISTAKES = []


def mistake(said):
    """Mark a broken class: what its ContractError must say."""

    def mark(cls):
        MISTAKES.append((cls, said))
        del RECIPES[cls.__name__]  # no other test should meet it
        return cls

    return mark


# ---- starts and seed


@mistake(r"shape \(7, 9\), not \(m, n\) = \(9, 7\): rows of W are inputs")
class Transposed(Signs):
    def weight(self):
        return F.sign(self.V).T * self.m**-0.5


@mistake(r"the shape \(9, 8\).* odd ones and 1 too")
class ForEvenWidthsOnly(Shared):
    def weight(self):
        return F.concatenate([self.B, self.B], axis=1)


@mistake(r"'V' starts in float64: a file would hold twice the bits")
class InDouble(Signs):
    def initialize(self, rng, fan_in):
        self.V = Parameter(rng.normal(size=self.shape))


@mistake("holds 63 nan or inf")
class NotFinite(Signs):
    def weight(self):
        return F.sign(self.V) * np.float32(np.inf)


@mistake("weight\\(\\) returned ndarray, not a Tensor")
class Array(Signs):
    def weight(self):
        return self.V.numpy()


@mistake("the seed is ignored")
class SeedIgnored(Shared):
    def initialize(self, rng, fan_in):
        super().initialize(np.random.default_rng(0), fan_in)


@mistake("draw every random number from the rng")
class DrawnAnew(Shared):
    def initialize(self, rng, fan_in):
        super().initialize(np.random.default_rng(), fan_in)


# ---- gradients


@mistake("'B' is wrong.*No gradient arrives: weight\\(\\) leaves the tape")
class Cut(Shared):
    def weight(self):
        return tn.Tensor(np.concatenate([self.B.numpy()] * 2, axis=1)[:, : self.n]) * self.g


@mistake("A part of the gradient is lost on the way")
class HalfCut(Shared):
    def weight(self):
        return F.concatenate([self.B, self.B.detach()], axis=1)[:, : self.n] * self.g


@mistake("A part of the gradient is lost on the way")
class DetachedScale(Signs):
    def weight(self):
        return self.V * np.abs(self.V.numpy()).mean() * 3


@mistake("must compute W anew each time, not keep it")
class Kept(Signs):
    @cached_property
    def W(self):
        return self.V * 1.0

    def weight(self):
        return self.W


@mistake("W moves in steps: round with F.round or F.sign")
class OwnStep(Signs):
    step = staticmethod(primitive("step", np.sign, lambda g, y, x: g))

    def weight(self):
        return self.step(self.V) * self.m**-0.5


# ---- matmul


@mistake("they differ by up to .*; both must use the same W")
class ScaleForgotten(Shared):
    def weight(self):
        return super().weight() * 0.5

    def matmul(self, x):
        return x @ super().weight()


@mistake(r"inside no_grad\(\) for x of shape \(9,\) is not x weight")
class AnotherRouteOffTheTape(Signs):
    def matmul(self, x):
        return x @ (self.weight() if tn.engine.recording.mode.recording else self.V)


@mistake(r"matmul\(x\) of a matrix of shape \(9, 7\) raised .*any number of axes")
class RowsOnly(Signs):
    def matmul(self, x):
        return F.transpose(F.transpose(self.weight()) @ F.transpose(x))[:, :] + 0 * x[:, :1]


@mistake("the gradient of matmul.*does matmul\\(\\) use all that weight\\(\\) uses")
class MatmulCut(Signs):
    def matmul(self, x):
        return x @ self.weight().detach()


# ---- state


@mistake("does `holds` name all that initialize")
class NotHeld(Shared):
    holds = {"B": ("B", "m", "half")}


@mistake("raised ValueError: the array 'B' is float32.*does `holds` name")
class HeldInAnotherShape(Shared):
    holds = {"B": ("B", "half", "m"), "g": ("g", "n")}


@mistake("'g' is a Parameter once it was read.*make it a Parameter")
class NotLearned(Shared):
    def initialize(self, rng, fan_in):
        super().initialize(rng, fan_in)
        self.g = tn.Tensor(self.g)


@mistake("does not come back from its state.*set `seeded = True`")
class SeedNotKept(Rotated):
    seeded = False


@mistake("raised AttributeError.*does `holds` name")
class OrderNotKept(Rotated):
    order = None

    def initialize(self, rng, fan_in):
        super().initialize(rng, fan_in)
        self.order = rng.permutation(self.m)

    def shaped(self, shape):
        built = super().shaped(shape)
        built.order = None
        return built

    def weight(self):
        return self.V[self.order.tolist()]


@mistake("does not come back from its state")
class KeptInTheClass(Signs):
    latest = {}

    def initialize(self, rng, fan_in):
        super().initialize(rng, fan_in)
        KeptInTheClass.latest[self.shape] = rng.choice([-1.0, 1.0], self.n).astype(np.float32)
        self.mine = KeptInTheClass.latest[self.shape]

    def weight(self):
        return self.V * vars(self).get("mine", KeptInTheClass.latest[self.shape])


@mistake("has another state: no bit may change")
class StateCounts(Signs):
    reads = 0

    def state(self):
        return super().state() | {"reads": np.array([self.reads], np.float32)}

    def restore(self, state):
        super().restore(state)
        self.reads += 1

    def stored_bits(self):
        return super().stored_bits() + 32


@mistake(r"stored_bits\(\) says 63 bits for the shape \(9, 7\), but .* take 2,016")
class CountedAsOneBit(Signs):
    def stored_bits(self):
        return self.m * self.n


@mistake("stored_bits.*and the 64 bits of a seed")
class SeedNotCounted(Rotated):
    def stored_bits(self):
        return super().stored_bits() - 64


@mistake("the optimizer moves a parameter in another way")
class StepNotRestored(Signs):
    def initialize(self, rng, fan_in):
        super().initialize(rng, fan_in)
        self.V.grad_scale = 0.1


# ---- restore, copy, json


@mistake(r"after restore\(\) of another seed's state, weight\(\) still gives old values")
class OrderKept(Rotated):
    order = property(lambda self: vars(self).setdefault("_order", np.random.default_rng(self.seed).permutation(self.m)))


@mistake("a built matrix serves as a recipe too")
class ShapeKeptAmongTheSettings(Shared):
    def build(self, shape, seed=0, fan_in=None):
        return super().build(vars(self).get("shape", shape), seed, fan_in)


@mistake("state\\(\\) hands out the parameter's own array")
class NoCopy(Shared):
    def state(self):
        return {"B": self.B._data, "g": self.g._data}


@dataclass(repr=False)
class Doubled(Signs):
    factor: float = 0.5

    def __post_init__(self):
        self.factor = 2 * self.factor


mistake("the settings do not come back from JSON")(Doubled)


@dataclass(repr=False)
class ArrayAsASetting(Signs):
    lengths: list = field(default_factory=lambda: np.ones(3))


mistake("settings must be fields of a dataclass")(ArrayAsASetting)


# ---- variance and from_dense


@mistake("start with 65.7 times the variance")
class FanInIgnored(Shared):
    def initialize(self, rng, fan_in):
        super().initialize(rng, 3.0)


@mistake("misses it by")
class WrongOrder(Rotated):
    def approximate(self, W):
        self.V = Parameter(W[self.order])


@mistake("from_dense\\(\\) makes parameters that the optimizer moves in another way")
class StepOfTheNearest(Rotated):
    def approximate(self, W):
        super().approximate(W)
        self.V.step_scale = 2.0


@pytest.mark.parametrize(("cls", "said"), MISTAKES, ids=[cls.__name__ for cls, _ in MISTAKES])
def test_a_mistake_is_found_and_its_cause_is_named(cls, said):
    with pytest.raises(contract.ContractError, match=f"(?s){said}"):
        tn.check_parameterization(cls())


def test_every_check_has_a_mistake_that_only_it_finds():
    found = {}
    for cls, _ in MISTAKES:
        recipe = cls()
        for name, check in contract.CHECKS.items():
            try:
                check(lambda *asked, recipe=recipe: contract.observe(recipe, *asked), (9, 7), 0)
            except contract.ContractError:
                found.setdefault(cls.__name__, []).append(name)
                if name == "starts":  # the others take a finite W (m, n) for granted
                    break
    alone = {names[0] for names in found.values() if len(names) == 1}
    assert alone == set(contract.CHECKS), set(contract.CHECKS) - alone


def test_the_registry_is_as_before():
    before = dict(RECIPES)
    tn.check_parameterization(Shared())
    with pytest.raises(contract.ContractError):
        tn.check_parameterization(Kept())
    assert before == RECIPES and "Kept" not in RECIPES


def test_steps_round_as_before_after_a_check():
    tn.check_parameterization(Signs())
    x = tn.Tensor(np.array([-2.5, -0.2, 0.4, 1.6]))
    assert np.array_equal(F.sign(x).numpy(), [-1, -1, 1, 1]) and np.array_equal(F.round(x).numpy(), [-2, 0, 0, 2])


def test_what_is_no_recipe_and_no_check_is_refused():
    with pytest.raises(TypeError, match=r"is no recipe; pass one, such as tn\.Hashed"):
        tn.check_parameterization(np.eye(3))
    with pytest.raises(ValueError, match=r"no check is called \['gradient'\]"):
        tn.check_parameterization(tn.Dense(), skip=["gradient"])
    tn.check_parameterization(tn.LowRank(rank=3, inner=tn.Binary()), skip=["from_dense"])
    with pytest.raises(contract.ContractError, match="approximate\\(\\) must find W again"):
        tn.check_parameterization(tn.LowRank(rank=3, inner=tn.Binary()))
