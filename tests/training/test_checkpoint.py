"""A run that is cut off and resumed ends with the same bits; what is no checkpoint of it is refused."""

import json
import os
import sys
from dataclasses import asdict
from functools import partial

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import save as to_bytes

import tinynet as tn
from tinynet.storage.gate import checksum
from tinynet.training import optim
from tinynet.training.checkpoint import Checkpoint, Snapshot

training = sys.modules["tinynet.training.fit"]  # the module: the package's name for it is the function

RUNS = {
    "momentum": (lambda: tn.MLP([2, 6, 2]), {}),
    "dropout": (lambda: tn.MLP([2, 6, 6, 2], dropout=0.4), {}),
    "batch norm": (lambda: tn.MLP([2, 6, 2], batch_norm=True), {"weight_decay": 1e-3}),
    "Adam": (lambda: tn.MLP([2, 6, 2]), {"optimizer": tn.Adam, "lr": 0.01}),
    "schedule": (lambda: tn.MLP([2, 6, 2]), {"schedule": optim.cosine}),
    "hashed": (lambda: tn.MLP([2, 6, 2], tn.Hashed(1 / 2)), {}),
    "latent weights": (lambda: tn.MLP([2, 6, 2], tn.Quantized(bits=2)), {}),
    "low rank of bits": (lambda: tn.MLP([2, 6, 2], tn.LowRank(rank=2, inner=tn.Binary())), {}),
    "augmented": (lambda: tn.MLP([2, 6, 2]), {"augment": lambda x, rng: x + rng.normal(size=x.shape).astype("f4")}),
    "binary": (lambda: tn.BinaryMLP([2, 6, 6, 2], dropout=(0.1, 0.2)), {"lr": 0.01}),
}


@pytest.mark.parametrize("make, options", RUNS.values(), ids=RUNS.keys())
@pytest.mark.parametrize("validates", [False, True], ids=["no validation", "validation"])
def test_a_resumed_run_ends_with_the_same_bits_as_one_that_was_not_interrupted(
    blobs, bits, interrupt_at, tmp_path, make, options, validates
):
    # every third label is wrong, so that the best epoch need not be the last
    x, labels = blobs(60)
    train, valid = (x, np.where(np.arange(60) % 3 == 0, 1 - labels, labels)), blobs(30, seed=1) if validates else None
    options = {"epochs": 6, "batch_size": 10, "seed": 5} | options
    whole = make()
    expected = tn.fit(whole, train, valid, **options)

    path = tmp_path / "run"
    for epoch, step in [(0, 4), (2, 1), (3, 6)]:  # interrupted three times, counted from where it goes on
        cut = make()  # as in a new process
        history = tn.fit(cut, train, valid, **options, checkpoint=path, loss=interrupt_at(6 * epoch + step))
        assert history.interrupted
    resumed = make()
    history = tn.fit(resumed, train, valid, **options, checkpoint=path)

    assert bits(resumed) == bits(whole)
    assert history == expected and not history.interrupted


def test_a_net_of_another_seed_takes_all_its_values_from_the_checkpoint(blobs, bits, interrupt_at, tmp_path):
    options = {"epochs": 4, "batch_size": 10, "checkpoint": tmp_path / "run"}
    tn.fit(tn.MLP([2, 4, 2]), blobs(), **options, loss=interrupt_at(30))
    net, whole = tn.MLP([2, 4, 2], seed=9), tn.MLP([2, 4, 2])
    tn.fit(net, blobs(), **options)
    tn.fit(whole, blobs(), epochs=4, batch_size=10)

    assert bits(net) == bits(whole)


def test_a_resumed_run_goes_back_to_a_best_epoch_from_before_the_interruption(
    blobs, bits, interrupt_at, epochs_with_errors, tmp_path, monkeypatch
):
    options = {"checkpoint": tmp_path / "run"}
    loss = interrupt_at(3 * 12 + 5)
    _, states, _ = epochs_with_errors([0.3, 0.1, 0.2, 0.4, 0.5], loss=loss, **options)
    remaining = iter([0.4, 0.5])
    monkeypatch.setattr(training, "evaluate", lambda net, data, name: next(remaining))
    net = tn.MLP([2, 4, 2], batch_norm=True)
    history = tn.fit(net, blobs(), blobs(seed=1), epochs=5, batch_size=10, **options)

    assert history.best_epoch == 1 and history.valid_error == [0.3, 0.1, 0.2, 0.4, 0.5]
    assert bits(net) == states[1]


