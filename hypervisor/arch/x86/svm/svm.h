/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Shared by the files of the SVM back end; nobody else includes it. */
#ifndef SVM_SVM_H
#define SVM_SVM_H

#include "../xstate.h"
#include "vmcb.h"
#include <hv/arch_x86.h>
#include <hv/pcpu.h>
#include <hv/vcpu.h>

/* An event to deliver at the next entry, or one that an exit interrupted. */
struct svm_event {
	bool valid;
	uint8_t vector;
	uint8_t type;  /* EVENT_* */
	int32_t error; /* HVM_NO_ERROR_CODE */
};

/* Where a code page was found by the last walk; see insn.c. */
struct code_page {
	uint64_t cr3, linear; /* of the page; linear 1: unused */
	uint64_t gpa;
};
#define NR_CODE_PAGES 8

struct arch_vcpu {
	struct vmcb *vmcb;
	uint64_t vmcb_pa;
	struct svm_event event;
	bool nmi_masked;   /* between an NMI's delivery and the end of its IRET */
	bool iret_pending; /* the IRET at iret_rip is about to execute */
	uint64_t iret_rip;
	uint64_t exit_rip; /* RIP when the guest was left: tells if it was moved */
	/* address-space tag, valid on asid_cpu while asid_gen is its generation */
	uint32_t asid_cpu;
	uint64_t asid_gen;
	uint64_t p2m_gen; /* of the map this tag's translations stem from */
	bool flush;	  /* forget this vCPU's translations at the next entry */
	struct code_page code[NR_CODE_PAGES];
	/* eagerly switched */
	struct xstate xstate;
	uint64_t dr[4]; /* in the processor while the guest runs, if DR7 enables any */
	uint64_t dr7;	/* as the guest sees it, while it runs; else the VMCB's */
	uint64_t tsc_aux;
	uint64_t efer_kept; /* what svm_load_efer() kept back */
};

/* Per CPU, indexed by pcpu id. */
struct svm_cpu {
	uint64_t host_pa; /* VMSAVE area of the hypervisor on this CPU */
	uint64_t asid_gen;
	uint32_t next_asid;
	uint32_t loaded; /* domain and vCPU number loaded last, with bit 31 */
	/* The map the guest now running here was entered with; see asid.c. */
	const struct p2m *entered_p2m;
	uint64_t entered_gen;
};

struct svm_features {
	uint32_t revision, nr_asids;
	bool next_rip, flush_by_asid, fsgsbase, rdtscp, ibpb, tcg;
	bool idle_tasks; /* a task register is kept as not busy */
};

extern struct svm_features svm_features;
extern struct svm_cpu svm_cpus[NR_CPUS];
/* Shared by all guests: everything is intercepted but a short list of MSRs. */
extern uint64_t svm_iopm_pa, svm_msrpm_pa;

void svm_enter(struct guest_regs *regs, uint64_t vmcb_pa, uint64_t host_pa);

/* vmcb.c: fill a new VMCB; registers as after INIT. */
void svm_vmcb_init(struct vcpu *v);
void svm_reset_registers(struct vcpu *v);
struct vmcb_segment *svm_segment(struct vmcb *vmcb, enum segment s);

/* inject.c */
void svm_inject(struct vcpu *v);
/* Did an event become deliverable since?  Its sender may have found this CPU not
 * yet in the guest and sent no interrupt. */
bool svm_inject_missed(struct vcpu *v);
/* The entry did not happen: take the prepared event back. */
void svm_inject_undo(struct vcpu *v);
/* After an exit: keep what it interrupted. */
void svm_collect_event(struct vcpu *v);
void svm_queue_event(struct vcpu *v, uint8_t type, uint8_t vector, int32_t error);

/* debug.c: DR6 and DR7 of fixed and reserved bits as they read; around the switch;
 * exits of MOV DR; #DB after port I/O that a breakpoint covers. */
#define DR6_RESET 0xffff0ff0
#define DR7_RESET 0x400
static inline uint64_t svm_valid_dr6(uint64_t val)
{
	return (val & 0xe00f) | DR6_RESET;
}
static inline uint64_t svm_valid_dr7(uint64_t val)
{
	return (val & 0xffff27ff) | DR7_RESET;
}
void svm_debug_arm(struct vcpu *v);
void svm_debug_disarm(struct vcpu *v);
void svm_debug_access(struct vcpu *v, unsigned int n, bool write);
void svm_debug_port(struct vcpu *v, uint16_t port, unsigned int bytes);

/* regs.c: also in the processor, for Bochs 2.7 does not load CR2 at VMRUN. */
void svm_set_cr2(struct vcpu *v, uint64_t addr);
/* regs.c: MOV to CR0; -1: #GP. */
#define CR0_ALLOWED 0xe005003fu
int svm_set_cr0(struct vcpu *v, uint64_t val);
/* regs.c: every byte of @pat is a memory type. */
bool svm_valid_pat(uint64_t pat);

/* asid.c */
void svm_asid_cpu_init(unsigned int cpu);
/* Set in_guest; false: the map changed meanwhile, in_guest must be cleared. */
bool svm_asid_announce(struct vcpu *v, unsigned int cpu);
/* Give the VMCB a valid tag, just before VMRUN. */
void svm_asid_assign(struct vcpu *v, unsigned int cpu);
void svm_asid_distrust(unsigned int cpu);

/* insn.c: length of the instruction at RIP if it is the two- or three-byte
 * opcode expected for this exit, else 0 (other code by now: execute it). */
enum svm_insn {
	INSN_CPUID,
	INSN_RDMSR,
	INSN_WRMSR,
	INSN_HLT,
	INSN_VMMCALL,
	INSN_XSETBV,
	INSN_INVD,
	INSN_WBINVD,
	INSN_ICEBP,
	NR_SVM_INSNS
};
unsigned int svm_insn_len(struct vcpu *v, enum svm_insn insn);
#define OP_MOV_FROM_DR 0x21
#define OP_MOV_TO_CR   0x22
#define OP_MOV_TO_DR   0x23
/* MOV of CR@n or DR@n at RIP: its length and the general register; 0 as above. */
unsigned int svm_mov_special(struct vcpu *v, uint8_t opcode, unsigned int n, unsigned int *gpr);

/* inject.c: did an instruction cause @exit_int_info's event, not hardware? */
bool svm_software_event(uint64_t exit_int_info);

/* exitmap.c */
void svm_handle_exit(struct vcpu *v);

/* The guest's EFER into the VMCB, after CR0 and CR4.  LME has no effect before paging,
 * whose beginning exits, and is kept back until then: QEMU 7.2, leaving a guest with
 * LME and without PAE, does not load the host's CR0, and the host goes on without
 * paging. */
void svm_load_efer(struct vcpu *v, uint64_t efer);

#endif
