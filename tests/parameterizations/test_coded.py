"""The entropy coder against a decoder of plain integers, and against entropies; what Coded saves and refuses."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tinynet as tn
from tinynet.parameterizations import ans


def skewed(shape, base, seed=0, share=0.8):
    """Return codes of which most are the one in the middle."""
    rng = np.random.default_rng(seed)
    return np.where(rng.random(shape) < share, base // 2, rng.integers(0, base, shape))


def entropy(counts):
    """Return the bits that codes with these counts hold together."""
    counts = counts[counts > 0]
    return -(counts * np.log2(counts / counts.sum())).sum()


# ---- the coder


@settings(max_examples=15)
@given(
    st.sampled_from([(1, 1), (1, 40), (40, 1), (7, 9), (150,), (70, 31), (2100, 1)]),
    st.sampled_from([2, 3, 5, 16, 256]), st.floats(0, 1), st.integers(0, 99),
)  # fmt: skip
def test_codes_come_back(shape, base, share, seed):
    codes = skewed(shape, base, seed, share)
    found = ans.decode(ans.encode(codes, base), shape, base)
    assert found.dtype == np.uint8 and np.array_equal(found, codes)


def decoded_by_hand(stream, shape, base):
    """Return the codes of a stream with a single lane, decoded with Python's own integers, as the text describes it."""

    def borders(weights, places):
        sums = [sum(weights[:k]) for k in range(base + 1)]
        return [s * (places - base) // sums[-1] + k for k, s in enumerate(sums)]

    x, words = stream[0] + 2**16 * stream[1], stream[2:]
    counts = {above: [0] * base for above in [*range(base), None]}
    codes, count = [], shape[0] * shape[1]
    digits = next(k for k in range(17) if base ** (k + 1) > 2**16)
    for i in range(count - digits):
        row = counts[codes[i - shape[1]] if i >= shape[1] else None]
        of_all = borders([2 * sum(each) + 1 for each in zip(*counts.values(), strict=True)], 64 * base)
        begin = borders([16 * n + of_all[k + 1] - of_all[k] for k, n in enumerate(row)], 2**14)
        code = max(k for k in range(base) if begin[k] <= x % 2**14)
        x = x // 2**14 * (begin[code + 1] - begin[code]) + x % 2**14 - begin[code]
        if x < 2**16:
            x = 2**16 * x + words.pop(0)
        row[code] += 1
        codes.append(code)
    assert not words
    return np.reshape(codes + [(x - 2**16) // base**k % base for k in range(digits)], shape)


@pytest.mark.parametrize("base", [2, 3, 15])
def test_a_decoder_of_plain_integers_reads_the_same(base):
    codes = skewed((12, 9), base)
    assert np.array_equal(decoded_by_hand(ans.encode(codes, base).tolist(), (12, 9), base), codes)


@pytest.mark.parametrize(("base", "share"), [(16, 0.5), (3, 0.6), (2, 0.9), (256, 0.3)])
def test_independent_codes_take_little_more_than_their_entropy(base, share):
    codes = skewed((200, 100), base, share=share)
    least = entropy(np.bincount(codes.ravel()))
    assert least < 8 * ans.encode(codes, base).nbytes < 1.03 * least + 6 * base + 500


def test_codes_that_follow_the_code_above_take_little_more_than_what_is_new():
    rng = np.random.default_rng(0)
    codes = np.empty((200, 100), int)
    codes[0] = rng.integers(0, 4, 100)
    for i in range(1, 200):
        codes[i] = np.where(rng.random(100) < 0.8, codes[i - 1], rng.integers(0, 4, 100))
    pairs = np.bincount(4 * codes[:-1].ravel() + codes[1:].ravel(), minlength=16).reshape(4, 4)
    least = sum(map(entropy, pairs))
    assert entropy(np.bincount(codes.ravel())) > 1.6 * least
    assert least < 8 * ans.encode(codes, 4).nbytes < 1.03 * least + 500


def test_codes_have_one_stream_and_any_other_is_refused():
    stream, refused = ans.encode(skewed((10, 10), 16), 16), 0
    for k in range(len(stream)):
        changed = stream.copy()
        changed[k] ^= 1 << k % 16
        for other in (changed, np.delete(stream, k), np.insert(stream, k, stream[k])):
            try:
                found = ans.decode(other, (10, 10), 16)
            except ValueError as error:
                refused += "a stream" in str(error)
            else:
                assert np.array_equal(ans.encode(found, 16), other)
    assert refused > 2.5 * len(stream)
    with pytest.raises(ValueError, match="a stream does not end with its 3 codes"):
        ans.decode(np.array([1, 0, 5], np.uint16), (1, 3), 256)  # a lane that begins too small, and takes a word
    for wrong in (stream.astype(np.uint8), stream[:, None], stream[:1]):
        with pytest.raises(ValueError, match="a stream of 100 codes: uint16"):
            ans.decode(wrong, (10, 10), 16)


def test_a_short_stream_cannot_announce_many_codes():
    with pytest.raises(ValueError, match="uint16, 131072 or more, not"):
        ans.decode(np.zeros(1000, np.uint16), (2**13, 2**13), 16)


# ---- the member


def sloped(m=40, n=24):
    """Return a matrix with few large entries."""
    return (np.random.default_rng(1).normal(size=(m, n)) ** 3).astype(np.float32)


DEEP = [
    (tn.Quantized(bits=4), {"V.codes"}),
    (tn.Quantized(levels=3), {"V.codes"}),
    (tn.Quantized(bits=8, scale="column"), {"V.codes"}),
    (tn.Codebook(levels=7), {"V.codes"}),
    (tn.Hashed(1 / 2, tn.Quantized(bits=4)), {"V.w.codes"}),
    (tn.Pruned(1 / 4, tn.Quantized(bits=6)), {"V.gaps", "V.w.codes"}),
    (tn.Scaled(tn.LowRank(rank=12, inner=tn.Quantized(bits=4))), {"V.V.U.codes", "V.V.V.codes"}),
    (tn.Columns([tn.Quantized(bits=2), tn.Coded(tn.Quantized(bits=4))]), {"V.0.codes", "V.1.V.codes"}),
]


@pytest.mark.parametrize(
    ("inner", "streams"), DEEP, ids=lambda v: repr(v) if isinstance(v, tn.Parameterization) else ""
)
def test_the_codes_of_any_recipe_at_any_depth_become_streams_and_come_back(inner, streams):
    W, recipe = sloped(), tn.Coded(inner)
    plain = inner.from_dense(W, seed=3).state()
    built = recipe.from_dense(W, seed=3)
    state = built.state()
    assert streams == {name.removesuffix("~") for name in state if name.endswith("~")}
    assert 8 * sum(a.nbytes for a in state.values()) == built.stored_bits() < 8 * sum(a.nbytes for a in plain.values())
    again = recipe.from_state(W.shape, state).V.state()
    assert again.keys() == plain.keys() and all(np.array_equal(again[name], a) for name, a in plain.items())


def test_the_first_values_are_those_of_the_inner_recipe():
    coded, plain = (r.build((12, 8), seed=5, fan_in=96) for r in (tn.Coded(tn.Codebook(bits=4)), tn.Codebook(bits=4)))
    assert np.array_equal(coded.weight().numpy(), plain.weight().numpy())


def test_what_would_not_become_smaller_stays_packed():
    built = tn.Coded(tn.Binary()).build((64, 32), seed=1)
    assert built.state().keys() == {"V.bits", "V.s"} and built.stored_bits() == 64 * 32 + 32


def test_a_trained_net_saves_an_eighth_loads_to_the_same_scores_and_freezes(tmp_path):
    train, _, test = tn.datasets.load("digits")
    plain = tn.MLP([64, 32, 10], tn.Quantized(bits=4), seed=0)
    tn.fit(plain, train, epochs=20, progress=False)
    coded = tn.MLP([64, 32, 10], tn.Coded(tn.Quantized(bits=4)))
    for mine, trained in zip(coded.layers[::2], plain.layers[::2], strict=True):
        mine.weight.V, mine.bias = trained.weight, trained.bias
    before, after = tn.save(plain, tmp_path / "plain"), tn.save(coded, tmp_path / "coded")
    assert after.payload < 0.88 * before.payload and 8 * after.payload == coded.stored_bits()
    scores = plain(test.inputs).numpy()
    loaded = tn.load(tmp_path / "coded")
    assert np.array_equal(loaded(test.inputs).numpy(), scores)
    assert np.allclose(tn.freeze(loaded)(test.inputs), scores, atol=1e-4)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda s: s | {"V.codes": np.zeros(480, np.uint8)}, "twice, packed and as a stream"),
        (lambda s: {"V.codes~": s["V.codes~"], "V.s~": s["V.s"].view(np.uint16)}, "'s' is uint16"),
        (lambda s: s | {"V.codes~": s["V.codes~"][:-9]}, "a stream does not end with its 960 codes"),
        (lambda s: s | {"V.codes~": ans.encode(np.full((40, 24), 15), 16)}, "the code 15 lies above the highest, 14"),
        (lambda s: {"V.codes": s["V.codes~"], "V.s": s["V.s"]}, "'codes' is uint16"),
        (lambda s: {"V.s": s["V.s"]}, "'codes' is missing"),
    ],
)
def test_a_damaged_state_is_refused(change, message):
    recipe = tn.Coded(tn.Quantized(bits=4))
    with pytest.raises(ValueError, match=message):
        recipe.from_state((40, 24), change(recipe.from_dense(sloped()).state()))