def test_a_finished_run_is_not_run_again(blobs, bits, interrupt_at, tmp_path):
    options = {"epochs": 2, "checkpoint": tmp_path / "run"}
    net, again = tn.MLP([2, 4, 2]), tn.MLP([2, 4, 2])
    history = tn.fit(net, blobs(), **options)

    assert tn.fit(again, blobs(), **options, loss=interrupt_at(1)) == history
    assert bits(again) == bits(net)


@pytest.mark.parametrize(
    "net, data_seed, options, message",
    [
        (tn.MLP([2, 4, 2]), 0, {"lr": 0.2}, r"lr=0\.1, now it is 0\.2"),
        (tn.MLP([2, 4, 2]), 0, {"momentum": 0.5}, r"momentum=0\.9, now it is 0\.5"),
        (tn.MLP([2, 4, 2]), 0, {"batch_size": 7}, r"batch_size=50, now it is 7"),
        (tn.MLP([2, 4, 2]), 0, {"seed": 1}, r"seed=0, now it is 1"),
        (tn.MLP([2, 4, 2]), 0, {"weight_decay": 0.5}, r"weight_decay=0\.0, now it is 0\.5"),
        (tn.MLP([2, 4, 2]), 0, {"optimizer": tn.Adam}, r"optimizer=SGD, now it is Adam"),
        (tn.MLP([2, 4, 2]), 0, {"schedule": optim.cosine}, r"schedule="),
        (tn.MLP([2, 5, 2]), 0, {}, r"net="),
        (tn.MLP([2, 4, 2], dropout=0.5), 0, {}, r"net="),
        (tn.MLP([2, 4, 2], tn.Binary()), 0, {}, r"net="),
        (tn.MLP([2, 4, 2]), 0, {"augment": lambda x, rng: -x}, r"augment=None, now it is"),
        (tn.MLP([2, 4, 2]), 3, {}, r"data="),
    ],
)
def test_the_checkpoint_of_another_run_is_refused_and_nothing_is_touched(
    blobs, bits, a_checkpoint, tmp_path, net, data_seed, options, message
):
    path = tmp_path / "run"
    a_checkpoint(path)
    content, before = path.read_bytes(), bits(net)

    with pytest.raises(ValueError, match=message):
        tn.fit(net, blobs(seed=data_seed), epochs=4, checkpoint=path, **options)
    assert path.read_bytes() == content and bits(net) == before


def noise(size):
    return lambda x, rng: x + np.float32(size) * rng.normal(size=x.shape).astype(np.float32)


def sgd(**options):
    return partial(tn.SGD, **options)


def bump(center, height):
    """A cosine with a narrow bump, so that it agrees with the cosine almost everywhere."""
    return lambda p: optim.cosine(p) + height * (abs(p - center) < 0.01)


class Signed(tn.optim.Optimizer):
    """Steps of one size, with settings of its own."""

    def __init__(self, parameters, lr, sizes=(1, 2), name="a", table=None, **options):
        super().__init__(parameters, lr, **options)
        self.sizes, self.name, self.table = sizes, name, np.arange(3) if table is None else table

    def update(self, g, eta, running):
        return -eta * np.sign(g)


@pytest.mark.parametrize(
    "then, now, message",
    [
        ({"optimizer": sgd(momentum=0.9)}, {"optimizer": sgd(momentum=0.5)}, r"the optimizer=.*'momentum': 0\.9.*"
            r"now it is .*'momentum': 0\.5"),
        ({"optimizer": sgd()}, {"optimizer": lambda p, lr, **k: tn.SGD(p, 2 * lr, **k)}, r"the optimizer=.*'lr'"),
        ({"optimizer": tn.Adam}, {"optimizer": partial(tn.Adam, betas=(0.8, 0.999))}, "settings of the optimizer="),
        ({"optimizer": tn.Adam}, {"optimizer": partial(tn.Adam, eps=1e-6)}, "settings of the optimizer="),
        ({"optimizer": Signed}, {"optimizer": partial(Signed, sizes=(1, 3))}, "settings of the optimizer="),
        ({"optimizer": Signed}, {"optimizer": partial(Signed, name="b")}, "settings of the optimizer="),
        ({"optimizer": Signed}, {"optimizer": partial(Signed, table=np.arange(3) + 1)}, "settings of the optimizer="),
        ({"augment": noise(1)}, {"augment": noise(1.01)}, "augment="),
        ({"schedule": bump(0.05, 0.1)}, {"schedule": bump(0.05, 0.2)}, "schedule="),
        ({"schedule": optim.cosine}, {"schedule": bump(0.3, 0.1)}, "schedule="),
        ({"schedule": optim.stepwise(0.51)}, {"schedule": optim.stepwise(0.56)}, "schedule="),
    ],
)  # fmt: skip
def test_a_setting_inside_a_function_is_noticed(blobs, bits, interrupt_at, tmp_path, then, now, message):
    options = {"epochs": 5, "batch_size": 6, "checkpoint": tmp_path / "run"}  # 100 steps
    tn.fit(tn.MLP([2, 4, 2]), blobs(), **options, **then, loss=interrupt_at(50))
    net = tn.MLP([2, 4, 2])
    before = bits(net)
    with pytest.raises(ValueError, match=message):
        tn.fit(net, blobs(), **options, **now)
    assert bits(net) == before
    tn.fit(net, blobs(), **options, **then)  # its own settings are recognized


