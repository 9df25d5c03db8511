"""Soft targets: the formula in NumPy, the two usual mistakes, and what fit makes of a teacher."""

import numpy as np
import pytest

import tinynet as tn
from tinynet.training.distillation import scores_of

F = tn.functional


def drawn(*shape, seed=0, scale=3.0):
    return scale * np.random.default_rng(seed).normal(size=shape)


def softened(s, T):
    p = np.exp(s / T)
    return p / p.sum(axis=-1, keepdims=True)


def blobs(n=60, seed=0):
    rng = np.random.default_rng(seed)
    labels = np.arange(n) % 3
    return (rng.normal(size=(n, 2)) + 3 * np.eye(3)[labels][:, :2]).astype(np.float32), labels


# ---------------------------------------------------------------------- the loss


@pytest.mark.parametrize("T", [0.5, 1, 4, 20])
def test_the_value_is_t_squared_times_the_cross_entropy_of_both_softened(T):
    s, v = drawn(5, 4), drawn(5, 4, seed=1)
    wanted = -(T**2) * np.mean((softened(v, T) * np.log(softened(s, T))).sum(axis=1))
    assert F.soft_targets(tn.Tensor(s), v, T).item() == pytest.approx(wanted, rel=1e-12)


@pytest.mark.parametrize("T", [0.5, 1, 4, 20])
def test_the_teachers_own_scores_are_the_minimum_at_every_temperature(T):
    """With T on one side only, the gradient would vanish at scores T times too large or too small."""
    s = tn.Tensor(drawn(5, 4), requires_grad=True)
    F.soft_targets(s, s.detach() + 7.0, T).backward()  # the same scores up to a constant
    assert np.abs(s.grad).max() < 1e-12
    elsewhere = tn.Tensor(2 * drawn(5, 4), requires_grad=True)
    F.soft_targets(elsewhere, drawn(5, 4), T).backward()
    assert np.abs(elsewhere.grad).max() > 1e-3


def test_at_high_temperature_the_gradient_is_the_difference_of_the_scores():
    """Equation 4 of the paper times T^2; without the T^2 it would fall to a ten-thousandth."""
    s, v = drawn(5, 4), drawn(5, 4, seed=1)
    s, v = s - s.mean(axis=1, keepdims=True), v - v.mean(axis=1, keepdims=True)
    for T in (100, 1000):
        x = tn.Tensor(s, requires_grad=True)
        F.soft_targets(x, v, T).backward()
        np.testing.assert_allclose(x.grad, (s - v) / 4 / 5, rtol=0.2 if T == 100 else 0.02, atol=10 / T)


def test_gradients_by_differences():
    counted = np.array([True, False, True])
    for rows in (None, counted):
        s = tn.Tensor(drawn(3, 4), requires_grad=True)
        tn.check_gradients(lambda s, rows=rows: F.soft_targets(s, drawn(3, 4, seed=1), 3.0, rows), s)


def test_rows_that_do_not_count_change_nothing():
    s, v, counted = drawn(2, 3, 4), drawn(2, 3, 4, seed=1), np.array([[True, True, False], [True, False, False]])
    kept = F.soft_targets(tn.Tensor(s[counted]), v[counted], 2.0).item()
    assert F.soft_targets(tn.Tensor(s), v, 2.0, counted).item() == pytest.approx(kept, rel=1e-12)


def test_large_scores_do_not_overflow():
    assert F.soft_targets(tn.Tensor(drawn(2, 3, scale=1e4)), drawn(2, 3, scale=1e4), 2.0).item() < 1e6


def test_what_cannot_be_a_soft_target_is_named():
    s = tn.Tensor(drawn(2, 3))
    with pytest.raises(ValueError, match=r"soft_targets: outputs have shape \(2, 3\), targets \(2, 4\)"):
        F.soft_targets(s, drawn(2, 4))
    for arguments in ((-1.0,), (1.0, np.array([False, False]))):
        with pytest.raises(ValueError, match=r"soft_targets: temperature=.*at least one row must count"):
            F.soft_targets(s, drawn(2, 3), *arguments)


# ---------------------------------------------------------------------- in fit


def test_one_taught_step_is_the_step_of_the_mixed_loss():
    x, labels = blobs(6)
    v = drawn(6, 3)
    net, by_hand = tn.MLP([2, 5, 3]), tn.MLP([2, 5, 3])
    history = tn.fit(
        net, (x, labels), epochs=1, batch_size=6, lr=0.5, momentum=0.0, teacher=v, temperature=3.0, mix=0.7
    )
    order = np.random.default_rng([0, 0]).permutation(6)
    scores = by_hand(x[order])
    loss = 0.3 * F.softmax_cross_entropy(scores, labels[order])
    soft = F.softmax_cross_entropy(scores / 3.0, softened(v[order], 3.0))
    (loss + 0.7 * 9 * soft).backward()
    for ours, theirs in zip(net.parameters(), by_hand.parameters(), strict=True):
        np.testing.assert_allclose(ours.numpy(), theirs.numpy() - 0.5 * theirs.grad, rtol=1e-4, atol=1e-6)
    assert history.loss == [pytest.approx((loss + 6.3 * soft).item(), rel=1e-5)]


