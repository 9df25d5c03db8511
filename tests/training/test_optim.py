"""Optimizers: step by step against PyTorch and by hand; step scales, bounds, schedules."""

import numpy as np
import pytest

import tinynet as tn
from tinynet.parameterizations import Parameter
from tinynet.training import optim

OPTIMIZERS = {
    "SGD": (tn.SGD, "SGD", {}),
    "momentum": (tn.SGD, "SGD", {"momentum": 0.9}),
    "momentum and decay": (tn.SGD, "SGD", {"momentum": 0.5, "weight_decay": 0.3}),
    "Adam": (tn.Adam, "Adam", {}),
    "Adam and decay": (tn.Adam, "Adam", {"weight_decay": 0.3}),
    "Adam by other constants": (tn.Adam, "Adam", {"betas": (0.5, 0.9), "eps": 1e-2}),
}


def parameter(values, **kwargs):
    return Parameter(np.array(values, np.float64), **kwargs)


def move(opt, *gradients):
    """Step once with each gradient, and return the values after each step."""
    [p] = opt.parameters
    trace = []
    for g in gradients:
        p.grad = np.array(g, p.dtype)
        opt.step()
        trace.append(p.numpy().tolist())
    return trace


@pytest.mark.parametrize("ours, theirs, options", OPTIMIZERS.values(), ids=OPTIMIZERS.keys())
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_each_step_is_that_of_pytorch(torch, ours, theirs, options, dtype):
    rng = np.random.default_rng(0)
    w = rng.normal(size=(3, 4)).astype(dtype)
    p, q = Parameter(w), torch.nn.Parameter(torch.tensor(w))
    opt = ours([p], lr=0.1, **options)
    reference = getattr(torch.optim, theirs)([q], lr=0.1, **options)
    for _ in range(8):
        g = rng.normal(size=(3, 4)).astype(dtype)
        p.grad, q.grad = g.copy(), torch.tensor(g)
        opt.step(), reference.step()
        tolerance = 1e-6 if dtype is np.float32 else 1e-13
        np.testing.assert_allclose(p.numpy(), q.detach().numpy(), rtol=tolerance, atol=tolerance)
        assert p.dtype == dtype
        np.testing.assert_array_equal(p.grad, g)  # the gradient is only read


def test_two_steps_with_momentum_and_decay_by_hand():
    opt = tn.SGD([parameter([1.0])], lr=0.1, momentum=0.5, weight_decay=0.2)

    # v = 2 + 0.2 = 2.2,                w = 1 - 0.22 = 0.78
    # v = 1.1 + (1 + 0.156) = 2.256,    w = 0.78 - 0.2256 = 0.5544
    np.testing.assert_allclose(move(opt, [2.0], [1.0]), [[0.78], [0.5544]], rtol=1e-12)


def test_two_steps_of_adam_by_hand():
    opt = tn.Adam([parameter([0.0])], lr=1.0, betas=(0.5, 0.75), eps=0.0)

    # m = 2, c = 4;      m / 0.5 = 4, c / 0.25 = 16:            the step is 4 / 4 = 1
    # m = 0, c = 4;      0 whatever c is
    # m = 1, c = 4;      m / 0.875 = 8/7, c / 0.578125 = 256/37: the step is (8/7) (sqrt 37) / 16
    np.testing.assert_allclose(np.ravel(move(opt, [4.0], [-2.0], [2.0])), [-1, -1, -1 - 37**0.5 / 14], rtol=1e-12)


@pytest.mark.parametrize("betas", [(0.9, 0.999), (0.0, 0.0)])
def test_adam_counts_the_steps_of_each_parameter(torch, betas):
    early, late = parameter([1.0, -2.0]), parameter([3.0])
    theirs = [torch.nn.Parameter(torch.tensor(p.numpy())) for p in (early, late)]
    ours = tn.Adam([early, late], lr=0.1, betas=betas)
    opt = torch.optim.Adam(theirs, lr=0.1, betas=betas)
    for step in range(210):
        for p, q in zip((early, late), theirs, strict=True):
            p.grad = None if p is late and step < 200 else np.sin(step + np.arange(p.size)) * 10.0 ** (step % 5)
            q.grad = None if p.grad is None else torch.tensor(p.grad)
        ours.step()
        opt.step()
        for p, q in zip((early, late), theirs, strict=True):
            np.testing.assert_allclose(p.numpy(), q.detach().numpy(), rtol=1e-9)


