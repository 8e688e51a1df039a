@ Serves flash commands of a debugger from RAM, one after the other, while the debugger fills the next: ARMv6-M,
@ position independent, no stack, interrupts masked. Its bytes are in flash-server.ts; a test builds and compares them.
@
@ r0: mailbox, words (flash-server.ts knows the same offsets)
@    0  posted: how many commands the debugger has put in
@    4  served: how many are done
@    8  status: 0, or what FLASH_SR said when a command failed, with bit 31; nothing is served after that
@   12  failed: address at which
@   16  four slots of 16 bytes, the next command is in slot `served & 3`:
@       operation, address, count, data
@
@ Registers while serving: r0 mailbox, r3 flash registers, r1 address, r2 count, r6 data.
    .syntax unified
    .cpu cortex-m0
    .thumb
    .text

    .equ FLASH, 0x40022000      @ RM0091, section 2.2.2
    .equ CRC, 0x40023000
    .equ SR, 0x0c               @ section 3.5
    .equ CR, 0x10
    .equ AR, 0x14
    .equ PG, 1
    .equ PER, 2
    .equ MER, 4
    .equ STRT, 0x40
    .equ ERRORS, 0x14           @ PGERR, WRPRTERR

    .global flash_server
flash_server:
    ldr r3, flash
next:
    ldr r1, [r0, #0]
    ldr r2, [r0, #4]
    cmp r1, r2
    beq next
    movs r4, #3
    ands r2, r4
    lsls r2, r2, #4
    adds r2, r2, r0
    ldr r5, [r2, #16]
    ldr r1, [r2, #20]
    ldr r6, [r2, #28]
    ldr r2, [r2, #24]
    cmp r5, #1
    beq program
    cmp r5, #2
    beq erase_page
    cmp r5, #3
    beq erase_all
    cmp r5, #4
    beq checksum
    movs r5, #0
    b fail

@ r2 half-words from r6 to r1. FFFF is what erased flash reads: not written.
program:
    movs r4, #PG
    str r4, [r3, #CR]
half_word:
    ldrh r4, [r6]
    adds r6, #2
    adds r5, r4, #1
    lsls r5, r5, #16
    beq blank
    strh r4, [r1]
busy:
    ldr r5, [r3, #SR]
    lsrs r4, r5, #1
    bcs busy
    movs r4, #ERRORS
    tst r5, r4
    bne fail
blank:
    adds r1, #2
    subs r2, #1
    bne half_word
    b done

erase_all:
    movs r4, #MER
    str r4, [r3, #CR]
    b start
erase_page:
    movs r4, #PER
    str r4, [r3, #CR]
    str r1, [r3, #AR]
start:
    adds r4, #STRT
    str r4, [r3, #CR]
erasing:
    ldr r5, [r3, #SR]
    lsrs r4, r5, #1
    bcs erasing
    movs r4, #ERRORS
    tst r5, r4
    bne fail
    b done

@ CRC-32 (as in zlib) of blocks of (r2 & FFFF) words from r1 on, (r2 >> 16) of them, to words at r6.
checksum:
    lsrs r5, r2, #16
    uxth r2, r2
    mov r8, r2
    ldr r3, crc
block:
    movs r4, #0xe1              @ REV_OUT, REV_IN by words, RESET (section 12.4.3)
    str r4, [r3, #8]
    mov r2, r8
word:
    ldmia r1!, {r4}
    str r4, [r3, #0]
    subs r2, #1
    bne word
    ldr r4, [r3, #0]
    mvns r4, r4
    stmia r6!, {r4}
    subs r5, #1
    bne block
    ldr r3, flash
    b served

done:
    movs r4, #0
    str r4, [r3, #CR]
served:
    ldr r2, [r0, #4]
    adds r2, #1
    str r2, [r0, #4]
    b next

fail:
    movs r4, #0
    str r4, [r3, #CR]
    str r1, [r0, #12]
    movs r4, #1
    lsls r4, r4, #31
    orrs r5, r4
    str r5, [r0, #8]
    bkpt #0

    .balign 4
flash:
    .word FLASH
crc:
    .word CRC
