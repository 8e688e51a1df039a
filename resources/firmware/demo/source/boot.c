/* Demo boot loader: starts the application when its MCUboot header and vector table are sound. */
#include "cortex-m.h"
#include "descriptor.h"

#define SLOT 0x02010000u
#define SLOT_SIZE 0x20000u
#define IMAGE_MAGIC 0x96F3B83Du /* MCUboot image.h */

struct image_header {
    uint32_t magic;
    uint32_t load_address;
    uint16_t header_size;
    uint16_t protected_tlv_size;
    uint32_t image_size;
    uint32_t flags;
    uint8_t major, minor;
    uint16_t revision;
    uint32_t build;
};

void reset(void);
static void fault(void);

__attribute__((section(".vectors"), used)) static void *const vectors[16] = {
    &stack_top, (void *)reset, (void *)fault, (void *)fault, (void *)fault, (void *)fault, (void *)fault,
};

__attribute__((section(".descriptor"), used)) static const struct descriptor descriptor = {
    .magic = DESCRIPTOR_MAGIC, .format = 1, .major = 1, .minor = 4, .revision = 0, .build = 12,
    .product = "TH4", .role = "boot loader",
};

static int sound(const struct image_header *header)
{
    if (header->magic != IMAGE_MAGIC || header->header_size < sizeof *header)
        return 0;
    if (header->image_size > SLOT_SIZE - header->header_size)
        return 0;
    const uint32_t *entry = (const uint32_t *)(SLOT + header->header_size);
    return entry[1] > SLOT && entry[1] < SLOT + SLOT_SIZE && (entry[1] & 1u) != 0u;
}

__attribute__((noreturn)) static void start(uint32_t table)
{
    const uint32_t *entry = (const uint32_t *)table;
    VTOR = table;
    __asm volatile("msr msp, %0\n\tbx %1" ::"r"(entry[0]), "r"(entry[1]) : "memory");
    __builtin_unreachable();
}

__attribute__((noreturn)) void reset(void)
{
    const struct image_header *header = (const struct image_header *)SLOT;
    if (sound(header))
        start(SLOT + header->header_size);
    print("TH4 boot loader 1.4.0: no sound application\n");
    fault();
    __builtin_unreachable();
}

__attribute__((noreturn)) static void fault(void)
{
    for (;;)
        wait_for_interrupt();
}