def test_the_first_step_of_adam_is_lr_however_late_it_comes():
    other, late = parameter([0.0]), parameter([0.0])
    opt = tn.Adam([other, late], lr=0.1)
    for _ in range(200):
        other.grad = np.ones(1)
        opt.step()
    late.grad = np.array([7.0])
    opt.step()
    np.testing.assert_allclose(late.numpy(), -0.1, rtol=1e-6)


def test_adam_without_memory_of_squares_divides_by_the_gradient_itself():
    p = Parameter(np.zeros(1, np.float32))
    opt = tn.Adam([p], lr=0.1, betas=(0.0, 0.0), eps=0.0)
    np.testing.assert_allclose(np.ravel(move(opt, [1e4], [1e-4])), [-0.1, -0.2], rtol=1e-6)  # each step is lr


@pytest.mark.parametrize(
    "step_scale, expected", [(1.0, [-0.1, -0.1]), (3.0, [-0.3, -0.3]), (np.array([0.5, 20]), [-0.05, -2.0])]
)
@pytest.mark.parametrize("make", [tn.SGD, tn.Adam])
def test_a_step_is_multiplied_by_the_step_scale(make, step_scale, expected):
    opt = make([parameter([0.0, 0.0], step_scale=step_scale)], lr=0.1)

    np.testing.assert_allclose(move(opt, [1.0, 1.0]), [expected], rtol=1e-6)  # Adam's first step is lr too


@pytest.mark.parametrize("ours, theirs", [(tn.SGD, "SGD"), (tn.Adam, "Adam")])
def test_a_gradient_scale_is_a_gradient_hook_in_pytorch(torch, ours, theirs):
    p = parameter([1.0, -2.0], grad_scale=np.array([0.01, 3.0]))
    q = torch.nn.Parameter(torch.tensor(p.numpy()))
    q.register_hook(lambda g: g * torch.tensor([0.01, 3.0], dtype=g.dtype))
    opt, other = ours([p], lr=0.1), getattr(torch.optim, theirs)([q], lr=0.1)
    for k in range(1, 6):
        p.grad = k * p.numpy()
        other.zero_grad()
        (q * (k * q).detach()).sum().backward()
        opt.step()
        other.step()
        np.testing.assert_allclose(p.numpy(), q.detach().numpy(), rtol=1e-6)


@pytest.mark.parametrize("recipe", [tn.Binary(), tn.Binary("column"), tn.Quantized(bits=1), tn.Quantized(bits=3)])
def test_a_learned_scale_moves_with_sgd_by_its_gradient_over_sqrt_of_its_entries_and_with_adam_by_lr(recipe):
    """Esser et al. 2019, section 2.2: sqrt(N Q) tames the sum over N entries; Adam needs no taming."""
    for make in tn.SGD, tn.Adam:
        built = recipe.build((8, 6), seed=0)
        entries, Q = (8 if recipe.scale == "column" else 48), getattr(recipe, "Q", 1)
        built.weight().backward(np.random.default_rng(0).normal(size=(8, 6)).astype(np.float32))
        before, g = built.s.numpy(), built.s.grad
        make(built.parameters(), lr=1e-3).step()
        step = g / np.sqrt(entries * Q) if make is tn.SGD else np.sign(g)
        np.testing.assert_allclose(built.s.numpy(), before - 1e-3 * step, rtol=1e-5)


def test_a_step_scale_keeps_single_precision():
    p = Parameter(np.zeros(2, np.float32), step_scale=np.array([0.5, 2.0]))
    move(tn.Adam([p], lr=0.1, schedule=lambda t: np.float64(0.5), total_steps=9), [1.0, 1.0])

    assert p.dtype == np.float32


