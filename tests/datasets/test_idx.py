"""IDX files, made byte by byte here, and the ways in which they can be wrong."""

import gzip
import tracemalloc

import numpy as np
import pytest

from tinynet.datasets.base import DataError
from tinynet.datasets.idx import read_idx

ARRAY = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)
HEADER = bytes([0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4])


def write(tmp_path, content, compress=True):
    path = tmp_path / "file.gz"
    path.write_bytes(gzip.compress(content) if compress else content)
    return path


def test_reads_what_the_format_says(tmp_path):
    seen = read_idx(write(tmp_path, HEADER + ARRAY.tobytes()), (2, 3, 4))
    assert seen.dtype == np.uint8 and np.array_equal(seen, ARRAY)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\x00\x00\x0d" + HEADER[3:] + ARRAY.tobytes(), "should be 00000803 .* but is 00000d03"),
        (HEADER[:7] + b"\xff" + HEADER[8:] + ARRAY.tobytes(), "should be .* 00000002 .* but is .* 000000ff"),
        (HEADER[:9], "its header should be"),
        (HEADER + ARRAY.tobytes()[:-1], "should hold 24 bytes"),
        (HEADER + ARRAY.tobytes() + b"\x00", "should hold 24 bytes"),
    ],
    ids=["type", "shape", "short header", "short", "long"],
)
def test_any_other_content(tmp_path, content, message):
    with pytest.raises(DataError, match=rf"file\.gz is damaged: .*{message}.*Remove it"):
        read_idx(write(tmp_path, content), (2, 3, 4))


def test_any_damage_to_the_archive(tmp_path):
    whole = gzip.compress(HEADER + ARRAY.tobytes(), mtime=0)
    for content in (b"", b"not gzip", *(whole[:n] for n in range(1, len(whole)))):
        with pytest.raises(DataError, match="is damaged"):
            read_idx(write(tmp_path, content, compress=False), (2, 3, 4))
    for i in range(10, len(whole)):  # after the ten bytes of the gzip header, all bytes are covered by the sum
        edited = whole[:i] + bytes([whole[i] ^ 1]) + whole[i + 1 :]
        with pytest.raises(DataError, match="is damaged"):
            read_idx(write(tmp_path, edited, compress=False), (2, 3, 4))


def test_a_bomb_costs_no_memory(tmp_path):
    path = write(tmp_path, HEADER + bytes(50_000_000))
    tracemalloc.start()
    with pytest.raises(DataError, match="should hold 24 bytes"):
        read_idx(path, (2, 3, 4))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2_000_000
