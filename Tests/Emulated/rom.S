# Part of Apus, Apache-2.0. See LICENSE.
# A 64 KiB boot ROM for Bochs: from real mode to flat 32-bit mode, then the PVH entry of vmlinux.
# Assembled with PVH_ENTRY, START_INFO, IMAGE_LOW and IMAGE_HIGH defined.
    .code16
    .globl _start
_start:
real_mode:
    cli
    movw %cs, %ax
    movw %ax, %ds
    lgdtl descriptor_register
    movl %cr0, %eax
    andl $0x9fffffff, %eax
    orl  $1, %eax
    movl %eax, %cr0
    ljmpl $0x08, $(0xFFFF0000 + protected_mode - _start)
    .code32
protected_mode:
    movw $0x10, %ax
    movw %ax, %ds
    movw %ax, %es
    movw %ax, %ss
    movw %ax, %fs
    movw %ax, %gs
    # Bochs gives out memory at the first touch: touch the image's pages in their order.
    movl $IMAGE_LOW, %esi
1:  movl (%esi), %eax
    addl $0x1000, %esi
    cmpl (0xFFFF0000 + image_high - _start), %esi
    jb 1b
    movb $0xff, %al             # mask both interrupt controllers
    outb %al, $0x21
    outb %al, $0xa1
    inb $0x92, %al              # address line 20 on
    orb $2, %al
    andb $0xfe, %al
    outb %al, $0x92
    xorl %eax, %eax
    movl %eax, %cr4
    movl $START_INFO, %ebx
    movl $PVH_ENTRY, %eax
    xorl %esi, %esi
    jmp *%eax
    .align 16
image_high: .long IMAGE_HIGH
descriptors: .quad 0
    .quad 0x00cf9b000000ffff
    .quad 0x00cf93000000ffff
descriptor_register: .word 23
    .long 0xFFFF0000 + descriptors - _start
    .org 0xfff0
    .code16
    .byte 0xe9
    .word real_mode - (. + 2)
    .org 0x10000
