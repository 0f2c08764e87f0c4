/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * The one instruction at RIP that touched the local APIC page.  The processor
 * has told the address, so no operand address is ever computed from guest
 * registers (but for the RAM side of MOVS); bit-string instructions, anything
 * with two memory operands but MOVS, x87, SSE, locked and 64-bit forms are not
 * here.  What is not in the table ends the domain.
 */
#include "emulate.h"
#include "segment.h"
#include <hv/arch_x86.h>
#include <hv/domain.h>
#include <hv/exit.h>
#include <hv/hvm.h>
#include <hv/string.h>
#include <hv/vlapic.h>

#define FLAG_CF	    (1u << 0)
#define FLAG_PF	    (1u << 2)
#define FLAG_AF	    (1u << 4)
#define FLAG_ZF	    (1u << 6)
#define FLAG_SF	    (1u << 7)
#define FLAG_DF	    (1u << 10)
#define FLAG_OF	    (1u << 11)
#define FLAGS_ARITH (FLAG_CF | FLAG_PF | FLAG_AF | FLAG_ZF | FLAG_SF | FLAG_OF)

static uint64_t low_bits(unsigned int bytes)
{
	return bytes == 8 ? ~0ULL : (1ULL << 8 * bytes) - 1;
}

static uint64_t reg_get(const struct vcpu *v, const struct insn *in)
{
	return v->regs.gpr[in->reg] & low_bits(in->bytes);
}

/* Without REX, byte registers 4..7 are AH, CH, DH, BH. */
static void reg_set(struct vcpu *v, const struct insn *in, unsigned int bytes, uint64_t val)
{
	uint64_t *r = &v->regs.gpr[in->reg], mask = low_bits(bytes);

	if (bytes == 1 && !in->rex && in->reg >= 4) {
		r = &v->regs.gpr[in->reg - 4];
		*r = (*r & ~0xff00ULL) | (val & 0xff) << 8;
	} else if (bytes >= 4) {
		*r = val & mask;
	} else {
		*r = (*r & ~mask) | (val & mask);
	}
}

static uint64_t sign_extend(uint64_t val, unsigned int bytes)
{
	unsigned int shift = 64 - 8 * bytes;

	return (uint64_t)((int64_t)(val << shift) >> shift);
}

static uint32_t logic_flags(uint32_t r)
{
	return (r ? 0 : FLAG_ZF) | (r >> 31 ? FLAG_SF : 0) |
	       (__builtin_parity(r & 0xff) ? 0 : FLAG_PF);
}

static uint32_t compare_flags(uint32_t a, uint32_t b)
{
	uint32_t r = a - b;

	return logic_flags(r) | (a < b ? FLAG_CF : 0) | ((a ^ b ^ r) & FLAG_AF) |
	       (((a ^ b) & (a ^ r)) >> 31 ? FLAG_OF : 0);
}

static void set_flags(struct vcpu *v, uint32_t flags)
{
	v->regs.rflags = (v->regs.rflags & ~(uint64_t)FLAGS_ARITH) | flags;
}

/* Bytes of the register word at @gpa. */
static bool apic_read(struct vcpu *v, gpa_t gpa, unsigned int bytes, uint64_t *val)
{
	uint32_t offset = gpa.v & (PAGE_SIZE - 1), word, first = offset & 3;

	if (first + bytes > 4 || !vlapic_mmio_read(v, offset & ~3u, &word))
		return false;
	*val = word >> 8 * first & low_bits(bytes);
	return true;
}

/* Registers are written as a whole. */
static bool apic_write(struct vcpu *v, gpa_t gpa, unsigned int bytes, uint64_t val)
{
	uint32_t offset = gpa.v & (PAGE_SIZE - 1);

	return bytes == 4 && !(offset & 3) && vlapic_mmio_write(v, offset, (uint32_t)val);
}

static enum emulate_result done_if(bool ok)
{
	return ok ? EMULATE_DONE : EMULATE_REFUSED;
}

/* --- string forms: one element, RIP stays while REP has more to do ---------- */

void string_step(struct vcpu *v, const struct insn *in, enum gpr reg)
{
	uint64_t mask = low_bits(in->address_bytes), *r = &v->regs.gpr[reg];
	uint64_t next = v->regs.rflags & FLAG_DF ? *r - in->bytes : *r + in->bytes;

	if (in->address_bytes == 4)
		*r = (uint32_t)next;
	else
		*r = (*r & ~mask) | (next & mask);
}

bool string_last(struct vcpu *v, const struct insn *in)
{
	uint64_t mask = low_bits(in->address_bytes), *rcx = &v->regs.rcx, left;

	if (!in->rep)
		return true;
	left = (*rcx - 1) & mask;
	*rcx = in->address_bytes == 2 ? (*rcx & ~mask) | left : left;
	return left == 0;
}

/* One side of MOVS: the register, if that is where the address leads, or RAM. */
static enum emulate_result movs_side(struct vcpu *v, const struct insn *in, uint64_t linear,
				     bool write, gpa_t apic, uint64_t *val)
{
	uint32_t access = linear_access(v, write);
	gpa_t gpa;

	if (guest_walk(v, (gva_t){linear}, access, &gpa) || gpa_to_gfn(gpa).v != gpa_to_gfn(apic).v)
		return linear_copy(v, linear, val, in->bytes, access) ? EMULATE_DONE
								      : EMULATE_RAISED;
	return done_if(write ? apic_write(v, gpa, in->bytes, *val)
			     : apic_read(v, gpa, in->bytes, val));
}

