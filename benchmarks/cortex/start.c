/* What runs before main: the first two words of flash are the stack and the first instruction. */

#include <stdint.h>

extern uint32_t __stack, __data, __data_end, __data_in_flash, __bss_start__, __bss_end__;

extern int main(int count, char **words);

#ifndef ALONE /* with a terminal, which the emulator lends */
extern void initialise_monitor_handles(void);
extern void exit(int code);
void _init(void) {}
void _fini(void) {}
#endif

void start(void)
{
    uint32_t *from = &__data_in_flash;
    for (uint32_t *to = &__data; to < &__data_end; to++)
        *to = *from++;
    for (uint32_t *to = &__bss_start__; to < &__bss_end__; to++)
        *to = 0;
#ifdef ALONE
    main(0, 0);
    for (;;)
        ;
#else
    initialise_monitor_handles();
    exit(main(0, 0));
#endif
}

__attribute__((section(".vectors"), used)) static const void *const vectors[2] = {&__stack, (const void *)start};
