/* What an image is, at a fixed place behind its vector table: found in a read-back without a map file. */
#ifndef DESCRIPTOR_H
#define DESCRIPTOR_H
#include <stdint.h>

#define DESCRIPTOR_MAGIC 0x57464C52u /* "RLFW" in memory */

struct descriptor {
    uint32_t magic;
    uint16_t format;
    uint16_t smp_group; /* SMP group of the enrolment agent; 0 = none */
    uint8_t major, minor;
    uint16_t revision;
    uint32_t build;
    char product[16];
    char role[16];
};
#endif
