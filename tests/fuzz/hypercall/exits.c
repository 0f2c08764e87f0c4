/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * The processor: what svm_enter() would leave in the VMCB and the registers is
 * made up from the input, hypercalls and other exits in every mode a guest can
 * be in.  What no guest can bring about (a machine check) is left out.
 */
#include <string.h>

#include <hv/arch.h>
#include <hv/guest_access.h>

#include "arch/x86/svm/svm.h"
#include "input.h"
#include "world.h"

#define CS_CODE64 0xa9b
#define CS_CODE32 0xc9b
#define CS_CODE16 0x09b

enum plan_kind { PLAN_CALL, PLAN_ANY, PLAN_FAULT };

static struct plan {
	enum plan_kind kind;
	uint8_t mode, preempt;
	uint64_t nr, arg[5];
	uint64_t code, info1, info2, interrupted;
	uint64_t gpr[NR_GPRS];
	uint64_t rflags;
	uint8_t insn[16];
	uint16_t offset; /* of the instruction in its page */
	unsigned int entries, same;
	bool first;
} plan;

struct mode {
	uint64_t cr0, cr3, cr4, efer;
	uint16_t cs;
};

#define PG   (CR0_PE | CR0_PG | CR0_ET)
#define LONG (EFER_LME | EFER_LMA)
static const struct mode modes[] = {
	{CR0_PE | CR0_ET, 0, 0, 0, CS_CODE32},	      {PG, TABLES, CR4_PAE, LONG, CS_CODE64},
	{PG, TABLES, CR4_PAE, LONG, CS_CODE32},	      {PG, TABLES + 0x3000, CR4_PAE, 0, CS_CODE32},
	{PG, TABLES + 0x4000, CR4_PSE, 0, CS_CODE32}, {CR0_ET, 0, 0, 0, CS_CODE16},
	{CR0_PE | CR0_ET, 0, 0, 0, CS_CODE16},
};
#define MODE_KEEP 7 /* as the last exit left it */
#define MODE_USER 8 /* bits on top */
#define MODE_VM86 16
#define MODE_WILD 32

static void read_common(void)
{
	plan.mode = in8();
	plan.first = true;
	plan.entries = plan.same = 0;
	plan.offset = CODE & ~PAGE_MASK;
}

/* Structures in the two argument pages of the guest that will call. */
static void put_arguments(struct domain *d, uint8_t which)
{
	uint8_t buf[2048] = {0};

	for (unsigned int i = 0; i < 2; i++) {
		size_t n = which & 1u << i ? in_struct(buf, sizeof(buf)) : 0;

		if (n && copy_to_gpa(d, (gpa_t){i ? BUF2 : BUF}, buf, n))
			return; /* the page was given away: the call meets what is there */
	}
}

void exits_plan_call(struct domain *d)
{
	plan = (struct plan){.kind = PLAN_CALL};
	read_common();
	plan.preempt = in8();
	plan.nr = in_value();
	for (unsigned int i = 0; i < 3; i++)
		plan.arg[i] = in_value();
	if (plan.preempt & 4)
		for (unsigned int i = 3; i < 5; i++)
			plan.arg[i] = in_value();
	put_arguments(d, plan.preempt >> 3);
}

static void read_registers(void)
{
	plan.rflags = in_value() & 0x3f7fd7;
	in_struct(plan.gpr, sizeof(plan.gpr));
}

void exits_plan_any(void)
{
	static const uint16_t codes[] = {
		VMEXIT_CPUID, VMEXIT_MSR,	  VMEXIT_IOIO,		VMEXIT_HLT,
		VMEXIT_IRET,  VMEXIT_XSETBV,	  VMEXIT_TASK_SWITCH,	VMEXIT_EXCEPTION(1),
		VMEXIT_VINTR, VMEXIT_SHUTDOWN,	  VMEXIT_EXCEPTION(17), VMEXIT_VMMCALL,
		VMEXIT_INVD,  VMEXIT_CR_WRITE(4), VMEXIT_CR_WRITE(8),	VMEXIT_WBINVD,
	};
	uint8_t which = in8();

	plan = (struct plan){.kind = PLAN_ANY};
	read_common();
	plan.code = which < 0x80 ? codes[which % (sizeof(codes) / sizeof(codes[0]))] : in_value();
	if (plan.code == VMEXIT_EXCEPTION(VEC_MC))
		plan.code = VMEXIT_INTR;
	plan.info1 = in_value();
	plan.info2 = in_value();
	plan.interrupted = in8() ? in_value() | (uint64_t)in8() << 8 : 0;
	read_registers();
	if (in8() & 1) {
		in_bytes(plan.insn, sizeof(plan.insn));
		plan.offset = 0xff0 + in8() % 16;
	}
}

void exits_plan_fault(void)
{
	uint64_t access = in8();

	plan = (struct plan){.kind = PLAN_FAULT, .code = VMEXIT_NPF};
	read_common();
	plan.info1 = access & 0x1f;
	if (access & 0x80)
		plan.info1 |= NPF_TABLE_WALK;
	plan.info2 = access & 0x40 ? in_value() : 0xfee00000ULL | (uint64_t)in8() << 4;
	if (access & 0x20)
		plan.interrupted = EVENT_VALID | in_value();
	read_registers();
	in_bytes(plan.insn, sizeof(plan.insn));
}

/* --- the processor -------------------------------------------------------------------- */

