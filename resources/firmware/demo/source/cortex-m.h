/* The little that the demo needs of an Armv8-M core (Arm Architecture Reference Manual, DDI 0553). */
#ifndef CORTEX_M_H
#define CORTEX_M_H
#include <stdint.h>

#define REGISTER(address) (*(volatile uint32_t *)(address))
#define VTOR REGISTER(0xE000ED08u)
#define SYST_CSR REGISTER(0xE000E010u)
#define SYST_RVR REGISTER(0xE000E014u)
#define SYST_CVR REGISTER(0xE000E018u)
#define ITM_PORT0 REGISTER(0xE0000000u)
#define ITM_TER REGISTER(0xE0000E00u)
#define ITM_TCR REGISTER(0xE0000E80u)

extern uint32_t stack_top;

/* Trace port 0, read over SWO: chip-independent, and silent when nobody listens. */
static inline void print(const char *text)
{
    if ((ITM_TCR & 1u) == 0u || (ITM_TER & 1u) == 0u)
        return;
    for (; *text != '\0'; text++) {
        while (ITM_PORT0 == 0u) {
        }
        *(volatile uint8_t *)0xE0000000u = (uint8_t)*text;
    }
}

static inline void wait_for_interrupt(void)
{
    __asm volatile("wfi" ::: "memory");
}
#endif
