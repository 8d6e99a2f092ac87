/* The first words of a Cortex-M4: its stack and where it begins. newlib's own start does the rest (files by semihosting). */
#include <stdint.h>

extern uint32_t __stack;
extern void _start(void);

__attribute__((section(".vectors"), used)) static const struct {
    uint32_t *stack;
    void (*reset)(void);
} vectors = {&__stack, _start};
