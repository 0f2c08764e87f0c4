/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * A guest's debug registers.  Every access exits; DR0..3 and an enabled DR7 are in
 * the processor only while the guest runs.  So nobody pays for them who does not
 * use them, nothing is left for the next guest, and an emulator that goes on
 * watching after VMRUN or #VMEXIT (QEMU 7.2 keeps its list of breakpoints over
 * both) is told by MOV DR7 each time.
 *
 * In the VMCB, DR7 is what the guest reads; while it runs, what may be armed.
 */
#include "../insn.h"
#include "../paging.h"
#include "svm.h"
#include <hv/arch.h>
#include <hv/counters.h>
#include <hv/domain.h>
#include <hv/exit.h>

#define DR7_ENABLED    0xffu
#define DR7_GD	       (1u << 13)
#define DR7_ENABLE(n)  (3ULL << 2 * (n))
#define DR7_TYPE(d, n) ((unsigned int)((d) >> (16 + 4 * (n))) & 3)
#define DR7_LEN(d, n)  ((unsigned int)((d) >> (18 + 4 * (n))) & 3)
#define TYPE_PORT      2
#define DR6_BD	       (1u << 13)

/* Addresses of the hypervisor are never watched: an emulator would find it there
 * on the way in and out.  QEMU's TCG gets no data breakpoints at all: it aborts
 * when the frame of an exception is written to a watched address, which would let
 * a guest stop the whole machine. */
static uint64_t armable(const struct vcpu *v)
{
	uint64_t dr7 = v->arch->vmcb->dr7 & ~(uint64_t)DR7_GD;

	for (unsigned int n = 0; n < 4; n++) {
		uint64_t addr = v->arch->dr[n];

		if (svm_features.tcg && (DR7_TYPE(dr7, n) & 1))
			dr7 &= ~DR7_ENABLE(n);
		if (addr + 7 < addr || paging_lookup(addr) || paging_lookup(addr + 7))
			dr7 &= ~DR7_ENABLE(n);
	}
	return dr7;
}

void svm_debug_arm(struct vcpu *v)
{
	struct arch_vcpu *av = v->arch;

	av->dr7 = av->vmcb->dr7;
	if (!(av->dr7 & (DR7_ENABLED | DR7_GD)))
		return;
	write_dr0(av->dr[0]);
	write_dr1(av->dr[1]);
	write_dr2(av->dr[2]);
	write_dr3(av->dr[3]);
	av->vmcb->dr7 = armable(v);
	write_dr7(av->vmcb->dr7);
}

void svm_debug_disarm(struct vcpu *v)
{
	struct arch_vcpu *av = v->arch;

	if (av->dr7 & DR7_ENABLED)
		write_dr7(DR7_RESET);
	av->vmcb->dr7 = av->dr7;
}

static void write_dr(struct vcpu *v, unsigned int n, uint64_t val, unsigned int len)
{
	struct arch_vcpu *av = v->arch;

	if (n >= 4 && val > UINT32_MAX) {
		hvm_inject_exception(v, VEC_GP, 0);
		return;
	}
	if (n < 4)
		av->dr[n] = val;
	else if (n & 1)
		av->vmcb->dr7 = svm_valid_dr7(val);
	else
		av->vmcb->dr6 = svm_valid_dr6(val);
	hvm_skip(v, len);
}

static void read_dr(struct vcpu *v, unsigned int n, uint64_t *reg, unsigned int len)
{
	const struct arch_vcpu *av = v->arch;
	uint64_t val = n < 4 ? av->dr[n] : n & 1 ? av->vmcb->dr7 : av->vmcb->dr6;

	*reg = hvm_long_mode_code(v) ? val : (uint32_t)val;
	hvm_skip(v, len);
}

/* MOV to or from DR@n.  CPL 0 was checked before the exit (APM vol. 2, 15.9). */
void svm_debug_access(struct vcpu *v, unsigned int n, bool write)
{
	struct vmcb *vmcb = v->arch->vmcb;
	unsigned int gpr, len = svm_mov_special(v, write ? OP_MOV_TO_DR : OP_MOV_FROM_DR, n, &gpr);
	uint64_t *reg = &v->regs.gpr[gpr];

	counter_inc(CNT_EXIT_DR);
	if (!len)
		return;
	if ((n == 4 || n == 5) && (vmcb->cr4 & CR4_DE)) {
		hvm_inject_exception(v, VEC_UD, HVM_NO_ERROR_CODE);
	} else if (vmcb->dr7 & DR7_GD) {
		vmcb->dr7 &= ~(uint64_t)DR7_GD;
		hvm_raise_debug(v, DR6_BD);
	} else if (write) {
		write_dr(v, n, hvm_long_mode_code(v) ? *reg : (uint32_t)*reg, len);
	} else {
		read_dr(v, n, reg, len);
	}
}

void svm_debug_port(struct vcpu *v, uint16_t port, unsigned int bytes)
{
	struct vmcb *vmcb = v->arch->vmcb;
	uint64_t hit = 0;

	if (!(vmcb->dr7 & DR7_ENABLED) || !(vmcb->cr4 & CR4_DE))
		return;
	for (unsigned int n = 0; n < 4; n++) {
		uint64_t first = v->arch->dr[n];

		if ((vmcb->dr7 & DR7_ENABLE(n)) && DR7_TYPE(vmcb->dr7, n) == TYPE_PORT &&
		    first < port + bytes && port <= first + DR7_LEN(vmcb->dr7, n))
			hit |= 1u << n;
	}
	if (hit)
		hvm_raise_debug(v, hit);
}