static enum emulate_result do_movs(struct vcpu *v, const struct insn *in, gpa_t apic)
{
	uint64_t mask = low_bits(in->address_bytes), src, dst, val = 0;
	enum emulate_result r;

	if (!segment_linear(v, in->segment, v->regs.rsi & mask, in->bytes, false, 0, &src) ||
	    !segment_linear(v, SEG_ES, v->regs.rdi & mask, in->bytes, true, 0, &dst))
		return EMULATE_RAISED;
	r = movs_side(v, in, src, false, apic, &val);
	if (r == EMULATE_DONE)
		r = movs_side(v, in, dst, true, apic, &val);
	if (r != EMULATE_DONE)
		return r;
	string_step(v, in, REG_RSI);
	string_step(v, in, REG_RDI);
	return string_last(v, in) ? EMULATE_DONE : EMULATE_AGAIN;
}

static enum emulate_result do_stos(struct vcpu *v, const struct insn *in, gpa_t gpa)
{
	if (!apic_write(v, gpa, in->bytes, v->regs.rax))
		return EMULATE_REFUSED;
	string_step(v, in, REG_RDI);
	return string_last(v, in) ? EMULATE_DONE : EMULATE_AGAIN;
}

/* --- the others ---------------------------------------------------------------- */

static uint32_t combine(enum insn_op op, uint32_t a, uint32_t b)
{
	switch (op) {
	case OP_AND:
	case OP_TEST:
		return a & b;
	case OP_OR:
		return a | b;
	default:
		return a ^ b;
	}
}

/* AND, OR, XOR, TEST, CMP of a register word with a register or an immediate. */
static bool do_logic(struct vcpu *v, const struct insn *in, gpa_t gpa)
{
	uint64_t mem;
	uint32_t other, result;

	if (in->bytes != 4 || !apic_read(v, gpa, 4, &mem))
		return false;
	other = (uint32_t)(in->has_imm ? in->imm : reg_get(v, in));
	if (in->op == OP_CMP) {
		set_flags(v, in->to_reg ? compare_flags(other, (uint32_t)mem)
					: compare_flags((uint32_t)mem, other));
		return true;
	}
	result = combine(in->op, (uint32_t)mem, other);
	if (in->op != OP_TEST) {
		if (in->to_reg)
			reg_set(v, in, 4, result);
		else if (!apic_write(v, gpa, 4, result))
			return false;
	}
	set_flags(v, logic_flags(result));
	return true;
}

static bool do_xchg(struct vcpu *v, const struct insn *in, gpa_t gpa)
{
	uint64_t mem;

	if (in->bytes != 4 || !apic_read(v, gpa, 4, &mem) || !apic_write(v, gpa, 4, reg_get(v, in)))
		return false;
	reg_set(v, in, 4, mem);
	return true;
}

static bool do_load(struct vcpu *v, const struct insn *in, gpa_t gpa)
{
	uint64_t mem;

	if (!apic_read(v, gpa, in->bytes, &mem))
		return false;
	if (in->op == OP_MOVSX)
		mem = sign_extend(mem, in->bytes);
	reg_set(v, in, in->op == OP_LOAD ? in->bytes : in->dest_bytes, mem);
	return true;
}

enum emulate_result emulate_execute(struct vcpu *v, const struct insn *in, gpa_t gpa)
{
	switch (in->op) {
	case OP_LOAD:
	case OP_MOVZX:
	case OP_MOVSX:
		return done_if(do_load(v, in, gpa));
	case OP_STORE:
		return done_if(
			apic_write(v, gpa, in->bytes, in->has_imm ? in->imm : reg_get(v, in)));
	case OP_STOS:
		return do_stos(v, in, gpa);
	case OP_MOVS:
		return do_movs(v, in, gpa);
	case OP_XCHG:
		return done_if(do_xchg(v, in, gpa));
	case OP_AND:
	case OP_OR:
	case OP_XOR:
	case OP_TEST:
	case OP_CMP:
		return done_if(do_logic(v, in, gpa));
	default:
		return EMULATE_REFUSED;
	}
}

static void refuse(struct vcpu *v, const uint8_t *buf, unsigned int n, gpa_t gpa)
{
	uint8_t b[8] = {0};

	memcpy(b, buf, MIN(n, sizeof(b)));
	domain_crash(v->domain,
		     "d%uv%u cannot emulate %02x %02x %02x %02x %02x %02x %02x %02x on APIC "
		     "register 0x%x",
		     v->domain->id, v->id, b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7],
		     (unsigned int)(gpa.v & (PAGE_SIZE - 1)));
}

void emulate_mmio(struct vcpu *v, gpa_t gpa)
{
	uint8_t buf[INSN_MAX];
	unsigned int n = guest_fetch(v, hvm_linear_rip(v), buf, sizeof(buf));
	struct insn in;

	if (!emulate_decode(buf, n, emulate_mode(v), &in)) {
		refuse(v, buf, n, gpa);
		return;
	}
	switch (emulate_execute(v, &in, gpa)) {
	case EMULATE_DONE:
		hvm_skip(v, in.len);
		break;
	case EMULATE_AGAIN:
		if (v->regs.rflags & RFLAGS_TF)
			hvm_raise_debug(v, DR6_BS);
		break;
	case EMULATE_RAISED:
		break;
	case EMULATE_REFUSED:
		refuse(v, buf, n, gpa);
		break;
	}
}
