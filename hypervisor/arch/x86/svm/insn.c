/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Length of the instruction that caused an exit.  Without next-RIP it is read
 * from guest memory: prefixes, then the one opcode that this exit can stem
 * from.  Other bytes there mean that another vCPU changed the code; the
 * instruction is then simply executed again.
 *
 * The walk of the guest's tables is four fifths of the cost of such an exit, so
 * its result is kept per code page.  A kept one may be out of date.  It is used
 * only to find the expected opcode without a prefix: the exit code says that
 * this opcode was executed, so at worst the length is that of another encoding
 * of the same instruction, and a guest that moved its code under the same
 * address and uses useless prefixes resumes in the middle of its own
 * instruction.  Anything else there leads to a real walk.
 */
#include "svm.h"
#include <hv/counters.h>
#include <hv/domain.h>
#include <hv/exit.h>
#include <hv/guest_access.h>
#include <hv/string.h>

#define MAX_INSN 15

struct opcode {
	uint8_t len;
	uint8_t byte[3];
};

static const struct opcode opcodes[NR_SVM_INSNS] = {
	[INSN_CPUID] = {2, {0x0f, 0xa2}},
	[INSN_RDMSR] = {2, {0x0f, 0x32}},
	[INSN_WRMSR] = {2, {0x0f, 0x30}},
	[INSN_HLT] = {1, {0xf4}},
	[INSN_VMMCALL] = {3, {0x0f, 0x01, 0xd9}},
	[INSN_XSETBV] = {3, {0x0f, 0x01, 0xd1}},
	[INSN_INVD] = {2, {0x0f, 0x08}},
	[INSN_WBINVD] = {2, {0x0f, 0x09}},
	[INSN_ICEBP] = {1, {0xf1}},
};

static bool is_legacy_prefix(uint8_t b)
{
	switch (b) {
	case 0x26:
	case 0x2e:
	case 0x36:
	case 0x3e:
	case 0x64:
	case 0x65:
	case 0x66:
	case 0x67:
	case 0xf0:
	case 0xf2:
	case 0xf3:
		return true;
	default:
		return false;
	}
}

/* LOCK MOV CR0 is CR8 for code without REX (AMD's AltMovCr8). */
static bool has_lock(const uint8_t *buf, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		if (buf[i] == 0xf0)
			return true;
	return false;
}

/* Index of the first opcode byte; @rex: the REX prefix or 0. */
static unsigned int skip_prefixes(struct vcpu *v, const uint8_t *buf, unsigned int n, uint8_t *rex)
{
	unsigned int i = 0;

	*rex = 0;
	while (i < n && is_legacy_prefix(buf[i]))
		i++;
	if (i < n && hvm_long_mode_code(v) && (buf[i] & 0xf0) == 0x40)
		*rex = buf[i++];
	return i;
}

static unsigned int from_next_rip(const struct vcpu *v)
{
	uint64_t len = v->arch->vmcb->next_rip - v->regs.rip;

	return len >= 1 && len <= MAX_INSN ? (unsigned int)len : 0;
}

static struct code_page *code_page(struct vcpu *v, uint64_t linear)
{
	return &v->arch->code[linear >> PAGE_SHIFT & (NR_CODE_PAGES - 1)];
}

/* The length if the plain opcode lies where the page was found last, else 0. */
static unsigned int from_kept_page(struct vcpu *v, const struct opcode *op)
{
	uint64_t linear = hvm_linear_rip(v), offset = linear & ~PAGE_MASK;
	const struct code_page *c = code_page(v, linear);
	uint8_t buf[sizeof(op->byte)];

	if (c->linear != (linear & PAGE_MASK) || c->cr3 != v->arch->vmcb->cr3 ||
	    offset + op->len > PAGE_SIZE)
		return 0;
	if (copy_from_gpa(v->domain, buf, (gpa_t){c->gpa + offset}, op->len) ||
	    memcmp(buf, op->byte, op->len) != 0)
		return 0;
	return op->len;
}

static void keep_page(struct vcpu *v)
{
	uint64_t linear = hvm_linear_rip(v) & PAGE_MASK;
	uint32_t access = PFEC_FETCH | (hvm_cpl(v) == 3 ? PFEC_USER : 0);
	struct code_page *c = code_page(v, linear);
	gpa_t gpa;

	if (guest_walk(v, (gva_t){linear}, access, &gpa))
		return;
	*c = (struct code_page){v->arch->vmcb->cr3, linear, gpa.v};
}

static unsigned int from_memory(struct vcpu *v, const struct opcode *op)
{
	uint8_t buf[MAX_INSN], rex;
	/* Nearly always there are no prefixes: read no further than needed. */
	unsigned int n = guest_fetch(v, hvm_linear_rip(v), buf, op->len), i;

	i = skip_prefixes(v, buf, n, &rex);
	if (i) {
		n = guest_fetch(v, hvm_linear_rip(v), buf, MAX_INSN);
		i = skip_prefixes(v, buf, n, &rex);
	}
	if (n < i + op->len)
		return 0;
	for (unsigned int k = 0; k < op->len; k++)
		if (buf[i + k] != op->byte[k])
			return 0;
	keep_page(v);
	return i + op->len;
}

unsigned int svm_insn_len(struct vcpu *v, enum svm_insn insn)
{
	unsigned int len = svm_features.next_rip ? from_next_rip(v) : 0;

	if (!len)
		len = from_kept_page(v, &opcodes[insn]);
	if (!len)
		len = from_memory(v, &opcodes[insn]);
	if (!len)
		counter_inc(CNT_INSN_MISMATCH);
	return len;
}

/* 0f @opcode /n; the mod bits are ignored by the processor. */
unsigned int svm_mov_special(struct vcpu *v, uint8_t opcode, unsigned int n, unsigned int *gpr)
{
	uint8_t buf[MAX_INSN], rex;
	unsigned int modrm, found;
	unsigned int len = guest_fetch(v, hvm_linear_rip(v), buf, MAX_INSN);
	unsigned int i = skip_prefixes(v, buf, len, &rex);

	if (len < i + 3 || buf[i] != 0x0f || buf[i + 1] != opcode) {
		counter_inc(CNT_INSN_MISMATCH);
		return 0;
	}
	modrm = buf[i + 2];
	found = (modrm >> 3 & 7) | (rex & 4u) << 1;
	if (opcode == OP_MOV_TO_CR && found == 0 && has_lock(buf, i))
		found = 8;
	if (found != n) {
		counter_inc(CNT_INSN_MISMATCH);
		return 0;
	}
	*gpr = (modrm & 7) | (rex & 1u) << 3;
	return i + 3;
}
