@ Carries each data-processing instruction of ARMv6-M out on two operands and stores result and flags.
@ void operations(uint32_t a, uint32_t b, uint32_t *out): returns the end of what it wrote in r0.
    .syntax unified
    .cpu cortex-m0
    .thumb
    .text

    .macro record
    mrs r5, apsr
    stmia r2!, {r4, r5}
    .endm

    @ Flags are set to all ones or all zeros first, so that what an instruction leaves alone shows.
    .macro each op:vararg
    msr apsr_nzcvq, r6
    movs r4, r4
    mov r4, r8
    msr apsr_nzcvq, r6
    \op
    record
    msr apsr_nzcvq, r7
    mov r4, r8
    msr apsr_nzcvq, r7
    \op
    record
    .endm

    .global operations
    .type operations, %function
operations:
    push {r4-r7, lr}
    mov r3, r8
    push {r3}
    mov r8, r0
    movs r6, #0
    movs r7, #15
    lsls r7, r7, #28
    each ands r4, r1
    each eors r4, r1
    each lsls r4, r1
    each lsrs r4, r1
    each asrs r4, r1
    each adcs r4, r1
    each sbcs r4, r1
    each rors r4, r1
    each tst r4, r1
    each rsbs r4, r1, #0
    each cmp r4, r1
    each cmn r4, r1
    each orrs r4, r1
    each muls r4, r1, r4
    each bics r4, r1
    each mvns r4, r1
    each adds r4, r4, r1
    each subs r4, r4, r1
    each adds r4, r4, #5
    each subs r4, r4, #7
    each adds r4, #200
    each subs r4, #201
    each cmp r4, #0x80
    each movs r4, #0
    each movs r4, r1
    each lsls r4, r1, #1
    each lsls r4, r1, #31
    each lsrs r4, r1, #1
    each lsrs r4, r1, #32
    each asrs r4, r1, #3
    each asrs r4, r1, #32
    each add r4, r8
    each cmp r8, r1
    each mov r4, r1
    each sxth r4, r1
    each sxtb r4, r1
    each uxth r4, r1
    each uxtb r4, r1
    each rev r4, r1
    each rev16 r4, r1
    each revsh r4, r1
    each add r4, sp, #8
    sub sp, #8
    each mov r4, sp
    add sp, #8
    mov r0, r2
    pop {r3}
    mov r8, r3
    pop {r4-r7, pc}

@ uint32_t conditions(uint32_t a, uint32_t b): one bit for each condition that holds after cmp a, b.
    .global conditions
    .type conditions, %function
conditions:
    movs r3, #0
    .irp name, eq, ne, cs, cc, mi, pl, vs, vc, hi, ls, ge, lt, gt, le
    lsls r3, r3, #1
    cmp r0, r1
    b\name 1f
    b 2f
1:  adds r3, #1
2:
    .endr
    mov r0, r3
    bx lr

@ Stacks, process stack, SVC and PendSV. uint32_t exceptions(uint32_t stack): marks of what ran, in order.
    .global exceptions
    .type exceptions, %function
exceptions:
    push {r4, lr}
    ldr r1, =marks
    movs r2, #1
    str r2, [r1]
    msr psp, r0
    movs r2, #2
    msr control, r2
    isb
    svc #7
    cpsid i
    ldr r3, =0xe000ed04
    movs r2, #1
    lsls r2, r2, #28
    str r2, [r3]
    dsb
    isb
    bl mark_here
    cpsie i
    isb
    movs r2, #0
    msr control, r2
    isb
    ldr r1, =marks
    ldr r0, [r1]
    mrs r2, psp
    lsls r2, r2, #16
    adds r0, r0, r2
    pop {r4, pc}

mark_here:
    movs r2, #3
    b mark

    .global svc_handler
    .type svc_handler, %function
svc_handler:
    movs r2, #4
    b mark
    .global pendsv_handler
    .type pendsv_handler, %function
pendsv_handler:
    movs r2, #5
mark:
    ldr r1, =marks
    ldr r3, [r1]
    lsls r3, r3, #3
    orrs r3, r2
    mrs r2, ipsr
    lsls r2, r2, #24
    orrs r3, r2
    str r3, [r1]
    bx lr

@ An undefined instruction; the handler steps over it. uint32_t hard_fault(void): 1 where it came and returned.
    .global hard_fault
    .type hard_fault, %function
hard_fault:
    movs r0, #0
    udf #1
    bx lr
    .global fault_handler
    .type fault_handler, %function
fault_handler:
    mov r0, sp
    ldr r1, [r0, #24]
    adds r1, #2
    str r1, [r0, #24]
    movs r1, #1
    str r1, [r0, #0]
    bx lr
    .ltorg

    .bss
    .balign 4
marks: .word 0
