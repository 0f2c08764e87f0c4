/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* CPU, LAPIC, LAPIC_REGS and MTRR records (xen/arch-x86/hvm/save.h). */
#include "hvm_context.h"
#include "msr_policy.h"

#include <hv/arch.h>
#include <hv/arch_x86.h>
#include <hv/hvm.h>
#include <hv/string.h>
#include <hv/vlapic.h>

#define ATTR_MASK 0xfffu /* VMCB form */

/* X(name in the record, our segment) for those with a selector. */
#define FOR_EACH_SEGMENT(X)                                                                        \
	X(cs, SEG_CS)                                                                              \
	X(ds, SEG_DS)                                                                              \
	X(es, SEG_ES) X(fs, SEG_FS) X(gs, SEG_GS) X(ss, SEG_SS) X(tr, SEG_TR) X(ldtr, SEG_LDTR)

static void save_segments(const struct hvm_state *st, struct hvm_hw_cpu *c)
{
#define SAVE(n, s)                                                                                 \
	c->n##_sel = st->seg[s].sel;                                                               \
	c->n##_limit = st->seg[s].limit;                                                           \
	c->n##_base = st->seg[s].base;                                                             \
	c->n##_arbytes = st->seg[s].attr;
	FOR_EACH_SEGMENT(SAVE)
#undef SAVE
	c->idtr_limit = st->seg[SEG_IDTR].limit;
	c->idtr_base = st->seg[SEG_IDTR].base;
	c->gdtr_limit = st->seg[SEG_GDTR].limit;
	c->gdtr_base = st->seg[SEG_GDTR].base;
}

