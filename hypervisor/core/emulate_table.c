/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Which instructions are understood, and how they are laid out (APM vol. 3): those
 * of emulate.c, and INS and OUTS for string_io.c. */
#include "emulate.h"
#include "segment.h"
#include <hv/string.h>

/* How an entry's operands are encoded. */
enum form {
	F_NONE,
	F_RM,	   /* ModRM, register operand */
	F_RM_IMM,  /* ModRM, immediate of the operand's size (at most 4 bytes) */
	F_RM_IMM8, /* ModRM, sign-extended byte */
	F_MOFFS,   /* absolute address, accumulator */
	F_STRING,
};

#define BYTE_OP	 1 /* the operand is a byte */
#define TO_REG	 2
#define WORD_SRC 4 /* MOVZX, MOVSX of 16 bits */

struct entry {
	uint8_t form, op, flags;
};

static const struct entry one_byte[256] = {
	[0x09] = {F_RM, OP_OR, 0},
	[0x0b] = {F_RM, OP_OR, TO_REG},
	[0x21] = {F_RM, OP_AND, 0},
	[0x23] = {F_RM, OP_AND, TO_REG},
	[0x31] = {F_RM, OP_XOR, 0},
	[0x33] = {F_RM, OP_XOR, TO_REG},
	[0x39] = {F_RM, OP_CMP, 0},
	[0x3b] = {F_RM, OP_CMP, TO_REG},
	[0x6c] = {F_STRING, OP_INS, BYTE_OP},
	[0x6d] = {F_STRING, OP_INS, 0},
	[0x6e] = {F_STRING, OP_OUTS, BYTE_OP},
	[0x6f] = {F_STRING, OP_OUTS, 0},
	[0x81] = {F_RM_IMM, OP_NONE, 0}, /* group 1: operation in ModRM.reg */
	[0x83] = {F_RM_IMM8, OP_NONE, 0},
	[0x85] = {F_RM, OP_TEST, 0},
	[0x87] = {F_RM, OP_XCHG, 0},
	[0x88] = {F_RM, OP_STORE, BYTE_OP},
	[0x89] = {F_RM, OP_STORE, 0},
	[0x8a] = {F_RM, OP_LOAD, BYTE_OP},
	[0x8b] = {F_RM, OP_LOAD, 0},
	[0xa0] = {F_MOFFS, OP_LOAD, BYTE_OP},
	[0xa1] = {F_MOFFS, OP_LOAD, 0},
	[0xa2] = {F_MOFFS, OP_STORE, BYTE_OP},
	[0xa3] = {F_MOFFS, OP_STORE, 0},
	[0xa4] = {F_STRING, OP_MOVS, BYTE_OP},
	[0xa5] = {F_STRING, OP_MOVS, 0},
	[0xaa] = {F_STRING, OP_STOS, BYTE_OP},
	[0xab] = {F_STRING, OP_STOS, 0},
	[0xc6] = {F_RM_IMM, OP_STORE, BYTE_OP},
	[0xc7] = {F_RM_IMM, OP_STORE, 0},
	[0xf7] = {F_RM_IMM, OP_TEST, 0},
};

static const struct entry two_byte[256] = {
	[0xb6] = {F_RM, OP_MOVZX, BYTE_OP},
	[0xb7] = {F_RM, OP_MOVZX, WORD_SRC},
	[0xbe] = {F_RM, OP_MOVSX, BYTE_OP},
	[0xbf] = {F_RM, OP_MOVSX, WORD_SRC},
};

/* Group 1, /1 OR, /4 AND, /6 XOR, /7 CMP; the rest needs carries. */
static const uint8_t group1[8] = {
	[1] = OP_OR,
	[4] = OP_AND,
	[6] = OP_XOR,
	[7] = OP_CMP,
};

struct decoder {
	const uint8_t *buf;
	unsigned int n, pos;
	bool overrun;
	enum insn_mode mode;
	bool opsize, addrsize, lock;
	uint8_t rex;
};

enum insn_mode emulate_mode(const struct vcpu *v)
{
	struct segment_reg cs;

	if (hvm_long_mode_code(v))
		return MODE_64;
	hvm_get_segment(v, SEG_CS, &cs);
	return cs.attr & SEG_ATTR_DB ? MODE_32 : MODE_16;
}

static uint8_t next(struct decoder *d)
{
	if (d->pos >= d->n || d->pos >= INSN_MAX) {
		d->overrun = true;
		return 0;
	}
	return d->buf[d->pos++];
}

/* @bytes little-endian, sign-extended. */
static uint64_t immediate(struct decoder *d, unsigned int bytes)
{
	uint64_t v = 0;
	unsigned int shift = 64 - 8 * bytes;

	for (unsigned int i = 0; i < bytes; i++)
		v |= (uint64_t)next(d) << 8 * i;
	return (uint64_t)((int64_t)(v << shift) >> shift);
}

