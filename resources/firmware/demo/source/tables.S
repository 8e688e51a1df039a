/*
 * Linearisation tables: CURVES sensors x 4096 ADC codes, 0.01 K in 16 bits, as cubic polynomials in fixed point.
 * t(c) = offset + slope*c + bend*c^2/2^13 + twist*c^3/2^26, cut to 16 bits.
 */
    .section .tables, "a"
    .balign 4
    .global tables
    .macro entry curve, code
    .hword (23315 + 97 * \curve + 3 * \code + ((5 + 2 * \curve) * \code * \code >> 13) + ((31 - \curve) * \code * \code * \code >> 26)) & 0xffff
    .endm
tables:
    .set curve, 0
    .rept CURVES
    .set code, 0
    .rept 4096
    entry curve, code
    .set code, code + 1
    .endr
    .set curve, curve + 1
    .endr