@pytest.mark.parametrize("make", [tn.SGD, tn.Adam])
def test_values_are_clipped_to_their_bounds_after_the_step(make):
    opt = make([parameter([0.0, 0.0, 0.5], bounds=(-1.0, 1.0))], lr=10.0)

    assert move(opt, [1.0, -1.0, 0.0]) == [[-1.0, 1.0, 0.5]]


@pytest.mark.parametrize("make", [tn.SGD, tn.Adam])
def test_a_schedule_multiplies_the_learning_rate_by_its_value_at_the_progress(make):
    opt = make(
        [parameter([0.0])], lr=0.1, schedule=lambda progress: {0: 1, 1 / 3: 0, 2 / 3: 10}[progress], total_steps=3
    )

    np.testing.assert_allclose(np.ravel(move(opt, [1.0], [1.0], [1.0])), [-0.1, -0.1, -1.1], rtol=1e-6)


def test_a_parameter_without_gradient_stays():
    moved, still = parameter([1.0]), parameter([1.0])
    opt = tn.SGD([moved, still], lr=0.1, momentum=0.9, weight_decay=0.1)
    moved.grad = np.array([1.0])
    opt.step()

    assert still.numpy() == [1.0] and moved.numpy() != [1.0]


def test_zero_grad_forgets_the_gradients():
    p = parameter([1.0])
    p.grad = np.array([1.0])
    tn.SGD([p]).zero_grad()

    assert p.grad is None


def test_a_step_between_forward_and_backward_is_noticed():
    p = parameter([1.0])
    loss = (p * p).sum()
    move(tn.SGD([p]), [1.0])

    with pytest.raises(RuntimeError, match="written in place"):
        loss.backward()


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda p: tn.SGD([], lr=0.1), "pass net.parameters"),
        (lambda p: tn.SGD([np.zeros(3)], lr=0.1), "pass net.parameters"),
        (lambda p: tn.SGD([p], lr=0), "lr > 0"),
        (lambda p: tn.SGD([p], lr=-1), "lr > 0"),
        (lambda p: tn.Adam([p], lr=float("nan")), "lr > 0"),
        (lambda p: tn.SGD([p], lr=float("inf")), "lr > 0"),
        (lambda p: tn.Adam([p], weight_decay=-1), "decay >= 0"),
        (lambda p: tn.SGD([p], weight_decay=float("nan")), "decay >= 0"),
        (lambda p: tn.SGD([p], momentum=1.0), r"\[0, 1\)"),
        (lambda p: tn.SGD([p], momentum=-0.1), r"\[0, 1\)"),
        (lambda p: tn.Adam([p], betas=(1.0, 0.9)), r"\[0, 1\)"),
        (lambda p: tn.Adam([p], betas=(0.9, 1.0)), r"\[0, 1\)"),
    ],
)
def test_unusable_settings_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make(parameter([1.0]))


# ---- the length of a gradient


def with_gradients(*gradients, dtype=np.float64):
    parameters = [Parameter(np.zeros(np.shape(g), dtype)) for g in gradients]
    for p, g in zip(parameters, gradients, strict=True):
        p.grad = np.array(g, dtype)
    return parameters


@pytest.mark.parametrize("longest", [4.0, 0.1, 6.9999])
def test_a_longer_gradient_is_shortened_to_the_length_given_and_keeps_its_direction(longest):
    before = [[3.0, 0.0], [[-6.0], [2.0]]]  # 9 + 36 + 4 = 7^2
    parameters = with_gradients(*before)

    assert optim.clip_gradient(parameters, longest) == 7
    for p, g in zip(parameters, before, strict=True):
        np.testing.assert_allclose(p.grad, np.array(g) * longest / 7, rtol=1e-15)
    assert optim.norm([p.grad for p in parameters]) == pytest.approx(longest, rel=1e-15)


@pytest.mark.parametrize("longest", [7.0, 7.5, np.inf])
def test_a_gradient_that_is_short_enough_is_left_as_it_is(longest):
    parameters = with_gradients([3.0, 0.0], [[-6.0], [2.0]])

    assert optim.clip_gradient(parameters, longest) == 7
    assert [p.grad.tolist() for p in parameters] == [[3, 0], [[-6], [2]]]


