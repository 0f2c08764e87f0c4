/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * LTR and LMSW, on the guest's behalf (APM vol. 3).  QEMU 7.2 takes the null
 * selector that the processor refuses, and ends the whole machine when ring 3 is
 * interrupted with no task register.
 */
#include "emulate.h"
#include "segment.h"

#include <hv/arch_x86.h>
#include <hv/domain.h>
#include <hv/exit.h>

#define SEG_TYPE_TSS16 1u

struct word_insn {
	const uint8_t *buf;
	unsigned int n, at; /* bytes fetched and used */
	enum insn_mode mode;
	uint8_t rex;
	bool address_size, segment_given;
	enum segment segment;
};

static uint8_t next(struct word_insn *l)
{
	if (l->at < l->n)
		return l->buf[l->at++];
	l->at = INSN_MAX + 1;
	return 0;
}

/* Those that change the operand. */
static bool take_prefix(struct word_insn *l)
{
	static const uint8_t segments[][2] = {{0x26, SEG_ES}, {0x2e, SEG_CS}, {0x36, SEG_SS},
					      {0x3e, SEG_DS}, {0x64, SEG_FS}, {0x65, SEG_GS}};
	uint8_t b = l->at < l->n ? l->buf[l->at] : 0;

	for (unsigned int i = 0; i < ARRAY_SIZE(segments); i++)
		if (b == segments[i][0]) {
			l->segment = segments[i][1];
			l->segment_given = true;
			l->at++;
			return true;
		}
	if (b == 0x67)
		l->address_size = true;
	else if (b != 0x66 && b != 0xf2 && b != 0xf3)
		return false;
	l->at++;
	return true;
}

static int32_t displacement(struct word_insn *l, unsigned int bytes)
{
	uint32_t val = 0;

	for (unsigned int i = 0; i < bytes; i++)
		val |= (uint32_t)next(l) << 8 * i;
	return bytes == 1 ? (int8_t)val : (int32_t)val;
}

/* A memory operand's offset, with 32- or 64-bit addressing. */
static uint64_t offset_of(struct vcpu *v, struct word_insn *l, unsigned int modrm)
{
	unsigned int mod = modrm >> 6, base = modrm & 7, sib;
	uint64_t offset = 0;

	if (base == 4) {
		unsigned int index;

		sib = next(l);
		base = sib & 7;
		index = (sib >> 3 & 7) | (l->rex & 2u) << 2;
		offset = index == 4 ? 0 : v->regs.gpr[index] << (sib >> 6);
	} else if (base == 5 && mod == 0 && l->mode == MODE_64) {
		offset = (uint64_t)displacement(l, 4);
		return offset + v->regs.rip + l->at;
	}
	if (base == 5 && mod == 0)
		return offset + (uint64_t)displacement(l, 4);
	if (!l->segment_given && (base == 4 || base == 5) && !(l->rex & 1))
		l->segment = SEG_SS;
	offset += v->regs.gpr[base | (l->rex & 1u) << 3];
	return mod ? offset + (uint64_t)displacement(l, mod == 1 ? 1 : 4) : offset;
}

static bool read_operand(struct vcpu *v, struct word_insn *l, unsigned int modrm, uint16_t *sel)
{
	bool wide = l->mode == MODE_64 && !l->address_size;
	uint64_t offset, linear;

	if (modrm >= 0xc0) {
		*sel = (uint16_t)v->regs.gpr[(modrm & 7) | (l->rex & 1u) << 3];
		return true;
	}
	if ((l->mode == MODE_16) != l->address_size && l->mode != MODE_64) {
		domain_crash(v->domain, "LTR or LMSW with 16-bit addressing is not supported");
		return false;
	}
	offset = offset_of(v, l, modrm);
	if (!wide)
		offset = (uint32_t)offset;
	return segment_linear(v, l->segment, offset, sizeof(*sel), false, 0, &linear) &&
	       linear_copy(v, linear, sel, sizeof(*sel), linear_access(v, false));
}

static bool refuse(struct vcpu *v, uint8_t vector, uint16_t sel)
{
	hvm_inject_exception(v, vector, (int32_t)SELECTOR_INDEX(sel));
	return false;
}

static bool load(struct vcpu *v, uint16_t sel)
{
	bool lma = hvm_get_efer(v) & EFER_LMA;
	unsigned int size = lma ? 16 : 8, type;
	struct segment_reg gdt, tr;
	uint64_t desc[2] = {0}, at;
	uint8_t busy;

	hvm_get_segment(v, SEG_GDTR, &gdt);
	if (!SELECTOR_INDEX(sel) || (sel & 4) || (sel & 0xfff8u) + size - 1 > gdt.limit)
		return refuse(v, VEC_GP, sel);
	at = gdt.base + (sel & 0xfff8u);
	at = lma ? at : (uint32_t)at;
	if (!linear_copy(v, at, desc, size, 0))
		return false;
	tr = segment_unpack(sel, desc[0]);
	tr.base |= desc[1] << 32;
	type = tr.attr & (SEG_ATTR_S | SEG_ATTR_TYPE);
	if (type != SEG_TYPE_TSS32 && (lma || type != SEG_TYPE_TSS16))
		return refuse(v, VEC_GP, sel);
	if (!(tr.attr & SEG_ATTR_P))
		return refuse(v, VEC_NP, sel);
	if (!is_canonical(tr.base) || (desc[1] >> 40 & 0x1f))
		return refuse(v, VEC_GP, sel);
	tr.attr |= SEG_TYPE_BUSY;
	busy = (uint8_t)tr.attr;
	if (!linear_copy(v, at + 5, &busy, sizeof(busy), PFEC_WRITE))
		return false;
	hvm_set_segment(v, SEG_TR, &tr);
	return true;
}

/* The 16-bit operand of 0f @opcode /@ext at RIP and the instruction's length; 0:
 * other code by now, or a fault was raised. */
static unsigned int word_operand(struct vcpu *v, uint8_t opcode, unsigned int ext, uint16_t *val)
{
	uint8_t buf[INSN_MAX];
	struct word_insn l = {.buf = buf, .mode = emulate_mode(v), .segment = SEG_DS};
	unsigned int modrm;

	l.n = guest_fetch(v, hvm_linear_rip(v), buf, sizeof(buf));
	while (take_prefix(&l))
		;
	if (l.mode == MODE_64 && l.at < l.n && (buf[l.at] & 0xf0) == 0x40)
		l.rex = buf[l.at++];
	if (next(&l) != 0x0f || next(&l) != opcode)
		return 0;
	modrm = next(&l);
	if ((modrm >> 3 & 7) != ext || !read_operand(v, &l, modrm, val) || l.at > INSN_MAX)
		return 0;
	return l.at;
}

void exit_ltr(struct vcpu *v)
{
	uint16_t sel;
	unsigned int len = word_operand(v, 0x00, 3, &sel);

	if (len && load(v, sel))
		hvm_skip(v, len);
}

unsigned int emulate_lmsw(struct vcpu *v, uint64_t *cr0)
{
	uint16_t msw;
	unsigned int len = word_operand(v, 0x01, 6, &msw);

	/* MP, EM and TS; PE can only be set. */
	*cr0 = hvm_get_cr(v, 0);
	*cr0 = (*cr0 & ~0xeULL) | (msw & 0xf);
	return len;
}
