/* Count instructions and stack of a prediction, under qemu -icount shift=0, where each instruction takes 1 ns.

   SysTick counts down with the processor's clock. How many instructions a tick is, a loop of known length tells. */

#include <stdio.h>
#include "network.h"
#include "examples.h"

#define SYSTICK ((volatile uint32_t *)0xe000e010) /* control, reload, current value */
#define PAINTED 2048 /* words below the stack */

static uint32_t ticks(void)
{
    return SYSTICK[2];
}

static uint32_t stack(void) /* bytes */
{
    uint32_t here = 0, unused = 0;
    volatile uint32_t *bottom = &here - PAINTED - 16;
    for (uint32_t k = 0; k < PAINTED; k++)
        bottom[k] = 0xa5a5a5a5u;
    PREDICT(0);
    while (unused < PAINTED && bottom[unused] == 0xa5a5a5a5u)
        unused++;
    return 4 * (PAINTED + 16 - unused);
}

int main(void)
{
    uint32_t loops = 1000000, start, known, taken;
    SYSTICK[1] = 0xffffff;
    SYSTICK[2] = 0;
    SYSTICK[0] = 5;
    start = ticks();
    __asm volatile("1: subs %0, #1\n bne 1b" : "+r"(loops) : : "cc"); /* 2 instructions, a million times */
    known = (start - ticks()) & 0xffffff;
    start = ticks();
    for (uint32_t k = 0; k < EXAMPLES; k++)
        PREDICT(k);
    taken = (start - ticks()) & 0xffffff;
    printf("%lu %lu\n", (unsigned long)(2e6 * taken / known / EXAMPLES), (unsigned long)stack());
    return 0;
}
