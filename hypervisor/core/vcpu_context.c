/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* VCPUOP_initialise: xen/hvm/hvm_vcpu.h to the vendor's state, with Xen's checks. */
#include "vcpu_context.h"

#include <hv/domain.h>
#include <hv/hvm.h>
#include <hv/string.h>

/* Attribute bits, VMCB form (type and S in the low 5 bits). */
#define AR_TYPE	      0xfu
#define AR_S	      (1u << 4)
#define AR_DPL	      (3u << 5)
#define AR_P	      (1u << 7)
#define AR_G	      (1u << 11)
#define TYPE_CODE     8u
#define TYPE_RW	      2u /* readable code, writable data */
#define TYPE_BUSY_TSS 0xbu
#define AR_CODE64     0xa9bu
#define AR_DATA	      0xc93u
#define AR_TSS	      0x8bu

static bool segment_valid(const struct segment_reg *r, enum segment s)
{
	unsigned int type = r->attr & AR_TYPE;

	if (!r->attr)
		return s == SEG_DS || s == SEG_ES;
	if (!(r->attr & AR_P))
		return false;
	if (s == SEG_TR)
		return !(r->attr & AR_S) && type == TYPE_BUSY_TSS;
	if (!(r->attr & AR_S))
		return false;
	if (s == SEG_CS)
		return type & TYPE_CODE;
	if (s == SEG_SS)
		return !(type & TYPE_CODE) && (type & TYPE_RW);
	return !(type & TYPE_CODE) || (type & TYPE_RW);
}

static bool segments_valid(const struct hvm_state *st)
{
	static const enum segment which[] = {SEG_CS, SEG_DS, SEG_SS, SEG_ES, SEG_TR};
	uint32_t cpl = st->seg[SEG_SS].attr & AR_DPL, limit = st->seg[SEG_CS].limit;

	for (unsigned int i = 0; i < ARRAY_SIZE(which); i++)
		if (!segment_valid(&st->seg[which[i]], which[i]))
			return false;
	return st->regs.rip <= limit && (st->seg[SEG_DS].attr & AR_DPL) <= cpl &&
	       (st->seg[SEG_ES].attr & AR_DPL) <= cpl && (st->seg[SEG_CS].attr & AR_DPL) == cpl;
}

/* Limits come in units that the granularity bit names. */
static struct segment_reg segment(uint32_t base, uint32_t limit, uint16_t ar)
{
	return (struct segment_reg){
		.attr = ar, .base = base, .limit = ar & AR_G ? limit << 12 | 0xfff : limit};
}

static int from_32(const struct vcpu_hvm_x86_32 *c, struct hvm_state *st)
{
	if (c->pad1 || c->pad2[0] || c->pad2[1] || c->pad2[2])
		return -XEN_EINVAL;
	st->regs = (struct guest_regs){.rax = c->eax,
				       .rcx = c->ecx,
				       .rdx = c->edx,
				       .rbx = c->ebx,
				       .rsp = c->esp,
				       .rbp = c->ebp,
				       .rsi = c->esi,
				       .rdi = c->edi,
				       .rip = c->eip,
				       .rflags = c->eflags};
	st->cr0 = c->cr0;
	st->cr3 = c->cr3;
	st->cr4 = c->cr4;
	st->efer = c->efer;
	st->seg[SEG_CS] = segment(c->cs_base, c->cs_limit, c->cs_ar);
	st->seg[SEG_DS] = segment(c->ds_base, c->ds_limit, c->ds_ar);
	st->seg[SEG_SS] = segment(c->ss_base, c->ss_limit, c->ss_ar);
	st->seg[SEG_ES] = segment(c->es_base, c->es_limit, c->es_ar);
	st->seg[SEG_TR] = segment(c->tr_base, c->tr_limit, c->tr_ar);
	if ((c->efer & EFER_LMA) && !(c->efer & EFER_LME))
		return -XEN_EINVAL;
	return segments_valid(st) ? 0 : -XEN_EINVAL;
}

static bool canonical(uint64_t a)
{
	return (uint64_t)((int64_t)(a << 16) >> 16) == a;
}

static int from_64(const struct vcpu_hvm_x86_64 *c, struct hvm_state *st)
{
	if (!canonical(c->rip) || !(c->cr0 & CR0_PG) || !(c->cr0 & CR0_PE) || !(c->cr4 & CR4_PAE) ||
	    !(c->efer & EFER_LME))
		return -XEN_EINVAL;
	st->regs = (struct guest_regs){.rax = c->rax,
				       .rcx = c->rcx,
				       .rdx = c->rdx,
				       .rbx = c->rbx,
				       .rsp = c->rsp,
				       .rbp = c->rbp,
				       .rsi = c->rsi,
				       .rdi = c->rdi,
				       .rip = c->rip,
				       .rflags = c->rflags};
	st->cr0 = c->cr0;
	st->cr3 = c->cr3;
	st->cr4 = c->cr4;
	st->efer = c->efer;
	st->seg[SEG_CS] = (struct segment_reg){.attr = AR_CODE64, .limit = UINT32_MAX};
	st->seg[SEG_DS] = (struct segment_reg){.attr = AR_DATA, .limit = UINT32_MAX};
	st->seg[SEG_SS] = st->seg[SEG_ES] = st->seg[SEG_DS];
	st->seg[SEG_TR] = (struct segment_reg){.attr = AR_TSS, .limit = 0x67};
	return 0;
}

int vcpu_set_hvm_context(struct vcpu *v, const struct vcpu_hvm_context *ctx)
{
	struct hvm_state st;
	int rc;

	if (ctx->pad)
		return -XEN_EINVAL;
	/* Everything that the context does not name is as after INIT. */
	hvm_get_state(v, &st);
	switch (ctx->mode) {
	case VCPU_HVM_MODE_32B:
		rc = from_32(&ctx->cpu_regs.x86_32, &st);
		break;
	case VCPU_HVM_MODE_64B:
		rc = from_64(&ctx->cpu_regs.x86_64, &st);
		break;
	default:
		rc = -XEN_EINVAL;
	}
	if (rc)
		return rc;
	if (st.efer & EFER_LME && st.cr0 & CR0_PG)
		st.efer |= EFER_LMA;
	st.regs.rflags |= 2;
	return hvm_set_state(v, &st);
}
