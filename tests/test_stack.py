"""The bound on a program's stack: read from its instructions, and never below what it takes."""

import pytest

from benchmarks.stack import functions, most

LISTING = """
00000000 <main>:
   0:	push	{r3, lr}
   2:	sub	sp, #16
   4:	bl	20 <of_both>
   8:	bl	30 <leaf>
   c:	add	sp, #16
   e:	pop	{r3, pc}
  10:	.word	0x20000000

00000020 <of_both>:
  20:	stmdb	sp!, {r4, r5, r6, lr}
  24:	str.w	r3, [sp, #-8]!
  28:	bne.n	30 <leaf>
  2a:	ldmia.w	sp!, {r4, r5, r6, lr}
  2e:	nop

00000030 <leaf>:
  30:	sub.w	sp, sp, #256	@ 0x100
  34:	bx	lr
  36:	nop

00000038 <after>:
  38:	bx	lr
"""


def test_the_bound_is_the_heaviest_path():
    program = functions(LISTING)
    assert {name: f.frame for name, f in program.items()} == {"main": 24, "of_both": 24, "leaf": 256, "after": 0}
    assert program["of_both"].calls == {"leaf"}  # which it jumps to and also runs into
    assert program["leaf"].calls == set()
    assert most(program, "main") == 24 + 24 + 256 and most(program, "after") == 0


@pytest.mark.parametrize("line", ["blx\tr3", "bx\tr2", "mov\tsp, r7", "sub.w\tsp, sp, r3", "ldr.w\tpc, [r3, r2]"])
def test_what_defies_a_bound_is_refused(line):
    with pytest.raises(ValueError, match="no bound on the stack"):
        functions(LISTING.replace("bne.n\t30 <leaf>", line))


def test_recursion_is_refused():
    program = functions(LISTING.replace("34:\tbx\tlr", "34:\tbl\t20 <of_both>"))
    with pytest.raises(ValueError, match="main calls leaf calls of_both calls leaf"):
        most(program, "main")
