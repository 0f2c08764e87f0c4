/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * The virtual machine control block: AMD64 Architecture Programmer's Manual,
 * volume 2, appendix B.  Hardware reads it at VMRUN and VMLOAD and writes it at
 * #VMEXIT and VMSAVE.
 */
#ifndef SVM_VMCB_H
#define SVM_VMCB_H

#include <hv/types.h>

struct vmcb_segment {
	uint16_t sel, attr;
	uint32_t limit;
	uint64_t base;
};

#define ATTR_TSS_BUSY (1u << 1)

/* Order in the save area. */
enum vmcb_seg { VS_ES, VS_CS, VS_SS, VS_DS, VS_FS, VS_GS, VS_GDTR, VS_LDTR, VS_IDTR, VS_TR, NR_VS };

struct vmcb {
	/* 000: control area */
	uint32_t intercept_cr; /* reads 0..15, writes 16..31 */
	uint32_t intercept_dr;
	uint32_t intercept_exceptions;
	uint32_t intercept1, intercept2, intercept3;
	uint8_t reserved_018[0x03c - 0x018];
	uint16_t pause_threshold, pause_count;
	uint64_t iopm_pa, msrpm_pa; /* 040 */
	uint64_t tsc_offset;
	uint32_t asid; /* 058 */
	uint8_t tlb_control;
	uint8_t reserved_05d[3];
	uint64_t vintr; /* 060 */
	uint64_t int_state;
	uint64_t exit_code; /* 070 */
	uint64_t exit_info1, exit_info2;
	uint64_t exit_int_info; /* 088 */
	uint64_t np_enable;
	uint8_t reserved_098[0x0a8 - 0x098];
	uint64_t event_inj; /* 0a8 */
	uint64_t ncr3;
	uint64_t lbr_control;
	uint64_t clean; /* 0c0 */
	uint64_t next_rip;
	uint8_t insn_len; /* 0d0: decode assist, unused */
	uint8_t insn_bytes[15];
	uint8_t reserved_0e0[0x400 - 0x0e0];
	/* 400: save area */
	struct vmcb_segment seg[NR_VS];
	uint8_t reserved_4a0[0x4cb - 0x4a0];
	uint8_t cpl;
	uint32_t reserved_4cc;
	uint64_t efer; /* 4d0 */
	uint8_t reserved_4d8[0x548 - 0x4d8];
	uint64_t cr4, cr3, cr0, dr7, dr6, rflags, rip; /* 548 */
	uint8_t reserved_580[0x5d8 - 0x580];
	uint64_t rsp; /* 5d8 */
	uint8_t reserved_5e0[0x5f8 - 0x5e0];
	uint64_t rax; /* 5f8 */
	uint64_t star, lstar, cstar, sfmask, kernel_gs_base;
	uint64_t sysenter_cs, sysenter_esp, sysenter_eip;
	uint64_t cr2; /* 640 */
	uint8_t reserved_648[0x668 - 0x648];
	uint64_t g_pat; /* 668 */
	uint64_t debugctl, br_from, br_to, last_excp_from, last_excp_to;
	uint8_t reserved_698[0x1000 - 0x698];
};