def test_a_net_that_hashes_otherwise_or_has_other_step_scales_is_refused(blobs, interrupt_at, tmp_path):
    options = {"epochs": 4, "batch_size": 10, "checkpoint": tmp_path / "run"}
    hashed = tn.Hashed(1 / 2)
    tn.fit(tn.MLP([2, 6, 2], hashed), blobs(), **options, loss=interrupt_at(30))
    with pytest.raises(ValueError, match="seeds="):
        tn.fit(tn.MLP([2, 6, 2], hashed, seed=9), blobs(), **options)
    slower = tn.MLP([2, 6, 2], hashed)
    slower.parameters()[0].step_scale = 0.5
    with pytest.raises(ValueError, match="scales and bounds="):
        tn.fit(slower, blobs(), **options)
    tn.fit(tn.MLP([2, 6, 2], hashed), blobs(), **options)


def flipped(content, place):
    return content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]


@pytest.mark.parametrize(
    "damage",
    [
        lambda c: b"",
        lambda c: c[:-1],
        lambda c: c[:100],
        lambda c: c + b"\0",
        lambda c: b"no checkpoint at all",
        lambda c: flipped(c, 3),
        lambda c: flipped(c, 40),
        lambda c: flipped(c, len(c) - 1),  # in the values
        lambda c: c.replace(b"now.3", b"now.9"),  # an array of another name
        lambda c: c.replace(b'\\"steps\\"', b'\\"stops\\"'),
        lambda c: c.replace(b'\\"history\\"', b'\\"mystery\\"'),
    ],
    ids=["empty", "short", "cut", "long", "text", "length", "header", "value", "name", "steps", "history"],
)
def test_a_damaged_checkpoint_is_refused_and_nothing_is_touched(blobs, bits, a_checkpoint, tmp_path, damage):
    path = tmp_path / "run"
    a_checkpoint(path)
    whole = path.read_bytes()
    path.write_bytes(damage(whole))
    assert path.read_bytes() != whole
    net = tn.MLP([2, 4, 2], seed=1)
    before = bits(net)

    with pytest.raises(ValueError, match=r"no readable checkpoint.*delete it"):
        tn.fit(net, blobs(), epochs=4, checkpoint=path)
    assert bits(net) == before


