/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* The vendor part of the fake machine: a register file, no execution. */
#include <stdlib.h>
#include <hv/arch_x86.h>
#include <hv/domain.h>
#include <hv/heap.h>
#include <hv/unit.h>
#include "host.h"

struct arch_vcpu {
	struct hvm_state state;
	uint64_t xcr0;
	int64_t tsc_offset;
	int exception; /* last injected vector; -1 = none */
	int32_t error_code;
};

int hvm_vcpu_create(struct vcpu *v)
{
	v->arch = heap_alloc(sizeof(*v->arch));
	if (!v->arch)
		return -XEN_ENOMEM;
	v->arch->exception = -1;
	return 0;
}

void hvm_vcpu_destroy(struct vcpu *v)
{
	heap_free(v->arch);
	v->arch = NULL;
}

const struct unit hvm_unit = {
	.name = "hvm",
	.vcpu_create = hvm_vcpu_create,
	.vcpu_destroy = hvm_vcpu_destroy,
};

void hvm_set_pvh_entry(struct vcpu *v, uint64_t rip, uint64_t rbx)
{
	v->regs = (struct guest_regs){.rip = rip, .rbx = rbx, .rflags = 2};
	v->arch->state.cr0 = CR0_PE | CR0_ET;
}

void hvm_set_sipi_entry(struct vcpu *v, uint8_t vector)
{
	v->regs = (struct guest_regs){.rflags = 2};
	v->arch->state.cr0 = CR0_ET;
	v->arch->state.seg[SEG_CS].base = (uint64_t)vector << 12;
}

void hvm_get_state(struct vcpu *v, struct hvm_state *out)
{
	*out = v->arch->state;
	out->regs = v->regs;
}

int hvm_set_state(struct vcpu *v, const struct hvm_state *in)
{
	v->arch->state = *in;
	v->regs = in->regs;
	return 0;
}

void hvm_run(struct vcpu *v)
{
	/* The fake machine executes no guest code: tests call the exits directly. */
	abort();
}

void hvm_load(struct vcpu *v)
{
}

void hvm_save(struct vcpu *v)
{
}

uint64_t hvm_get_cr(const struct vcpu *v, unsigned int n)
{
	const struct hvm_state *s = &v->arch->state;

	return n == 0 ? s->cr0 : n == 2 ? s->cr2 : n == 3 ? s->cr3 : s->cr4;
}

uint64_t hvm_get_efer(const struct vcpu *v)
{
	return v->arch->state.efer;
}

void hvm_get_segment(const struct vcpu *v, enum segment s, struct segment_reg *out)
{
	*out = v->arch->state.seg[s];
}

void hvm_set_segment(struct vcpu *v, enum segment s, const struct segment_reg *seg)
{
	v->arch->state.seg[s] = *seg;
}

unsigned int hvm_cpl(const struct vcpu *v)
{
	return (v->arch->state.seg[SEG_SS].attr >> 5) & 3;
}

bool hvm_interrupts_enabled(const struct vcpu *v)
{
	return v->regs.rflags & RFLAGS_IF;
}

bool hvm_long_mode_code(const struct vcpu *v)
{
	return v->arch->state.efer & EFER_LMA;
}

void hvm_inject_exception(struct vcpu *v, uint8_t vector, int32_t error_code)
{
	v->arch->exception = vector;
	v->arch->error_code = error_code;
}

void hvm_inject_page_fault(struct vcpu *v, uint32_t error, uint64_t addr)
{
	v->arch->state.cr2 = addr;
	hvm_inject_exception(v, VEC_PF, (int32_t)error);
}

void hvm_raise_debug(struct vcpu *v, uint32_t dr6)
{
	v->arch->state.dr6 |= dr6;
	hvm_inject_exception(v, VEC_DB, HVM_NO_ERROR_CODE);
}

void hvm_enter_task(struct vcpu *v, uint64_t cr3)
{
	struct hvm_state *s = &v->arch->state;

	if (s->cr0 & CR0_PG)
		s->cr3 = cr3;
	s->cr0 |= CR0_TS;
}

int host_take_exception(struct vcpu *v, int32_t *error_code)
{
	int vector = v->arch->exception;

	*error_code = v->arch->error_code;
	v->arch->exception = -1;
	return vector;
}

void hvm_dump_state(struct vcpu *v)
{
}

void hvm_skip(struct vcpu *v, unsigned int len)
{
	v->regs.rip += len;
}

void hvm_hypercall_insn(uint8_t out[3])
{
	out[0] = 0x0f;
	out[1] = 0x01;
	out[2] = 0xd9;
}

int hvm_rdmsr(struct vcpu *v, uint32_t msr, uint64_t *val)
{
	if (msr != MSR_EFER)
		return -1;
	*val = v->arch->state.efer;
	return 0;
}

int hvm_wrmsr(struct vcpu *v, uint32_t msr, uint64_t val)
{
	if (msr != MSR_EFER)
		return -1;
	v->arch->state.efer = val;
	return 0;
}

int hvm_set_cr4(struct vcpu *v, uint64_t val)
{
	v->arch->state.cr4 = val;
	return 0;
}

int64_t hvm_tsc_offset(const struct vcpu *v)
{
	return v->arch->tsc_offset;
}

void hvm_set_tsc_offset(struct vcpu *v, int64_t offset)
{
	v->arch->tsc_offset = offset;
}

uint64_t hvm_linear_rip(const struct vcpu *v)
{
	return v->regs.rip;
}

uint64_t xstate_offered(void)
{
	return XSTATE_X87 | XSTATE_SSE | XSTATE_AVX;
}

uint32_t xstate_size(uint64_t xcr0)
{
	return xcr0 & XSTATE_AVX ? 832 : 576;
}

uint32_t xstate_compact_size(uint64_t xcr0)
{
	return xstate_size(xcr0);
}

bool xstate_valid_xcr0(uint64_t xcr0, uint64_t allowed)
{
	return (xcr0 & XSTATE_X87) && !(xcr0 & ~allowed) &&
	       (!(xcr0 & XSTATE_AVX) || (xcr0 & XSTATE_SSE));
}

uint64_t xstate_get_xcr0(const struct vcpu *v)
{
	return v->arch->xcr0;
}

void xstate_set_xcr0(struct vcpu *v, uint64_t xcr0)
{
	v->arch->xcr0 = xcr0;
}