#define VMCB_AT(field, offset)                                                                     \
	_Static_assert(offsetof(struct vmcb, field) == (offset), "APM appendix B: " #field)
VMCB_AT(pause_threshold, 0x03c);
VMCB_AT(iopm_pa, 0x040);
VMCB_AT(asid, 0x058);
VMCB_AT(vintr, 0x060);
VMCB_AT(exit_code, 0x070);
VMCB_AT(exit_int_info, 0x088);
VMCB_AT(event_inj, 0x0a8);
VMCB_AT(clean, 0x0c0);
VMCB_AT(insn_len, 0x0d0);
VMCB_AT(seg, 0x400);
VMCB_AT(cpl, 0x4cb);
VMCB_AT(efer, 0x4d0);
VMCB_AT(cr4, 0x548);
VMCB_AT(rip, 0x578);
VMCB_AT(rsp, 0x5d8);
VMCB_AT(rax, 0x5f8);
VMCB_AT(star, 0x600);
VMCB_AT(sysenter_eip, 0x638);
VMCB_AT(cr2, 0x640);
VMCB_AT(g_pat, 0x668);
_Static_assert(sizeof(struct vmcb) == 4096, "one page");

#define INTERCEPT_CR_WRITE(n) (1u << (16 + (n)))

/* intercept1 */
#define I1_INTR	    (1u << 0)
#define I1_NMI	    (1u << 1)
#define I1_SMI	    (1u << 2)
#define I1_INIT	    (1u << 3)
#define I1_VINTR    (1u << 4)
#define I1_CR0_SEL  (1u << 5) /* of other bits than TS and MP */
#define I1_LTR	    (1u << 13)
#define I1_RDPMC    (1u << 15)
#define I1_CPUID    (1u << 18)
#define I1_IRET	    (1u << 20)
#define I1_INVD	    (1u << 22)
#define I1_HLT	    (1u << 24)
#define I1_INVLPGA  (1u << 26)
#define I1_IOIO	    (1u << 27)
#define I1_MSR	    (1u << 28)
#define I1_TASK	    (1u << 29)
#define I1_FERR	    (1u << 30)
#define I1_SHUTDOWN (1u << 31)
/* intercept2 */
#define I2_VMRUN   (1u << 0)
#define I2_VMMCALL (1u << 1)
#define I2_VMLOAD  (1u << 2)
#define I2_VMSAVE  (1u << 3)
#define I2_STGI	   (1u << 4)
#define I2_CLGI	   (1u << 5)
#define I2_SKINIT  (1u << 6)
#define I2_ICEBP   (1u << 8)
#define I2_WBINVD  (1u << 9)
#define I2_MONITOR (1u << 10)
#define I2_MWAIT   (1u << 11)
#define I2_XSETBV  (1u << 13)
#define I2_RDPRU   (1u << 14)
/* intercept3 */
#define I3_INVLPGB   (1u << 0)
#define I3_INVLPGB_X (1u << 1)
#define I3_MCOMMIT   (1u << 3)
#define I3_TLBSYNC   (1u << 4)

/* vintr */
#define VINTR_TPR_MASK	   0xffULL
#define VINTR_IRQ	   (1ULL << 8)
#define VINTR_PRIO(p)	   ((uint64_t)(p) << 16)
#define VINTR_PRIO_MASK	   (0xfULL << 16)
#define VINTR_IGNORE_TPR   (1ULL << 20)
#define VINTR_INTR_MASKING (1ULL << 24)
#define VINTR_VECTOR_MASK  (0xffULL << 32)

#define INT_STATE_SHADOW (1ULL << 0)

#define TLB_FLUSH_NONE 0
#define TLB_FLUSH_ALL  1
#define TLB_FLUSH_ASID 3

/* EVENTINJ and EXITINTINFO */
#define EVENT_TYPE(t)	 ((uint64_t)(t) << 8)
#define EVENT_TYPE_OF(e) (((e) >> 8) & 7)
#define EVENT_HAS_ERROR	 (1ULL << 11)
#define EVENT_VALID	 (1ULL << 31)
#define EVENT_INTR	 0
#define EVENT_NMI	 2
#define EVENT_EXCEPTION	 3
#define EVENT_SOFTWARE	 4

/* Exit codes */
#define VMEXIT_CR_WRITE(n)  (0x10 + (n))
#define VMEXIT_DR_READ(n)   (0x20 + (n))
#define VMEXIT_DR_WRITE(n)  (0x30 + (n))
#define VMEXIT_EXCEPTION(n) (0x40 + (n))
#define VMEXIT_INTR	    0x60
#define VMEXIT_NMI	    0x61
#define VMEXIT_SMI	    0x62
#define VMEXIT_INIT	    0x63
#define VMEXIT_VINTR	    0x64
#define VMEXIT_CR0_SELECTED 0x65
#define VMEXIT_LTR	    0x6d
#define VMEXIT_RDPMC	    0x6f
#define VMEXIT_CPUID	    0x72
#define VMEXIT_IRET	    0x74
#define VMEXIT_INVD	    0x76
#define VMEXIT_HLT	    0x78
#define VMEXIT_INVLPGA	    0x7a
#define VMEXIT_IOIO	    0x7b
#define VMEXIT_MSR	    0x7c
#define VMEXIT_TASK_SWITCH  0x7d
#define VMEXIT_FERR	    0x7e
#define VMEXIT_SHUTDOWN	    0x7f
#define VMEXIT_VMRUN	    0x80
#define VMEXIT_VMMCALL	    0x81
#define VMEXIT_VMLOAD	    0x82
#define VMEXIT_VMSAVE	    0x83
#define VMEXIT_STGI	    0x84
#define VMEXIT_CLGI	    0x85
#define VMEXIT_SKINIT	    0x86
#define VMEXIT_ICEBP	    0x88
#define VMEXIT_WBINVD	    0x89
#define VMEXIT_MONITOR	    0x8a
#define VMEXIT_MWAIT	    0x8b
#define VMEXIT_MWAIT_ARMED  0x8c
#define VMEXIT_XSETBV	    0x8d
#define VMEXIT_RDPRU	    0x8e
#define VMEXIT_INVLPGB	    0xa0
#define VMEXIT_INVLPGB_X    0xa1
#define VMEXIT_MCOMMIT	    0xa3
#define VMEXIT_TLBSYNC	    0xa4
#define VMEXIT_NPF	    0x400
#define VMEXIT_INVALID	    UINT32_MAX /* QEMU leaves the upper half 0 */

/* IOIO EXITINFO1 */
#define IOIO_IN	     (1u << 0)
#define IOIO_STRING  (1u << 2)
#define IOIO_SIZE(i) (((i) >> 4) & 7) /* 1, 2 or 4 bytes */
#define IOIO_PORT(i) ((uint16_t)((i) >> 16))

/* TASK_SWITCH: EXITINFO1 the selector, EXITINFO2 an error code in its low half, and */
#define TASK_BY_IRET   (1ULL << 36)
#define TASK_BY_JMP    (1ULL << 38)
#define TASK_HAS_ERROR (1ULL << 44)
#define TASK_RF	       (1ULL << 48)

/* NPF EXITINFO1 */
#define NPF_TABLE_WALK (1ULL << 33)

#endif