/* False: not a prefix. */
static bool take_prefix(struct decoder *d, struct insn *out, uint8_t b)
{
	static const struct {
		uint8_t byte, segment;
	} segments[] = {
		{0x26, SEG_ES}, {0x2e, SEG_CS}, {0x36, SEG_SS},
		{0x3e, SEG_DS}, {0x64, SEG_FS}, {0x65, SEG_GS},
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(segments); i++) {
		if (segments[i].byte != b)
			continue;
		/* In 64-bit mode only FS and GS mean anything. */
		if (d->mode != MODE_64 || b >= 0x64)
			out->segment = segments[i].segment;
		return true;
	}
	switch (b) {
	case 0x66:
		d->opsize = true;
		return true;
	case 0x67:
		d->addrsize = true;
		return true;
	case 0xf0:
		d->lock = true;
		return true;
	case 0xf2:
	case 0xf3:
		out->rep = true;
		return true;
	default:
		return false;
	}
}

static uint8_t take_prefixes(struct decoder *d, struct insn *out)
{
	uint8_t b = next(d);

	while (!d->overrun && take_prefix(d, out, b))
		b = next(d);
	if (d->mode == MODE_64 && (b & 0xf0) == 0x40) {
		d->rex = b;
		b = next(d);
	}
	return b;
}

static unsigned int operand_bytes(const struct decoder *d)
{
	if (d->rex & 8)
		return 8;
	return (d->mode == MODE_16) != d->opsize ? 2 : 4;
}

static unsigned int address_bytes(const struct decoder *d)
{
	if (d->mode == MODE_64)
		return d->addrsize ? 4 : 8;
	return (d->mode == MODE_16) != d->addrsize ? 2 : 4;
}

/* Step over SIB and displacement; false for a register operand. */
static bool skip_memory_operand(struct decoder *d, unsigned int modrm, unsigned int addr)
{
	unsigned int mod = modrm >> 6, rm = modrm & 7;

	if (mod == 3)
		return false;
	if (addr == 2) {
		d->pos += mod == 1 ? 1 : mod == 2 || rm == 6 ? 2 : 0;
		return true;
	}
	if (rm == 4 && (next(d) & 7) == 5 && mod == 0)
		d->pos += 4;
	if (mod == 1)
		d->pos += 1;
	else if (mod == 2 || (mod == 0 && rm == 5))
		d->pos += 4;
	return true;
}

static bool decode_modrm(struct decoder *d, const struct entry *e, struct insn *out)
{
	unsigned int modrm = next(d), reg = modrm >> 3 & 7;

	if (!skip_memory_operand(d, modrm, out->address_bytes))
		return false;
	if (e->form == F_RM) {
		out->reg = (uint8_t)(reg | (d->rex & 4u) << 1);
		return true;
	}
	out->has_imm = true;
	out->imm = immediate(d, e->form == F_RM_IMM8 ? 1 : MIN(out->bytes, 4));
	if (out->op == OP_NONE)
		out->op = group1[reg];
	else if (reg != 0) /* c6, c7, f7: only /0 */
		return false;
	return true;
}

static bool decode_operands(struct decoder *d, const struct entry *e, struct insn *out)
{
	switch (e->form) {
	case F_RM:
	case F_RM_IMM:
	case F_RM_IMM8:
		return decode_modrm(d, e, out);
	case F_MOFFS:
		out->reg = REG_RAX;
		d->pos += out->address_bytes;
		return true;
	case F_STRING:
		return true;
	default:
		return false;
	}
}

bool emulate_decode(const uint8_t *buf, unsigned int n, enum insn_mode mode, struct insn *out)
{
	struct decoder d = {.buf = buf, .n = n, .mode = mode};
	const struct entry *e;
	uint8_t opcode;

	memset(out, 0, sizeof(*out));
	out->segment = SEG_DS;
	opcode = take_prefixes(&d, out);
	e = opcode == 0x0f ? &two_byte[next(&d)] : &one_byte[opcode];
	out->op = e->op;
	out->rex = d.rex;
	out->to_reg = e->flags & TO_REG;
	out->address_bytes = (uint8_t)address_bytes(&d);
	out->dest_bytes = (uint8_t)operand_bytes(&d);
	out->bytes = out->dest_bytes;
	if (e->flags & BYTE_OP)
		out->bytes = 1;
	else if (e->flags & WORD_SRC)
		out->bytes = 2;
	if (!decode_operands(&d, e, out) || out->op == OP_NONE)
		return false;
	if (d.lock || d.overrun || d.pos > n || d.pos > INSN_MAX)
		return false;
	out->len = (uint8_t)d.pos;
	return true;
}

unsigned int decode_far_transfer(const uint8_t *buf, unsigned int n, enum insn_mode mode)
{
	struct decoder d = {.buf = buf, .n = n, .mode = mode};
	struct insn in = {0};
	unsigned int modrm, reg;

	switch (take_prefixes(&d, &in)) {
	case 0x9a: /* CALL, JMP ptr16:16/32 */
	case 0xea:
		d.pos += operand_bytes(&d) + 2;
		break;
	case 0xff: /* CALL, JMP m16:16/32 */
		modrm = next(&d);
		reg = modrm >> 3 & 7;
		if ((reg != 3 && reg != 5) || !skip_memory_operand(&d, modrm, address_bytes(&d)))
			return 0;
		break;
	case 0xcd: /* INT n */
		d.pos++;
		break;
	case 0xcc: /* INT3, INTO, IRET */
	case 0xce:
	case 0xcf:
		break;
	default:
		return 0;
	}
	return d.overrun || d.pos > n || d.pos > INSN_MAX ? 0 : d.pos;
}
