/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Decoder (emulate_table.c) and executor (emulate.c) of APIC page accesses. */
#ifndef CORE_EMULATE_H
#define CORE_EMULATE_H

#include <hv/hvm.h>
#include <hv/types.h>

#define INSN_MAX 15

enum insn_op {
	OP_NONE,
	OP_LOAD,
	OP_STORE,
	OP_MOVZX,
	OP_MOVSX,
	OP_STOS,
	OP_MOVS,
	OP_AND,
	OP_OR,
	OP_XOR,
	OP_TEST,
	OP_CMP,
	OP_XCHG,
	OP_INS,
	OP_OUTS,
};

enum insn_mode { MODE_16, MODE_32, MODE_64 };

struct insn {
	enum insn_op op;
	uint8_t len;
	uint8_t bytes;	       /* of the memory operand */
	uint8_t dest_bytes;    /* MOVZX, MOVSX: of the register */
	uint8_t address_bytes; /* 2, 4, 8 */
	uint8_t reg;	       /* register operand, hardware number */
	bool rex;	       /* byte registers 4..7 are SPL.. and not AH.. */
	bool to_reg;	       /* the register is the destination */
	bool rep;
	bool has_imm;
	uint64_t imm;
	enum segment segment; /* source of MOVS, OUTS */
};

enum emulate_result {
	EMULATE_DONE,
	EMULATE_AGAIN,	/* one step of a REP: RIP stays */
	EMULATE_RAISED, /* a fault, or the domain was ended */
	EMULATE_REFUSED,
};

enum insn_mode emulate_mode(const struct vcpu *v);
/* False: cut short by @n, longer than 15 bytes, or not in the list. */
bool emulate_decode(const uint8_t *buf, unsigned int n, enum insn_mode mode, struct insn *out);
/* Past one element in RSI or RDI, in the direction of DF. */
void string_step(struct vcpu *v, const struct insn *in, enum gpr reg);
/* Count one element; true: the instruction is complete. */
bool string_last(struct vcpu *v, const struct insn *in);
/* Length of a far CALL or JMP, INT3, INT n, INTO or IRET, else 0. */
unsigned int decode_far_transfer(const uint8_t *buf, unsigned int n, enum insn_mode mode);
enum emulate_result emulate_execute(struct vcpu *v, const struct insn *in, gpa_t gpa);

#endif