def test_parameters_without_gradient_count_as_zero():
    parameters = [*with_gradients([3.0, 4.0]), parameter([1.0])]

    assert optim.clip_gradient(parameters, 1.0) == 5
    np.testing.assert_allclose(parameters[0].grad, [0.6, 0.8], rtol=1e-15)
    assert parameters[1].grad is None
    assert optim.clip_gradient(parameters[1:], 1.0) == 0


def test_clipping_does_as_pytorch_does(torch):
    rng = np.random.default_rng(0)
    parameters = with_gradients(rng.normal(size=(3, 4)), rng.normal(size=5))
    theirs = [torch.nn.Parameter(torch.tensor(p.numpy())) for p in parameters]
    for p, q in zip(parameters, theirs, strict=True):
        q.grad = torch.tensor(p.grad)
    length = torch.nn.utils.clip_grad_norm_(theirs, 0.5)

    assert optim.clip_gradient(parameters, 0.5) == pytest.approx(length.item(), rel=1e-12)
    for p, q in zip(parameters, theirs, strict=True):
        np.testing.assert_allclose(p.grad, q.grad.numpy(), rtol=1e-5)  # PyTorch adds 1e-6 to the length


@pytest.mark.parametrize("size", [1e25, 1e-25])
def test_single_precision_squares_neither_overflow_nor_vanish(size):
    [p] = with_gradients([3 * size, 4 * size], dtype=np.float32)

    assert optim.clip_gradient([p], size) == pytest.approx(5 * size, rel=1e-6)
    np.testing.assert_allclose(p.grad, [0.6 * size, 0.8 * size], rtol=1e-6)
    assert p.grad.dtype == np.float32


@pytest.mark.parametrize("longest", [0, -1.0, float("nan")])
def test_a_longest_gradient_that_is_not_positive_is_refused_and_nothing_is_touched(longest):
    [p] = with_gradients([3.0, 4.0])
    with pytest.raises(ValueError, match=f"clip_gradient: longest={longest}; it must be positive"):
        optim.clip_gradient([p], longest)

    assert p.grad.tolist() == [3, 4]


# ---- schedules


@pytest.mark.parametrize("make", [tn.SGD, tn.Adam])
@pytest.mark.parametrize("total_steps", [None, 0, -1])
def test_a_schedule_needs_to_know_how_many_steps_there_will_be(make, total_steps):
    with pytest.raises(ValueError, match=r"total_steps=.*progress from 0 to 1.*total_steps=epochs \* steps_per_epoch"):
        make([parameter([0.0])], schedule=optim.cosine, total_steps=total_steps)


def test_a_schedule_means_the_same_in_an_optimizer_as_in_fit():
    w = parameter([0.0])
    opt, rates = tn.SGD([w], lr=0.1, schedule=optim.cosine, total_steps=4), []
    for _ in range(4):
        before = w.numpy()
        w.grad = np.ones(1, w.dtype)
        opt.step()
        rates.append((before - w.numpy()).item())
    np.testing.assert_allclose(rates, [0.1 * (1 + np.cos(np.pi * t / 4)) / 2 for t in range(4)], rtol=1e-6)


@pytest.mark.parametrize(
    "schedule, values",
    [
        (optim.constant, {0: 1, 0.5: 1, 1: 1}),
        (optim.cosine, {0: 1, 0.25: 0.5 + 0.125**0.5, 0.5: 0.5, 1: 0}),
        (optim.exponential(0.01), {0: 1, 0.5: 0.1, 1: 0.01}),
        (optim.stepwise(0.5, 0.8), {0: 1, 0.49: 1, 0.5: 0.1, 0.79: 0.1, 0.8: 0.01, 1: 0.01}),
        (optim.stepwise(0.5, ratio=0.5), {0: 1, 0.5: 0.5}),
    ],
)
def test_schedules_take_their_values(schedule, values):
    np.testing.assert_allclose([schedule(t) for t in values], list(values.values()), atol=1e-12)