static void wild_state(struct vmcb *vmcb)
{
	uint64_t v[8] = {0};

	in_struct(v, sizeof(v));
	vmcb->cr0 ^= v[0] & 0xe005003f;
	vmcb->cr3 ^= v[1];
	vmcb->cr4 ^= v[2];
	vmcb->efer ^= v[3] & 0xffff;
	vmcb->seg[v[4] % NR_VS].attr ^= (uint16_t)(v[5] & 0xfff);
	vmcb->seg[v[4] % NR_VS].base ^= v[6];
	vmcb->int_state ^= v[7] & 1;
	vmcb->efer |= EFER_SVME;
}

static void set_mode(struct guest_regs *regs, struct vmcb *vmcb)
{
	unsigned int which = plan.mode & 7;

	if (which != MODE_KEEP) {
		const struct mode *m = &modes[which];

		vmcb->cr0 = m->cr0;
		vmcb->cr3 = m->cr3;
		vmcb->cr4 = m->cr4;
		vmcb->efer = m->efer | EFER_SVME;
		vmcb->seg[VS_CS] = (struct vmcb_segment){8, m->cs, UINT32_MAX, 0};
		vmcb->rflags &= ~(uint64_t)RFLAGS_VM;
	}
	vmcb->cpl = plan.mode & (MODE_USER | MODE_VM86) ? 3 : 0;
	if (plan.mode & MODE_VM86)
		vmcb->rflags |= RFLAGS_VM;
	if (plan.mode & MODE_WILD)
		wild_state(vmcb);
}

static const char *bytes_of(uint64_t code, uint64_t info1)
{
	switch (code) {
	case VMEXIT_CPUID:
		return "\x0f\xa2";
	case VMEXIT_MSR:
		return info1 & 1 ? "\x0f\x30" : "\x0f\x32";
	case VMEXIT_HLT:
		return "\xf4";
	case VMEXIT_VMMCALL:
		return "\x0f\x01\xd9";
	case VMEXIT_XSETBV:
		return "\x0f\x01\xd1";
	case VMEXIT_INVD:
		return "\x0f\x08";
	case VMEXIT_WBINVD:
		return "\x0f\x09";
	case VMEXIT_CR_WRITE(4):
		return "\x0f\x22\xe0";
	default:
		return "\x90";
	}
}

/* The instruction that exits, where the guest's RIP is; its length if known. */
static unsigned int put_instruction(struct vcpu *v, uint64_t rip)
{
	const char *known = bytes_of(plan.code, plan.info1);
	unsigned int len = 0;

	if (plan.insn[0]) {
		if (copy_to_gpa(v->domain, (gpa_t){rip}, plan.insn, sizeof(plan.insn)))
			return 1;
		return 1 + plan.insn[15] % 15;
	}
	while (known[len])
		len++;
	copy_to_gpa(v->domain, (gpa_t){rip}, known, len);
	return len;
}

static void set_call(struct guest_regs *r, const struct vmcb *vmcb)
{
	bool wide = (vmcb->efer & EFER_LMA) && vmcb->seg[VS_CS].attr == CS_CODE64;
	static const uint8_t regs64[5] = {REG_RDI, REG_RSI, REG_RDX, 10, 8};
	static const uint8_t regs32[5] = {REG_RBX, REG_RCX, REG_RDX, REG_RSI, REG_RDI};

	for (unsigned int i = 0; i < 5; i++)
		r->gpr[wide ? regs64[i] : regs32[i]] = plan.arg[i];
}

static void first_entry(struct vcpu *v, struct guest_regs *regs, struct vmcb *vmcb)
{
	uint64_t rip = (CODE & PAGE_MASK) + plan.offset;

	set_mode(regs, vmcb);
	if (plan.kind == PLAN_CALL) {
		plan.code = VMEXIT_VMMCALL;
		set_call(regs, vmcb);
		vmcb->rax = plan.nr;
	} else {
		memcpy(regs->gpr, plan.gpr, sizeof(regs->gpr));
		vmcb->rax = plan.gpr[REG_RAX];
		vmcb->rsp = plan.gpr[REG_RSP];
		vmcb->rflags = (vmcb->rflags & RFLAGS_VM) | plan.rflags | 2;
	}
	vmcb->rip = rip;
	vmcb->next_rip = rip + put_instruction(v, rip);
	if (plan.code == VMEXIT_IOIO)
		plan.info2 = vmcb->next_rip;
}

void svm_enter(struct guest_regs *regs, uint64_t vmcb_pa, uint64_t host_pa)
{
	struct vmcb *vmcb = mfn_to_virt(maddr_to_mfn((maddr_t){vmcb_pa}));
	struct vcpu *v = this_cpu()->current;

	if (plan.first)
		first_entry(v, regs, vmcb);
	plan.first = false;
	plan.entries++;
	/* An interrupt for the host, now or later in the call. */
	if (plan.preempt & 1 || ((plan.preempt & 2) && plan.entries < 4))
		this_cpu()->work = WORK_SCHED;
	vmcb->event_inj = 0;
	vmcb->exit_code = plan.code;
	vmcb->exit_info1 = plan.info1;
	vmcb->exit_info2 = plan.info2;
	vmcb->exit_int_info = plan.interrupted;
	memcpy(plan.gpr, regs->gpr, sizeof(plan.gpr));
}

/* Restarted hypercalls come back with other arguments; one that comes back the
 * same for ever was not understood, which the guest may do all day. */
bool exits_again(const struct vcpu *v)
{
	const struct vmcb *vmcb = v->arch->vmcb;
	bool same = true;

	if (plan.kind != PLAN_CALL || plan.first || v->regs.rip != vmcb->rip)
		return false;
	for (unsigned int i = 0; i < NR_GPRS; i++)
		if (i != REG_RAX && i != REG_RSP && v->regs.gpr[i] != plan.gpr[i])
			same = false;
	plan.same = same ? plan.same + 1 : 0;
	return plan.same < 64;
}
