"""Records of training: against one step known in advance, sums over buckets, ranks, and training without a record."""

import numpy as np
import pytest

import tinynet as tn
from tinynet.frontier.after_training import compress
from tinynet.reading.inside import weights
from tinynet.reading.training.comparison import Record, plot_training

WAYS = {
    "dense": tn.Dense(),
    "hashed": tn.Hashed(1 / 4),
    "low-rank": tn.LowRank(rank=3),
    "binary": tn.Binary(),
    "sparse": tn.Sparse(1 / 4),
    "quantized": tn.Quantized(bits=2),
    "scaled": tn.Scaled(tn.Dense()),
}


def blobs(n=60, seed=0):
    rng = np.random.default_rng(seed)
    labels = np.arange(n) % 3
    return (rng.normal(size=(n, 8)) + 2 * np.eye(8)[labels]).astype(np.float32), labels


def recorded(weight, epochs=3, **options):
    net = tn.MLP([8, 16, 3], weight, seed=1)
    record = Record(net, blobs())
    tn.fit(net, blobs(), epochs=epochs, lr=0.05, report=record, **options)
    return net, record


@pytest.mark.parametrize("way", WAYS)
def test_every_method_is_recorded_and_none_is_disturbed(way):
    net, record = recorded(WAYS[way])
    alone = tn.MLP([8, 16, 3], WAYS[way], seed=1)
    tn.fit(alone, blobs(), epochs=3, lr=0.05)
    for ours, theirs in zip(net.parameters(), alone.parameters(), strict=True):
        np.testing.assert_array_equal(ours.numpy(), theirs.numpy())
    assert len(record.moments) == 4 and len(record.history) == 3
    start, *_, end = record.moments
    assert start.distance == {"0 Linear": 0, "2 Linear": 0} and end.distance["0 Linear"] >= 0
    for name, W in weights(net).items():
        np.testing.assert_allclose(end.spectra[name], np.linalg.svd(W)[1], rtol=1e-5, atol=1e-6)


def test_a_step_goes_as_far_as_the_rate_times_the_gradient():
    _, record = recorded(tn.Dense(), epochs=1, batch_size=60, momentum=0.0)
    g = np.linalg.norm(record.moments[0].gradients["0 Linear"])
    length = np.linalg.norm(record.start["0 Linear"])
    assert record.moments[1].distance["0 Linear"] == pytest.approx(0.05 * g / length, rel=1e-3)


def test_a_buckets_gradient_is_the_signed_sum_over_its_entries():
    net = tn.MLP([8, 16, 3], tn.Hashed(1 / 8), seed=1)
    dense = compress(net, tn.Dense())
    virtual = [layer.weight.W for layer in dense.layers[::2]]
    tn.functional.softmax_cross_entropy(dense(blobs()[0]), blobs()[1]).backward()
    for (name, found), layer, W in zip(
        Record(net, blobs()).moments[0].gradients.items(), net.layers[::2], virtual, strict=True
    ):
        K = layer.weight.K
        unit = np.eye(K, dtype=np.float32)  # bucket k alone: which entries hold it, and with what sign
        sums = []
        for k in range(K):
            layer.weight.buckets.W.data = unit[k : k + 1]
            sums.append((layer.weight.weight().numpy() * W.grad).sum())
        np.testing.assert_allclose(found, np.sort(np.abs(sums)), rtol=1e-4, atol=1e-7)
        assert name in weights(net)


def test_a_shared_gradient_is_the_root_of_the_sharers_longer():
    probe = np.random.default_rng(0).normal(size=(500, 64)).astype(np.float32), np.arange(500) % 10
    rms = {}
    for name, recipe in (("dense", tn.Dense()), ("hashed", tn.Hashed(1 / 16))):
        g = Record(tn.MLP([64, 256, 10], recipe), probe).moments[0].gradients["0 Linear"]
        rms[name] = np.sqrt(np.mean(g.astype(float) ** 2))
    assert rms["hashed"] / rms["dense"] == pytest.approx(4, rel=0.25)