static void load_segments(struct hvm_state *st, const struct hvm_hw_cpu *c)
{
#define LOAD(n, s)                                                                                 \
	st->seg[s] = (struct segment_reg){.sel = (uint16_t)c->n##_sel,                             \
					  .limit = c->n##_limit,                                   \
					  .base = c->n##_base,                                     \
					  .attr = (uint16_t)(c->n##_arbytes & ATTR_MASK)};
	FOR_EACH_SEGMENT(LOAD)
#undef LOAD
	st->seg[SEG_IDTR] = (struct segment_reg){.limit = c->idtr_limit, .base = c->idtr_base};
	st->seg[SEG_GDTR] = (struct segment_reg){.limit = c->gdtr_limit, .base = c->gdtr_base};
}

/* clang-format off */
#define FOR_EACH_GPR(X)                                                                            \
	X(rax) X(rbx) X(rcx) X(rdx) X(rbp) X(rsi) X(rdi) X(rsp) X(r8) X(r9) X(r10) X(r11)          \
	X(r12) X(r13) X(r14) X(r15) X(rip) X(rflags)
/* clang-format on */

static void save_gprs(const struct guest_regs *r, struct hvm_hw_cpu *c)
{
#define SAVE(n) c->n = r->n;
	FOR_EACH_GPR(SAVE)
#undef SAVE
}

static void load_gprs(struct guest_regs *r, const struct hvm_hw_cpu *c)
{
#define LOAD(n) r->n = c->n;
	FOR_EACH_GPR(LOAD)
#undef LOAD
	r->rflags |= 2;
}

void hvm_record_save_cpu(struct vcpu *v, void *rec)
{
	struct hvm_hw_cpu *c = rec;
	struct hvm_state st;

	hvm_get_state(v, &st);
	save_gprs(&st.regs, c);
	save_segments(&st, c);
	c->cr0 = st.cr0;
	c->cr2 = st.cr2;
	c->cr3 = st.cr3;
	c->cr4 = st.cr4;
	c->dr6 = st.dr6;
	c->dr7 = st.dr7;
	c->sysenter_cs = st.sysenter_cs;
	c->sysenter_esp = st.sysenter_esp;
	c->sysenter_eip = st.sysenter_eip;
	c->shadow_gs = st.kernel_gs_base;
	c->msr_lstar = st.lstar;
	c->msr_star = st.star;
	c->msr_cstar = st.cstar;
	c->msr_syscall_mask = st.sfmask;
	c->msr_efer = st.efer;
	c->tsc = arch_tsc();
}

int hvm_record_load_cpu(struct vcpu *v, const void *rec)
{
	const struct hvm_hw_cpu *c = rec;
	struct hvm_state st;
	int rc;

	/* There is no way in for FPU state, debug addresses or a pending event. */
	if (c->flags || c->dr0 || c->dr1 || c->dr2 || c->dr3 || c->pending_event)
		return -XEN_EOPNOTSUPP;
	if (c->pad0)
		return -XEN_EINVAL;
	hvm_get_state(v, &st);
	load_gprs(&st.regs, c);
	load_segments(&st, c);
	st.cr0 = c->cr0;
	st.cr2 = c->cr2;
	st.cr3 = c->cr3;
	st.cr4 = c->cr4;
	st.dr6 = c->dr6;
	st.dr7 = c->dr7;
	st.sysenter_cs = c->sysenter_cs;
	st.sysenter_esp = c->sysenter_esp;
	st.sysenter_eip = c->sysenter_eip;
	st.kernel_gs_base = c->shadow_gs;
	st.lstar = c->msr_lstar;
	st.star = c->msr_star;
	st.cstar = c->msr_cstar;
	st.sfmask = c->msr_syscall_mask;
	st.efer = c->msr_efer;
	rc = hvm_set_state(v, &st);
	if (rc)
		return rc;
	v->initialised = true;
	vcpu_clear_flags(v, VPF_DOWN);
	return 0;
}

/* The older form, for xenctx and debuggers. */
void hvm_state_to_context(struct vcpu *v, vcpu_guest_context_t *c)
{
	struct cpu_user_regs *u = &c->user_regs;
	struct hvm_state st;

	hvm_get_state(v, &st);
	c->flags = VGCF_online | (hvm_cpl(v) ? 0 : VGCF_in_kernel);
#define COPY(n) u->n = st.regs.n;
	FOR_EACH_GPR(COPY)
#undef COPY
	u->cs = st.seg[SEG_CS].sel;
	u->ss = st.seg[SEG_SS].sel;
	u->ds = st.seg[SEG_DS].sel;
	u->es = st.seg[SEG_ES].sel;
	u->fs = st.seg[SEG_FS].sel;
	u->gs = st.seg[SEG_GS].sel;
	c->fs_base = st.seg[SEG_FS].base;
	c->gs_base_user = st.seg[SEG_GS].base;
	c->gs_base_kernel = st.kernel_gs_base;
	c->ctrlreg[0] = st.cr0;
	c->ctrlreg[2] = st.cr2;
	c->ctrlreg[3] = st.cr3;
	c->ctrlreg[4] = st.cr4;
	c->debugreg[6] = st.dr6;
	c->debugreg[7] = st.dr7;
}

/* --- local APIC ------------------------------------------------------------ */

void hvm_record_save_lapic(struct vcpu *v, void *rec)
{
	vlapic_save(v, rec);
}

void hvm_record_save_lapic_regs(struct vcpu *v, void *rec)
{
	vlapic_save_regs(v, rec);
}

int hvm_record_load_lapic(struct vcpu *v, const void *rec)
{
	return vlapic_load(v, rec);
}

int hvm_record_load_lapic_regs(struct vcpu *v, const void *rec)
{
	return vlapic_load_regs(v, rec);
}

/* --- MTRR -------------------------------------------------------------------- */

void hvm_record_save_mtrr(struct vcpu *v, void *rec)
{
	const struct mtrr *mtrr = &v->msrs->mtrr;
	struct hvm_hw_mtrr *m = rec;
	struct hvm_state st;

	hvm_get_state(v, &st);
	m->msr_pat_cr = st.pat;
	m->msr_mtrr_cap = MTRR_CAP_VALUE;
	memcpy(m->msr_mtrr_var, mtrr->var, sizeof(mtrr->var));
	memcpy(m->msr_mtrr_fixed, mtrr->fixed, sizeof(mtrr->fixed));
	m->msr_mtrr_def_type = mtrr->def_type;
}

int hvm_record_load_mtrr(struct vcpu *v, const void *rec)
{
	uint64_t reserved = cpuid_reserved_address_bits(v->domain);
	const struct hvm_hw_mtrr *m = rec;
	struct mtrr mtrr;
	struct hvm_state st;

	if (mtrr_load(&mtrr, m->msr_mtrr_var, m->msr_mtrr_fixed, m->msr_mtrr_def_type, reserved))
		return -XEN_EINVAL;
	if (m->msr_pat_cr) {
		int rc;

		hvm_get_state(v, &st);
		st.pat = m->msr_pat_cr;
		rc = hvm_set_state(v, &st);
		if (rc)
			return rc;
	}
	v->msrs->mtrr = mtrr;
	return 0;
}