def parts_of(path):
    """Return the record and the arrays of a checkpoint."""
    with safe_open(path, framework="numpy") as file:
        return json.loads(file.metadata()["run"]), {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118


def forge(path, record, arrays, version="2"):
    """Write a checkpoint with any content, and a checksum that fits."""
    text = record if isinstance(record, str) else json.dumps(record)
    metadata = {"tinynet checkpoint": version, "run": text, "check": checksum(text, arrays)}
    path.write_bytes(to_bytes(arrays, metadata))


def resumed_or_refused(path, blobs, bits):
    """Return whether a run goes on from the file; otherwise it is refused with a short line, and nothing is touched."""
    net, optimizers = tn.MLP([2, 4, 2], dropout=0.5), []
    net.layers[0].bias.data = np.ones(4, np.float32)  # not what the file holds
    before = bits(net)

    def adam(*args, **options):
        optimizers.append(tn.Adam(*args, **options))
        return optimizers[0]

    try:
        with np.errstate(all="ignore"):
            tn.fit(net, blobs(), epochs=3, batch_size=40, lr=0.01, optimizer=adam, checkpoint=path)
    except ValueError as error:
        assert str(error).isprintable() and len(str(error)) < 1000
        assert bits(net) == before and optimizers[0].steps == 0
        return False
    except tn.TrainingError:
        assert not np.isfinite(net.parameters()[0].data).all()
    return True


@pytest.fixture
def adams(blobs, interrupt_at, tmp_path):
    """The record and arrays of a run with Adam and dropout, cut off in its third epoch."""
    path, net = tmp_path / "run", tn.MLP([2, 4, 2], dropout=0.5)
    options = dict(epochs=3, batch_size=40, lr=0.01, optimizer=tn.Adam, checkpoint=path)
    tn.fit(net, blobs(), **options, loss=interrupt_at(8))
    return parts_of(path)


NASTY = [None, True, -1, 0.5, 10**40, float("nan"), "\x1b[2J", "x" * 10**5, [], [1], {}, {"state": {}}]


def test_with_any_value_of_the_record_replaced_a_run_goes_on_or_is_refused(
    adams, blobs, bits, tmp_path, one_value_replaced
):
    record, arrays = adams
    forge(tmp_path / "run", record, arrays)
    assert resumed_or_refused(tmp_path / "run", blobs, bits)
    settings = record.pop("settings")
    for changed in one_value_replaced(record, NASTY):
        changed = changed | {"settings": settings} if isinstance(changed, dict) else changed
        forge(tmp_path / "run", changed, arrays)
        resumed_or_refused(tmp_path / "run", blobs, bits)
    for value in NASTY:
        forge(tmp_path / "run", record | {"settings": value}, arrays)
        assert not resumed_or_refused(tmp_path / "run", blobs, bits)


def test_with_any_array_damaged_a_checkpoint_is_refused(adams, blobs, bits, tmp_path):
    record, arrays = adams
    for name, a in arrays.items():
        others = [a.astype(np.float64), np.append(a, 1).astype(a.dtype)]
        others += [np.asarray(a - 10)] if a.dtype.kind == "i" else []
        for other in others:
            forge(tmp_path / "run", record, arrays | {name: other})
            assert not resumed_or_refused(tmp_path / "run", blobs, bits), (name, other.dtype, other.shape)
        forge(tmp_path / "run", record, {n: b for n, b in arrays.items() if n != name})
        assert not resumed_or_refused(tmp_path / "run", blobs, bits), name


@pytest.mark.parametrize(
    "text, version, message",
    [
        ("[" * 10**5, "2", "nested more than 64 deep"),
        ("{", "2", "Expecting property name"),
        ("[]", "2", "list indices"),
        ("{}", "1", "it has version '1', this tinynet reads version '2'"),
        ("{}", "\x1b[2J" * 10**4, r"it has version '\\x1b\[2J"),
    ],
    ids=["deep", "no JSON", "a list", "version 1", "version of escape codes"],
)
def test_what_is_no_checkpoint_of_this_version_is_refused(blobs, bits, tmp_path, text, version, message):
    forge(tmp_path / "run", text, {}, version)
    with pytest.raises(tn.ModelFileError, match=message):
        tn.fit(tn.MLP([2, 4, 2]), blobs(), checkpoint=tmp_path / "run")


def test_a_network_a_pipe_and_a_folder_are_no_checkpoints(blobs, tmp_path):
    tn.save(tn.MLP([2, 4, 2]), tmp_path / "net")
    os.mkfifo(tmp_path / "pipe")  # reading it would wait for ever
    for name, message in ("net", "not one of tinynet"), ("pipe", "a pipe or a device"), (".", "a directory"):
        with pytest.raises(tn.ModelFileError, match=message):
            tn.fit(tn.MLP([2, 4, 2]), blobs(), checkpoint=tmp_path / name)


def test_a_long_history_fits_beside_a_small_network(blobs, tmp_path):
    """The header, where the history is, may be longer than the payload allows to a network."""
    net = tn.MLP([2, 1, 2])
    checkpoint = Checkpoint(tmp_path / "run", net, tn.SGD(net.parameters()), blobs(), {}, optim.constant, 9)
    history = tn.History(*[[0.1 + 1e-9 * i for i in range(5_000)] for _ in range(5)], best_epoch=7)
    checkpoint.write(asdict(history), Snapshot.of(net))
    assert checkpoint.resume(tn.History)[0] == history


@pytest.mark.parametrize("function", ["replace", "fsync"])
def test_a_checkpoint_is_written_whole_or_not_at_all(blobs, a_checkpoint, tmp_path, monkeypatch, function):
    path = tmp_path / "run"
    a_checkpoint(path)
    content = path.read_bytes()

    def fail(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, function, fail)
    with pytest.raises(OSError, match="No space"):
        tn.fit(tn.MLP([2, 4, 2]), blobs(), epochs=4, checkpoint=path)
    assert path.read_bytes() == content
    assert os.listdir(tmp_path) == ["run"]


def test_a_checkpoint_that_cannot_be_written_fails_before_any_step(blobs, bits, tmp_path):
    net = tn.MLP([2, 4, 2])
    before = bits(net)

    with pytest.raises(FileNotFoundError, match=r"there is no folder .* for the checkpoint; create it"):
        tn.fit(net, blobs(), epochs=2, checkpoint=tmp_path / "missing" / "run")
    assert bits(net) == before
