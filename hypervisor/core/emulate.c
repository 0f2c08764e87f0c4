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
#include <hv/arch_x86.h>
#include <hv/domain.h>
#include <hv/exit.h>
#include <hv/guest_access.h>
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

#define SEG_ATTR_P (1u << 7)

static uint64_t low_bits(unsigned int bytes)
{
	return bytes == 8 ? ~0ULL : (1ULL << 8 * bytes) - 1;
}

/* Without REX, byte registers 4..7 are AH, CH, DH, BH. */
static uint64_t reg_get(const struct vcpu *v, const struct insn *in)
{
	if (in->bytes == 1 && !in->rex && in->reg >= 4)
		return v->regs.gpr[in->reg - 4] >> 8 & 0xff;
	return v->regs.gpr[in->reg] & low_bits(in->bytes);
}

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

/* --- string forms: one element, RIP stays while REP has more to do ---------- */

static uint64_t address_mask(const struct insn *in)
{
	return low_bits(in->address_bytes);
}

static void step(struct vcpu *v, const struct insn *in, enum gpr reg)
{
	uint64_t mask = address_mask(in), *r = &v->regs.gpr[reg];
	uint64_t next = v->regs.rflags & FLAG_DF ? *r - in->bytes : *r + in->bytes;

	if (in->address_bytes == 4)
		*r = (uint32_t)next;
	else
		*r = (*r & ~mask) | (next & mask);
}

/* Count this element; true when the instruction is complete. */
static bool last_element(struct vcpu *v, const struct insn *in)
{
	uint64_t mask = address_mask(in), *rcx = &v->regs.rcx, left;

	if (!in->rep)
		return true;
	left = (*rcx - 1) & mask;
	*rcx = in->address_bytes == 2 ? (*rcx & ~mask) | left : left;
	return left == 0;
}

/* Base of a data segment if it covers everything there is; a null, limited or
 * expand-down one is not for us (XSA-191). */
static bool flat_base(struct vcpu *v, enum segment s, uint64_t *base)
{
	struct segment_reg seg;

	hvm_get_segment(v, s, &seg);
	*base = hvm_long_mode_code(v) && s != SEG_FS && s != SEG_GS ? 0 : seg.base;
	if (hvm_long_mode_code(v))
		return true;
	return (seg.attr & SEG_ATTR_P) && seg.limit == UINT32_MAX;
}

/* The RAM side of MOVS: a guest-physical address, or a fault for the guest. */
static bool ram_operand(struct vcpu *v, const struct insn *in, enum segment s, enum gpr reg,
			uint32_t access, gpa_t *gpa)
{
	uint64_t base, linear = v->regs.gpr[reg] & address_mask(in);
	uint32_t error;

	if (!flat_base(v, s, &base))
		return false;
	linear += base;
	if (hvm_cpl(v) == 3)
		access |= PFEC_USER;
	error = guest_walk(v, (gva_t){linear}, access, gpa);
	return !error && (gpa->v & (PAGE_SIZE - 1)) + in->bytes <= PAGE_SIZE;
}

static enum emulate_result do_movs(struct vcpu *v, const struct insn *in, gpa_t gpa)
{
	uint64_t page = gpa_to_gfn(gpa).v, val = 0;
	gpa_t src, dst;
	bool ok;

	if (!ram_operand(v, in, in->segment, REG_RSI, 0, &src) ||
	    !ram_operand(v, in, SEG_ES, REG_RDI, PFEC_WRITE, &dst))
		return EMULATE_REFUSED;
	if (gpa_to_gfn(src).v == page)
		ok = apic_read(v, src, in->bytes, &val);
	else
		ok = !copy_from_gpa(v->domain, &val, src, in->bytes);
	if (!ok)
		return EMULATE_REFUSED;
	if (gpa_to_gfn(dst).v == page)
		ok = apic_write(v, dst, in->bytes, val);
	else
		ok = !copy_to_gpa(v->domain, dst, &val, in->bytes);
	if (!ok)
		return EMULATE_REFUSED;
	step(v, in, REG_RSI);
	step(v, in, REG_RDI);
	return last_element(v, in) ? EMULATE_DONE : EMULATE_AGAIN;
}

static enum emulate_result do_stos(struct vcpu *v, const struct insn *in, gpa_t gpa)
{
	if (!apic_write(v, gpa, in->bytes, v->regs.rax))
		return EMULATE_REFUSED;
	step(v, in, REG_RDI);
	return last_element(v, in) ? EMULATE_DONE : EMULATE_AGAIN;
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

static enum emulate_result done_if(bool ok)
{
	return ok ? EMULATE_DONE : EMULATE_REFUSED;
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
		break;
	case EMULATE_REFUSED:
		refuse(v, buf, n, gpa);
		break;
	}
}

/* Nothing that guests without a device model talk to needs them. */
void emulate_string_io(struct vcpu *v, uint16_t port, bool in)
{
	domain_crash(v->domain, "d%uv%u used %s on port 0x%x: string I/O is not supported",
		     v->domain->id, v->id, in ? "INS" : "OUTS", port);
}
