"""Files of PyTorch's: against PyTorch where it is installed, and as files of arrays where it is not."""

import numpy as np
import pytest
from safetensors.numpy import save_file

import tinynet as tn

RNG = np.random.default_rng(0)
X = RNG.normal(size=(9, 5)).astype(np.float32)


def written(path, **arrays):
    save_file({name.replace("__", "."): np.ascontiguousarray(a, np.float32) for name, a in arrays.items()}, path)
    return path


def of_torch(torch, module, path):
    from safetensors.torch import save_file

    for p in module.state_dict().values():
        if p.dtype == torch.float32:
            p.copy_(torch.rand(p.shape) + 0.1)  # running variances are positive
    save_file(module.state_dict(), path)
    return module.eval()


def same_scores(torch, ours, theirs, x):
    with torch.no_grad():
        expected = theirs(torch.tensor(x)).numpy()
    np.testing.assert_allclose(ours(x).numpy(), expected, rtol=1e-5, atol=1e-6)


def test_a_sequential_gives_the_same_scores(torch, tmp_path):
    nn, path = torch.nn, tmp_path / "model.safetensors"
    linear, norm, relu = nn.Linear, nn.BatchNorm1d, nn.ReLU
    for module in (
        nn.Sequential(linear(5, 8), relu(), linear(8, 6, bias=False), relu(), nn.Dropout(0.1), linear(6, 3)),
        nn.Sequential(linear(5, 8), norm(8), relu(), linear(8, 3)),
        nn.Sequential(linear(5, 8), relu(), norm(8), linear(8, 3)),
        nn.Sequential(linear(5, 8), linear(8, 3)),
        nn.Sequential(*[layer for _ in range(12) for layer in (linear(5, 5), relu())], linear(5, 3)),  # 10 after 9
        nn.Sequential(linear(5, 3)),
    ):
        of_torch(torch, module, path)
        same_scores(torch, tn.import_safetensors(path, "relu"), module, X)


def test_an_lstm_gives_the_same_scores(torch, tmp_path):
    class Model(torch.nn.Module):
        def __init__(self, last):
            super().__init__()
            self.lstm, self.head, self.last = torch.nn.LSTM(5, 4, 2, batch_first=True), torch.nn.Linear(4, 3), last

        def forward(self, x):
            h, _ = self.lstm(x)
            return self.head(h[:, -1] if self.last else h)

    x = RNG.normal(size=(3, 7, 5)).astype(np.float32)
    for last in (True, False):
        module = of_torch(torch, Model(last), tmp_path / "m")
        same_scores(torch, tn.import_safetensors(tmp_path / "m", last=last), module, x)


def test_matrices_are_turned_and_half_precision_is_read(tmp_path):
    W, b = RNG.normal(size=(8, 5)).astype(np.float16), np.zeros(8, np.float16)
    save_file({"0.weight": W, "0.bias": b}, tmp_path / "m")
    net = tn.import_safetensors(tmp_path / "m")
    np.testing.assert_allclose(net(X).numpy(), X @ W.T.astype(np.float32), atol=1e-5)


def test_names_give_the_order_or_ask_for_it(tmp_path):
    A, B, C = np.ones((5, 5)), 2 * np.eye(5), np.ones((2, 5))
    path = written(tmp_path / "m", fc2__weight=B, fc10__weight=C, fc1__weight=A)
    expected = np.tanh(np.tanh(X @ A.T) @ B.T) @ C.T
    np.testing.assert_allclose(tn.import_safetensors(path)(X).numpy(), expected, atol=1e-5)
    path = written(tmp_path / "m", zuerst__weight=A, danach__weight=B, out__weight=C)
    with pytest.raises(
        ValueError, match=r"what comes first, danach, out, zuerst\? Their names do not tell; give names="
    ):
        tn.import_safetensors(path)
    net = tn.import_safetensors(path, names=["zuerst", "danach", "out"])
    np.testing.assert_allclose(net(X).numpy(), expected, atol=1e-5)
    with pytest.raises(
        ValueError, match=r"names=\['out'\]; the file has \['danach', 'out', 'zuerst'\], name each once"
    ):
        tn.import_safetensors(path, names=["out"])


L = {"weight_ih_l0": np.ones((8, 5)), "weight_hh_l0": np.ones((8, 2)), "bias_ih_l0": np.ones(8)}
BAD = {
    r"'0' holds bias float32\[3\], weight float32\[3, 2, 5, 5\]: a convolution\? Linear, BatchNorm1d and LSTM can": {
        "0__weight": np.ones((3, 2, 5, 5)), "0__bias": np.ones(3)
    },
    r"'2': W of shape \(3, 8\) takes 3 inputs, but 8 reach it; is W the other way round": {
        "0__weight": np.ones((8, 5)), "2__weight": np.ones((8, 3))
    },
    r"'0' holds weight_g float32\[8\]": {"0__weight_g": np.ones(8)},
    r"'1': batch norm of \[3, 3, 3, 3\] numbers behind 8 columns": {
        "0__weight": np.ones((8, 5)), "1__weight": np.ones(3), "1__bias": np.ones(3), "1__running_mean": np.ones(3),
        "1__running_var": np.ones(3),
    },
    r"'lstm' holds weight_ih_l0_reverse; an LSTM that reads one way": {
        "lstm__weight_ih_l0": L["weight_ih_l0"], "lstm__weight_ih_l0_reverse": L["weight_ih_l0"]
    },
    r"'lstm': weight_hh_l0 \[6, 2\]; an LSTM has \(4 H, H\)\. A GRU or RNN has not": {
        "lstm__weight_ih_l0": np.ones((6, 5)), "lstm__weight_hh_l0": np.ones((6, 2))
    },
    r"'lstm': layer 0 lacks weight_ih_l0 or weight_hh_l0": {"lstm__weight_ih_l0": L["weight_ih_l0"]},
    r"'0', W|'0': W holds values that are not finite": {"0__weight": np.full((2, 2), np.inf)},
}  # fmt: skip


@pytest.mark.parametrize("message", BAD)
def test_what_cannot_be_brought_in_is_named(message, tmp_path):
    with pytest.raises(ValueError, match=f"^import_safetensors: ({message})"):
        tn.import_safetensors(written(tmp_path / "m", **BAD[message]))


def test_files_that_are_none_are_refused(tmp_path, torch):
    from safetensors.torch import save_file

    path = tmp_path / "m"
    with pytest.raises(FileNotFoundError, match=r"^import_safetensors: there is no file"):
        tn.import_safetensors(path)
    path.write_bytes(b"junk")
    with pytest.raises(ValueError, match=r"is no safetensors file"):
        tn.import_safetensors(path)
    tn.save(tn.MLP([2, 2]), path)
    with pytest.raises(ValueError, match=r"is a file of tinynet's own; use tn\.load"):
        tn.import_safetensors(path)
    written(path)
    with pytest.raises(ValueError, match=r"holds no arrays"):
        tn.import_safetensors(path)
    save_file({"0.weight": torch.ones(2, 2, dtype=torch.bfloat16)}, path)
    with pytest.raises(ValueError, match=r"'0\.weight' is BF16; save the model as float32: model\.float\(\)"):
        tn.import_safetensors(path)