def test_a_bucket_keeps_that_gradient_beside_the_entries_of_its_own_matrix():
    train, *_ = tn.datasets.load("digits")
    net = tn.MLP([64, 128, 10], tn.Hashed(1 / 8))
    for epochs in (0, 10):
        if epochs:
            tn.fit(net, train, epochs=epochs, lr=0.03)
        ways = net, compress(net, tn.Dense())  # the same W, once with shared numbers
        buckets, entries = (Record(way, train).moments[0].gradients["0 Linear"].astype(float) for way in ways)
        assert np.sqrt(np.mean(buckets**2) / np.mean(entries**2)) == pytest.approx(8**0.5, rel=0.1)


def test_a_low_rank_matrix_keeps_its_rank():
    _, record = recorded(tn.LowRank(rank=3))
    assert all((m.spectra["0 Linear"] > 1e-5).sum() == 3 for m in record.moments)


def test_saturation_is_the_share_beyond_nine_tenths():
    net = tn.Sequential(tn.Linear(2, 2), tn.Tanh())
    net.layers[0].weight.W.data = np.eye(2, dtype=np.float32)
    z = np.array([[2, 0], [-2, 1], [0.1, 1.4], [1.5, -1.48]], np.float32)  # tanh 1.472 = 0.9
    assert Record(net, (z, np.array([0, 1, 0, 1]))).moments[0].saturated == 4 / 8


def test_signs_are_saturated_from_the_start():
    net = tn.BinaryMLP([8, 16, 3])
    record = Record(net, (np.tanh(blobs()[0]), blobs()[1]))
    tn.fit(net, blobs(), epochs=2, lr=1.0, report=record)
    assert [m.saturated for m in record.moments] == [1, 1, 1] and record.moments[-1].distance["1 Linear"] > 0


def test_the_picture_has_a_line_a_network_and_panel():
    records = {way: recorded(WAYS[way])[1] for way in ("dense", "hashed")}
    panels = plot_training(records).axes
    assert len(panels) == 6 and [t.get_text() for t in panels[0].get_legend().get_texts()] == ["dense", "hashed"]
    assert all(axes.get_xlabel() and axes.get_ylabel() for axes in panels)
    for i, record in enumerate(records.values()):
        assert panels[0].lines[i].get_ydata().tolist() == record.history.loss
        assert panels[5].lines[i].get_ydata().tolist() == [m.distance["0 Linear"] for m in record.moments]
        median = [np.median(m.gradients["0 Linear"]) for m in record.moments]
        np.testing.assert_allclose(panels[2].lines[i].get_ydata(), median)
    assert "2 Linear" in plot_training(records, "2 Linear").axes[5].get_title()


def test_errors_say_what_is_wrong():
    x, labels = blobs()
    with pytest.raises(ValueError, match="no Tanh or sign layer among its own"):
        Record(tn.MLP([8, 4, 3], activation=tn.ReLU), (x, labels))
    with pytest.raises(ValueError, match=r"probe: inputs of shape \(0, 8\)"):
        Record(tn.MLP([8, 4, 3]), (x[:0], labels[:0]))
    with pytest.raises(ValueError, match=r"Linear.*8"):
        Record(tn.MLP([9, 4, 3]), (x, labels))
    net = tn.MLP([8, 4, 3])
    net.layers[0].bias.data = np.full(4, np.nan, np.float32)
    with pytest.raises(ValueError, match="layer 0 Linear gives values that are not finite"):
        Record(net, (x, labels))
    with pytest.raises(ValueError, match=r"nothing to draw; pass \{label: record"):
        plot_training({"dense": Record(tn.MLP([8, 4, 3]), (x, labels))})
    with pytest.raises(ValueError, match=r"dense has no matrix '1 Linear'; it has \['0 Linear', '2 Linear'\]"):
        plot_training({"dense": recorded(tn.Dense(), epochs=1)[1]}, "1 Linear")
