"""Bugs planted in the kernels, one at a time: the emulation must find each."""

import pytest

from gpu.launch import TABLE

SHAPE = (67, 70, 1100)  # rows, columns and entries end inside a tile, and there are three tiles of 512 entries
FIVE = (67, 70, 4200)  # of the tiles of 1,024 entries that wgmma has, of which three fit
ONE = (67, 70, 700)  # of them, and another of zeros comes with it

BUGS = [  # kernel, what it says, what it says instead
    # barriers
    ("xnor_tiled", "        __syncthreads();                                  // nobody reads", "        //"),
    ("xnor_tiled", "        __syncthreads();                                  // nobody writes", "        //"),
    ("xnor_registers", "        __syncthreads();\n\n", "\n"),
    ("xnor_registers", "        __syncthreads();\n    }\n", "    }\n"),
    ("float_tiled", "        __syncthreads();\n        for", "        for"),
    ("xnor_threshold", "        __syncthreads();\n    }\n", "    }\n"),
    ("pixels_threshold", "        __syncthreads();\n        for", "        for"),
    ("xnor_mma", "        __syncthreads(); ", ""),
    ("xnor_mma", "wait_for_groups<STAGES - 2>();", ""),
    ("xnor_mma", "wait_for_groups<STAGES - 2>();", "wait_for_groups<STAGES - 1>();"),
    ("xnor_mma", "(stage + STAGES - 1) % STAGES", "(stage + STAGES) % STAGES"),
    ("xnor_wgmma", "        __syncthreads(); ", ""),
    ("xnor_wgmma", "wait_for_groups<STAGES - 2>();", "wait_for_groups<STAGES - 1>();"),
    ("xnor_wgmma", "(stage + STAGES - 1) % STAGES;", "(stage + STAGES) % STAGES;"),
    ("xnor_wgmma", "#define STAGES 3", "#define STAGES 4"),  # more than the launch gives room for
    # what tensor cores do on their own
    ("xnor_wgmma", "        wait_for_products<0>();\n", ""),
    ("xnor_wgmma", "wait_for_products<0>();", "wait_for_products<1>();"),
    ("xnor_wgmma", "        close_products();\n", ""),
    ("xnor_wgmma", "        order_registers();\n", ""),
    ("xnor_wgmma", "        show_to_tensor_cores();\n", "        if (threadIdx.x < 128) show_to_tensor_cores();\n"),
    ("xnor_wgmma", "(u64)(1024 / 16) << 32", "(u64)(512 / 16) << 32"),
    ("xnor_wgmma", "return 1ull << 62", "return 2ull << 62"),
    ("xnor_wgmma", "x + 2 * k, y + 2 * k", "x + 4 * k, y + 4 * k"),
    ("xnor_wgmma", "return piece ^ row / (8 / pieces) % pieces", "return piece"),
    ("xnor_wgmma", "threadIdx.x / 32 * 16; }", "threadIdx.x / 64 * 16; }"),
    # tiles that become room for sums
    ("xnor_mma", "    __syncthreads();                                      // all", "    //"),
    ("xnor_mma", "    __syncwarp();                                         // all", "    //"),
    ("xnor_wgmma", "    __syncthreads();                                      // both", "    //"),
    ("xnor_wgmma", "    __syncthreads();                                      // both", "    __syncwarp();  //"),
    ("xnor_wgmma", "    }\n    __syncwarp();\n", "    }\n"),
    ("xnor_wgmma", "    wait_for_groups<0>(); ", "    //"),
    # bounds
    ("xnor_naive", "row >= m || col >= n", "row >= m"),
    ("xnor_tiled", "from_row < rows && word < words", "word < words"),
    ("xnor_tiled", "from_row < rows && word < words", "from_row < rows"),
    ("xnor_tiled", "if (row < m && col < n) ", "if (row < m) "),
    ("xnor_registers", "row < m && col < n", "col < n"),
    ("xnor_mma", "word >= words ? 0 : word + 1 == words ? 8 : 16", "16"),
    ("xnor_mma", "first_row + r + k < rows ? bytes : 0", "bytes"),
    ("xnor_wgmma", "row < m && first_col + 32 * k + lane < n", "first_col + 32 * k + lane < n"),
    ("xnor_wgmma", "row < m && first_col + 32 * k + lane < n", "row < m"),
    ("xnor_wgmma", "col < n ? n_bits - 2 * ones_b[col] : 0;", "n_bits - 2 * ones_b[col];"),
    ("xnor_wgmma_threshold", "row < m && first_col + 64 * k < n", "first_col + 64 * k < n"),
    ("xnor_mma_threshold", "n_bits + 2 * ones_b[col] : 0x7fffffff;", "n_bits + 2 * ones_b[col] : -0x7fffffff;"),
    ("xnor_threshold", "col < n && (z >= thresholds[col])", "(z >= thresholds[col])"),
    ("pack_signs", "low < n_bits && ", ""),
    ("pack_planes", "high < n_bits ? entries[high] : 0", "entries[high]"),
    ("popcount_rows", "word < words; word += 32", "word <= words; word += 32"),
    # stray stores, and places
    ("pack_signs", "        bits[(u64)row * words + word] =", "        bits[(u64)row * words + word + 1] ="),
    ("popcount_rows", "        ones[row] = sum;", "        ones[row] = ones[row + 1] = sum;"),
    ("xnor_mma", "[place<PIECES>(r, b_piece)]", "[b_piece]"),
    ("xnor_mma", "threadIdx.x / 64 * 64; }", "threadIdx.x / 64 * 32; }"),
    ("xnor_mma", "to = out + (u64)first_row * n", "to = out + (u64)first_row * m"),
    ("xnor_wgmma", "&rows[g + 8][8 * j + 2 * t]", "&rows[g + 8][8 * j + t]"),
    ("xnor_wgmma_threshold", "words[k / 2] = low", "words[0] = low"),
    ("xnor_mma_threshold", "if (lane < 16)", "if (lane < 8)"),
    ("pixels_mma_threshold", "rows[r % 2 * 8 + p]", "rows[p]"),
    # arithmetic
    ("pack_signs", "entries[high] >= 0", "entries[high] > 0"),
    ("xnor_threshold", "z >= thresholds[col]", "z > thresholds[col]"),
    ("xnor_registers", "__popc(((one ^ low) & (one ^ high)) ^ one)", "__popc((one & low) | (low & high))"),
    ("pixels_product", " << p;", ";"),
    # threads that never come
    ("float_tiled", "    float sum = 0;", "    if (row >= m) return;\n    float sum = 0;"),
    ("popcount_rows", "    int sum = 0;", "    if (lane >= words) return;\n    int sum = 0;"),
]


@pytest.mark.parametrize(("name", "right", "wrong"), BUGS)
def test_is_found(check, name, right, wrong):
    text = TABLE[name].source()
    assert text.count(right) == 1, f"the kernel says {right!r} {text.count(right)} times"
    with pytest.raises((AssertionError, RuntimeError)):
        for order in ("forward", "reverse"):
            for shape in shapes(name):
                check(name, *shape, order=order, source=text.replace(right, wrong))


def shapes(name):
    return (FIVE, ONE) if "wgmma" in name else (SHAPE,)


@pytest.mark.parametrize("name", sorted({name for name, _, _ in BUGS}))
def test_without_a_bug_nothing_is_found(check, name):
    for order in ("forward", "reverse"):
        for shape in shapes(name):
            check(name, *shape, order=order)
