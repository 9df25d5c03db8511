"""The table of a network: where its bytes are."""

import pytest

import tinynet as tn
from tinynet.layers import table

HASHED = """MLP
 layer   method                 virtual  stored  bits/entry   bytes
 Linear  Hashed(factor=0.125)  64 x 256   2,048           4   8,200
         bias                       256     256          32   1,024
 Tanh
 Linear  Hashed(factor=0.125)  256 x 10     320        4.03   1,288
         bias                        10      10          32      40
                                          2,634              10,552"""
BINARY = """BinaryMLP
 layer           method              virtual  stored  bits/entry  bytes
 Rounded
 Linear          Binary(scale=None)  16 x 12     192           1     24
 Scale
 BatchNorm                                        24                192
 SignActivation
 Linear          Binary(scale=None)   12 x 5      60           1      8
 Scale
                                                 276                224"""


@pytest.mark.parametrize(
    "net, text",
    [(tn.MLP([64, 256, 10], weight=tn.Hashed(1 / 8)), HASHED), (tn.BinaryMLP([16, 12, 5]), BINARY)],
    ids=["hashed", "binary"],
)
def test_a_network_prints_a_row_for_each_matrix_and_for_what_lies_beside_it(net, text):
    assert str(net) == text


def test_the_example_at_the_head_of_the_table_is_what_it_prints():
    example = [row.split() for row in table.__doc__.split("\n\n")[1].strip().split("\n")]
    assert example == [row.split() for row in HASHED.split("\n")[1:4]]


def table_of(net):
    """Return the rows of a network's table, cut at runs of two spaces, and the whole as text."""
    text = repr(net)
    return [[cell.strip() for cell in row.split("  ") if cell.strip()] for row in text.split("\n")], text


def test_the_table_shows_where_the_bytes_are():
    net = tn.MLP([784, 100, 10], weight=[tn.Hashed(1 / 8), tn.Quantized(bits=4)], seed=0)
    rows, text = table_of(net)

    assert all(word in text for word in ("layer", "method", "virtual", "stored", "bits/entry", "bytes"))
    hashed = next(row for row in rows if row[0] == "Linear" and "Hashed" in row[1])
    # 78,400 / 8 numbers of 4 bytes, and the seed's 8: 313,664 bits for 78,400 entries
    assert hashed[2:] == ["784 x 100", "9,800", "4", "39,208"]
    quantized = next(row for row in rows if row[0] == "Linear" and "Quantized" in row[1])
    # 1,000 codes of 4 bits and one step of 32; trained are 1,000 latent weights and the step
    assert quantized[2:] == ["100 x 10", "1,001", "4.03", "504"]
    assert ["bias", "100", "100", "32", "400"] in rows and ["bias", "10", "10", "32", "40"] in rows
    assert rows[-1] == ["10,911", "40,152"]


TABLED = {
    "dense": lambda: tn.MLP([7, 5, 3]),
    "bits that do not fill bytes": lambda: tn.MLP([7, 5, 3], tn.Quantized(bits=3)),
    "low rank of bits": lambda: tn.MLP([7, 5, 3], tn.LowRank(rank=3, inner=tn.Binary())),
    "low rank on a bank": lambda: tn.MLP([16, 5, 3], tn.LowRank(factor=1 / 2, bank="random")),
    "scaled hashed ternary": lambda: tn.MLP([7, 5, 3], tn.Scaled(tn.Hashed(inner=tn.Quantized(levels=3)))),
    "batch norm and dropout": lambda: tn.MLP([7, 5, 3], tn.Sparse(1 / 2), batch_norm=True, dropout=0.5),
    "binary": lambda: tn.BinaryMLP([7, 5, 9, 3]),
}


@pytest.mark.parametrize("make", TABLED.values(), ids=TABLED.keys())
def test_the_bytes_of_the_table_add_up_to_the_payload(make):
    net = make()
    rows, _ = table_of(net)
    parts = [int(row[-1].replace(",", "")) for row in rows[2:-1] if len(row) > 1]
    payload = sum(a.nbytes for a in net.state().values())

    assert rows[-1][-1].replace(",", "") == str(payload)
    assert sum(parts) == payload


def test_a_long_method_is_cut():
    # 17 for "Columns(parts=[])", 7 for each Dense() and 2 between them
    rows, text = table_of(tn.Sequential(tn.Linear(4, 100, tn.Columns([tn.Dense()] * 100)), tn.Linear(100, 2)))
    assert max(map(len, text.split("\n"))) < 300
    assert rows[2][1].startswith("Columns(parts=[Dense(), Dense(), ") and rows[2][1].endswith(".. (915 characters)")
