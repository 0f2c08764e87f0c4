/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* What each exit means to the guest, whatever the processor's vendor. */
#include <hv/arch_x86.h>
#include <hv/counters.h>
#include <hv/domain.h>
#include <hv/exit.h>
#include <hv/hvm.h>
#include <hv/hypercall.h>
#include <hv/printk.h>
#include <hv/vlapic.h>

#define PORT_PIT_CH2 0x42
#define PORT_CONSOLE 0xe9

static const char *access_name(uint32_t access)
{
	if (access & PFEC_FETCH)
		return "executed";
	return access & PFEC_WRITE ? "wrote" : "read";
}

void exit_cpuid(struct vcpu *v, unsigned int insn_len)
{
	struct guest_regs *r = &v->regs;
	struct cpuid_leaf_out out;

	counter_inc(CNT_EXIT_CPUID);
	if (cpuid_faults(v)) {
		hvm_inject_exception(v, VEC_GP, 0);
		return;
	}
	cpuid_guest(v, (uint32_t)r->rax, (uint32_t)r->rcx, &out);
	r->rax = out.a;
	r->rbx = out.b;
	r->rcx = out.c;
	r->rdx = out.d;
	hvm_skip(v, insn_len);
}

static void refuse_msr(struct vcpu *v)
{
	counter_inc(CNT_MSR_REFUSED);
	hvm_inject_exception(v, VEC_GP, 0);
}

void exit_rdmsr(struct vcpu *v, unsigned int insn_len)
{
	uint64_t val = 0;

	counter_inc(CNT_EXIT_RDMSR);
	if (msr_guest_read(v, (uint32_t)v->regs.rcx, &val)) {
		refuse_msr(v);
		return;
	}
	v->regs.rax = (uint32_t)val;
	v->regs.rdx = val >> 32;
	hvm_skip(v, insn_len);
}

void exit_wrmsr(struct vcpu *v, unsigned int insn_len)
{
	uint64_t val = (uint32_t)v->regs.rax | v->regs.rdx << 32;

	counter_inc(CNT_EXIT_WRMSR);
	if (msr_guest_write(v, (uint32_t)v->regs.rcx, val))
		refuse_msr(v);
	else
		hvm_skip(v, insn_len);
}

void exit_hlt(struct vcpu *v, unsigned int insn_len)
{
	counter_inc(CNT_EXIT_HLT);
	hvm_skip(v, insn_len);
	/* A single step ends the halt as it begins. */
	if (v->regs.rflags & RFLAGS_TF)
		return;
	/* Nothing can wake it again: that is how PVH kernels switch a CPU off. */
	if (!(v->regs.rflags & RFLAGS_IF))
		vcpu_down(v);
	else
		vcpu_block(v);
}

void exit_xsetbv(struct vcpu *v, unsigned int insn_len)
{
	uint64_t val = (uint32_t)v->regs.rax | v->regs.rdx << 32;

	counter_inc(CNT_EXIT_XSETBV);
	if (hvm_cpl(v) || (uint32_t)v->regs.rcx != 0 || !(hvm_get_cr(v, 4) & CR4_OSXSAVE) ||
	    !xstate_valid_xcr0(val, cpuid_xcr0_mask(v->domain))) {
		hvm_inject_exception(v, VEC_GP, 0);
		return;
	}
	xstate_set_xcr0(v, val);
	hvm_skip(v, insn_len);
}

/* As in Xen, real mode and virtual-8086 mode have no hypercalls either. */
void exit_hypercall(struct vcpu *v, unsigned int insn_len)
{
	counter_inc(CNT_EXIT_HYPERCALL);
	if (hvm_cpl(v) || !(hvm_get_cr(v, 0) & CR0_PE) || (v->regs.rflags & RFLAGS_VM)) {
		v->regs.rax = (uint64_t)-XEN_EPERM;
		hvm_skip(v, insn_len);
		return;
	}
	hypercall_exit(v, insn_len);
}

void exit_triple_fault(struct vcpu *v)
{
	struct domain *d = v->domain;
	uint64_t reason = d->hvm_params[HVM_PARAM_TRIPLE_FAULT_REASON];

	counter_inc(CNT_EXIT_TRIPLE_FAULT);
	printk("d%uv%u Triple fault - invoking HVM shutdown action %lu\n", d->id, v->id,
	       (unsigned long)reason);
	hvm_dump_state(v);
	domain_shutdown(d, (uint8_t)reason);
}

/* --- ports ---------------------------------------------------------------- */

/* Characters of all vCPUs share one line buffer. */
static void console_putc(struct domain *d, char c)
{
	spin_lock(&d->lock);
	if (c != '\n')
		d->console_line[d->console_len++] = c;
	if (c == '\n' || d->console_len == sizeof(d->console_line)) {
		console_guest_write(d, d->console_line, d->console_len);
		d->console_len = 0;
	}
	spin_unlock(&d->lock);
}

/* There is no device: an empty bus reads as ones.  The timer's counter is the
 * exception: Linux would poll it 100,000 times for a change of ones. */
uint32_t port_read(uint16_t port)
{
	return port == PORT_PIT_CH2 ? 0 : ~0u;
}

void port_write(struct vcpu *v, uint16_t port, unsigned int bytes, uint32_t val)
{
	if (port == PORT_CONSOLE && bytes == 1)
		console_putc(v->domain, (char)val);
}

void exit_io(struct vcpu *v, uint16_t port, unsigned int bytes, bool in, unsigned int insn_len)
{
	uint64_t *rax = &v->regs.rax;

	counter_inc(in ? CNT_EXIT_IN : CNT_EXIT_OUT);
	if (!in) {
		port_write(v, port, bytes, (uint32_t)*rax);
	} else if (bytes == 4) {
		*rax = port_read(port);
	} else {
		uint64_t mask = bytes == 1 ? 0xff : 0xffff;

		*rax = (*rax & ~mask) | (port_read(port) & mask);
	}
	hvm_skip(v, insn_len);
}

/* --- nested page faults ------------------------------------------------------ */

static bool access_permitted(enum p2m_type type, uint32_t access)
{
	switch (type) {
	case P2M_NONE:
	case P2M_APIC:
		return false;
	case P2M_RAM:
		return true;
	case P2M_RAM_RO:
		return !(access & PFEC_WRITE);
	case P2M_GRANT_RO:
		return !(access & (PFEC_WRITE | PFEC_FETCH));
	default:
		return !(access & PFEC_FETCH);
	}
}

void exit_nested_fault(struct vcpu *v, gpa_t gpa, uint32_t access)
{
	struct domain *d = v->domain;
	enum p2m_type type;

	p2m_get(d, gpa_to_gfn(gpa), &type, NULL);
	if ((type == P2M_NONE || type == P2M_APIC) && vlapic_enabled(v) &&
	    gpa_to_gfn(gpa).v == gpa_to_gfn(vlapic_base(v)).v && !(access & PFEC_FETCH)) {
		counter_inc(CNT_EXIT_MMIO);
		emulate_mmio(v, gpa);
		return;
	}
	counter_inc(CNT_EXIT_NESTED_FAULT);
	/* The toolstack or another vCPU mapped it in the meantime. */
	if (access_permitted(type, access))
		return;
	if (type == P2M_NONE || type == P2M_APIC)
		domain_crash(d, "d%uv%u %s unmapped guest-physical address 0x%lx", d->id, v->id,
			     access_name(access), (unsigned long)gpa.v);
	else
		domain_crash(d,
			     "d%uv%u %s guest-physical address 0x%lx, mapping type %u forbids it",
			     d->id, v->id, access_name(access), (unsigned long)gpa.v, type);
}