def test_a_network_and_its_saved_scores_teach_the_same_and_it_is_left_as_it_was(bits):
    data = blobs()
    teacher = tn.MLP([2, 20, 3], dropout=0.5, seed=5)
    before, nets = bits(teacher), [tn.MLP([2, 4, 3]) for _ in range(2)]
    for net, given in zip(nets, (teacher, scores_of(teacher, data[0], batch_size=7)), strict=True):
        tn.fit(net, data, epochs=3, batch_size=8, teacher=given)
    np.testing.assert_allclose(nets[0].parameters()[0].numpy(), nets[1].parameters()[0].numpy(), rtol=1e-4)
    assert teacher.training and bits(teacher) == before and all(p.grad is None for p in teacher.parameters())


def test_mix_zero_is_ordinary_training_and_mix_one_forgets_the_labels(bits):
    x, labels = blobs()
    plain, untaught, taught = (tn.MLP([2, 8, 3]) for _ in range(3))
    tn.fit(plain, (x, labels), epochs=5)
    tn.fit(untaught, (x, labels), epochs=5, teacher=drawn(60, 3), mix=0.0)
    assert bits(plain) == bits(untaught)
    other = (labels + 1) % 3  # the teacher says what the labels do not
    tn.fit(taught, (x, labels), epochs=40, teacher=8 * np.eye(3)[other], mix=1.0, temperature=2.0)
    assert tn.evaluate(taught, (x, other)) < 0.1 < 0.8 < tn.evaluate(taught, (x, labels))


def test_a_student_of_few_labels_learns_what_its_teacher_knows():
    """Labels that are noise for two in three, and a teacher who knows better: at mix = 1 the noise does no harm."""
    x, labels = blobs(300)
    noisy = np.where(np.arange(300) % 3 > 0, np.random.default_rng(0).integers(3, size=300), labels)
    teacher, alone, taught = (tn.MLP([2, 20, 3], seed=k) for k in range(3))
    tn.fit(teacher, (x, labels), epochs=20)
    tn.fit(alone, (x, noisy), epochs=40)
    tn.fit(taught, (x, noisy), epochs=40, teacher=teacher, mix=1.0)
    test = blobs(300, seed=1)
    assert tn.evaluate(taught, test) < tn.evaluate(alone, test)
    assert tn.evaluate(taught, test) == pytest.approx(tn.evaluate(teacher, test), abs=0.03)


def test_over_sequences_padding_teaches_nothing(bits):
    inputs, labels = np.zeros((2, 3), int), np.array([[0, 1, -1], [1, -1, -1]])
    v = drawn(2, 3, 4)
    nets = [tn.RecurrentNet([4, 3, 4]) for _ in range(2)]
    for net, scores in zip(nets, (v, np.where((labels == -1)[..., None], 99.0, v)), strict=True):
        tn.fit(net, (inputs, labels), epochs=2, batch_size=2, teacher=scores)
    assert bits(nets[0]) == bits(nets[1])


def test_training_resumes_only_with_the_same_teacher_and_settings(bits, tmp_path):
    data, v = blobs(), drawn(60, 3)
    options = dict(epochs=3, checkpoint=tmp_path / "run", teacher=v, temperature=2.0, mix=0.4)
    whole, cut = tn.MLP([2, 4, 3]), tn.MLP([2, 4, 3])
    tn.fit(whole, data, epochs=6, teacher=v, temperature=2.0, mix=0.4)
    tn.fit(cut, data, **options)
    for change in (dict(temperature=3.0), dict(mix=0.5), dict(teacher=v + 1e-3), dict(teacher=None)):
        with pytest.raises(ValueError, match=r"was made with (soft|data)="):
            tn.fit(tn.MLP([2, 4, 3]), data, **options | change)
    tn.fit(cut, data, **options | dict(epochs=6))
    assert bits(whole) == bits(cut)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (dict(temperature=0.0), r"temperature=0.0, mix=0.5; a temperature above 0 and a mix in \[0, 1\]"),
        (dict(mix=1.5), r"temperature=4.0, mix=1.5"),
        *(
            (dict(temperature=T), r"temperature=\S+; the teacher's scores divided")
            for T in (1e-310, 1e-30, 1e300, np.inf)
        ),
        (dict(teacher=np.zeros((59, 3))), r"scores have shape \(59, 3\).*\(60, 3\) are needed"),
        (dict(teacher=np.full((60, 3), np.nan)), r"finite: False"),
        (dict(teacher=np.zeros((60, 3), int)), r"dtype int64"),
        (dict(teacher=tn.MLP([2, 4])), r"scores have shape \(60, 4\)"),
    ],
)
def test_a_teacher_that_cannot_be_used_is_named(change, message):
    with pytest.raises(ValueError, match=message):
        tn.fit(tn.MLP([2, 4, 3]), blobs(), **dict(teacher=np.zeros((60, 3))) | change)


def test_real_targets_have_no_soft_ones():
    x, _ = blobs()
    with pytest.raises(ValueError, match=r"a teacher for targets of dtype float32; soft targets need class labels"):
        tn.fit(tn.MLP([2, 4, 2]), (x, x), teacher=x)
