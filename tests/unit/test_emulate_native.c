/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Every form that the emulator accepts, against the processor itself: the same
 * bytes, registers, flags and memory on both sides; length, registers, flags and
 * memory must agree afterwards.  The APIC page is ordinary memory here.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <hv/arch_x86.h>
#include <hv/guest_access.h>
#include <hv/vlapic.h>
#include "host.h"
#include "native_cpu.h"

#define emulate_execute	  memory_execute
#define emulate_mmio	  memory_mmio
#define string_step	  memory_string_step
#define string_last	  memory_string_last
#define vlapic_mmio_read  memory_read
#define vlapic_mmio_write memory_write
static bool memory_read(struct vcpu *v, uint32_t offset, uint32_t *val);
static bool memory_write(struct vcpu *v, uint32_t offset, uint32_t val);
#include "core/emulate.c"

#define APIC	   NATIVE_DATA /* the first page; the second is RAM */
#define RAM	   (NATIVE_DATA + 0x1000)
#define RUNS	   2000000
#define DONE_FIRST 100 /* times that each form must have been tried */

static struct vcpu *v;
static uint8_t apic[4096];
static uint64_t seed;

/* xorshift64*: the same everywhere. */
static uint64_t rnd(void)
{
	seed ^= seed >> 12;
	seed ^= seed << 25;
	seed ^= seed >> 27;
	return seed * 0x2545f4914f6cdd1d;
}

static bool memory_read(struct vcpu *u, uint32_t offset, uint32_t *val)
{
	memcpy(val, &apic[offset], sizeof(*val));
	return true;
}

static bool memory_write(struct vcpu *u, uint32_t offset, uint32_t val)
{
	memcpy(&apic[offset], &val, sizeof(val));
	return true;
}

/* --- instructions ------------------------------------------------------------- */

struct
try {
	enum insn_mode mode;
	uint8_t code[INSN_MAX + 1];
	unsigned int at;   /* bytes so far */
	unsigned int addr; /* bytes of an address */
	uint8_t rex;
	bool offset_data;	 /* DS and ES have a base */
	uint64_t ea;		 /* linear address of the operand */
	struct native_regs regs; /* before */
};

static void put(struct try *t, uint64_t val, unsigned int bytes)
{
	for (; bytes && t->at < sizeof(t->code); bytes--, val >>= 8)
		t->code[t->at++] = (uint8_t)val;
}

static uint64_t seg_base(const struct try *t)
{
	return t->offset_data ? NATIVE_DATA : 0;
}

static const uint8_t string_ops[] = {0xa4, 0xa5, 0xaa, 0xab};

/* Would begin another instruction than the one that is being made. */
static bool is_prefix(uint8_t opcode, enum insn_mode mode)
{
	static const uint8_t legacy[] = {0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65,
					 0x66, 0x67, 0xf0, 0xf2, 0xf3, 0x0f};

	return memchr(legacy, opcode, sizeof(legacy)) ||
	       (mode == MODE_64 && (opcode & 0xf0) == 0x40);
}

static bool is_string(uint8_t opcode)
{
	return memchr(string_ops, opcode, sizeof(string_ops));
}

static void prefixes(struct try *t)
{
	uint64_t r = rnd();
	bool addrsize = r & 2;

	t->addr = t->mode == MODE_64		     ? (addrsize ? 4 : 8)
		  : (t->mode == MODE_16) != addrsize ? 2
						     : 4;
	t->offset_data = t->mode == MODE_16 || t->addr == 2;
	if (r & 1)
		put(t, 0x66, 1);
	if (addrsize)
		put(t, 0x67, 1);
	/* BP and SP address the stack segment, whose base is 0. */
	if (t->offset_data || !(r & 12))
		put(t, 0x3e, 1);
	if (!(r & 0x30))
		put(t, r & 0x40 ? 0xf2 : 0xf3, 1);
	t->rex = t->mode == MODE_64 && (r & 0x80) ? 0x40 | (r >> 8 & 0xf) : 0;
	if (t->rex)
		put(t, t->rex, 1);
}

/* Make register @n so that it plus @rest is the operand's address. */
static void aim(struct try *t, unsigned int n, uint64_t rest)
{
	uint64_t mask = t->addr == 8 ? ~0ULL : (1ULL << 8 * t->addr) - 1;
	uint64_t want = t->ea - seg_base(t) - rest;

	t->regs.gpr[n] = (t->regs.gpr[n] & ~mask) | (want & mask);
}

static void operand16(struct try *t, unsigned int mod, unsigned int rm)
{
	static const struct {
		uint8_t base, index;
	} pairs[] = {{3, 6}, {3, 7}, {5, 6}, {5, 7}, {6, 16}, {7, 16}, {5, 16}, {3, 16}};
	uint64_t disp = mod == 1 ? (uint64_t)(int8_t)rnd() : mod == 2 ? rnd() & 0xffff : 0;

	if (mod == 0 && rm == 6) {
		put(t, t->ea - seg_base(t), 2);
		return;
	}
	aim(t, pairs[rm].base, disp + (pairs[rm].index < 16 ? t->regs.gpr[pairs[rm].index] : 0));
	put(t, disp, mod);
}

/* False: base and index are one register, which cannot be aimed. */
static bool operand_sib(struct try *t, unsigned int mod, uint64_t disp)
{
	unsigned int sib = rnd() & 0xff, index = (sib >> 3 & 7) | (t->rex & 2u) << 2;
	unsigned int base = (sib & 7) | (t->rex & 1u) << 3;
	uint64_t scaled = index == 4 ? 0 : t->regs.gpr[index] << (sib >> 6);

	put(t, sib, 1);
	if ((sib & 7) == 5 && mod == 0) {
		put(t, t->ea - seg_base(t) - scaled, 4);
		/* A 64-bit address needs an index that a displacement can reach from. */
		return t->addr == 4 || index == 4;
	}
	if (base == index)
		return false;
	aim(t, base, disp + scaled);
	put(t, disp, mod == 2 ? 4 : mod);
	return true;
}

static bool operand(struct try *t)
{
	unsigned int modrm = rnd() & 0xff, mod = modrm >> 6, rm = modrm & 7;
	uint64_t disp = mod == 1   ? (uint64_t)(int8_t)rnd()
			: mod == 2 ? (uint64_t)(int32_t)rnd()
				   : 0;

	put(t, modrm, 1);
	if (mod == 3)
		return false;
	if (t->addr == 2) {
		operand16(t, mod, rm);
		return true;
	}
	if (rm == 4)
		return operand_sib(t, mod, disp);
	if (mod == 0 && rm == 5) {
		/* By RIP in 64-bit mode: filled in when the length is known. */
		put(t, t->ea - seg_base(t), 4);
		return true;
	}
	aim(t, rm | (t->rex & 1u) << 3, disp);
	put(t, disp, mod == 2 ? 4 : mod);
	return true;
}

static void aim_strings(struct try *t)
{
	uint64_t other = RAM + 256 + (rnd() & 0xff), apic_at = t->ea;
	bool from_apic = rnd() & 1, only_di = (t->code[t->at - 1] & 8) != 0;

	t->ea = from_apic || only_di ? apic_at : other;
	aim(t, REG_RDI, 0);
	t->ea = from_apic ? other : apic_at;
	aim(t, REG_RSI, 0);
	t->ea = apic_at;
	t->regs.gpr[REG_RCX] = 1 + (rnd() & 3);
}

/* An instruction of any opcode with an operand on the APIC page. */
static bool make(struct try *t, enum insn_mode mode)
{
	unsigned int modrm_at = 0;
	uint8_t opcode = (uint8_t)rnd();
	bool two_byte_op;
	struct insn in;

	memset(t, 0, sizeof(*t));
	t->mode = mode;
	t->ea = APIC + 1024 + (rnd() % 256) * 4 + (rnd() & 7 ? 0 : rnd() & 3);
	for (unsigned int i = 0; i < 16; i++)
		t->regs.gpr[i] = mode == MODE_64 ? rnd() : (uint32_t)rnd();
	t->regs.rflags = rnd() & (FLAGS_ARITH | FLAG_DF);
	prefixes(t);
	two_byte_op = !(rnd() & 3);
	if (!two_byte_op && is_prefix(opcode, mode))
		return false;
	if (two_byte_op)
		put(t, 0x0f, 1);
	put(t, opcode, 1);
	if ((opcode & 0xfc) == 0xa0 && !two_byte_op) {
		put(t, t->ea - seg_base(t), t->addr);
	} else if (is_string(opcode) && !two_byte_op) {
		aim_strings(t);
	} else {
		modrm_at = t->at;
		if (!operand(t))
			return false;
	}
	for (unsigned int i = t->at; i < sizeof(t->code); i++)
		t->code[i] = (uint8_t)rnd();
	if (!emulate_decode(t->code, INSN_MAX, mode, &in))
		return false;
	if (modrm_at && mode == MODE_64 && (t->code[modrm_at] & 0xc7) == 5) {
		t->at = modrm_at + 1;
		put(t, t->ea - (NATIVE_CODE + in.len), 4);
	}
	return true;
}

/* --- both sides ------------------------------------------------------------------ */

static void set_vcpu(const struct try *t)
{
	struct hvm_state s = {.cr0 = CR0_PE | CR0_ET};

	for (unsigned int i = 0; i < NR_SEGS; i++)
		s.seg[i] = (struct segment_reg){.attr = 0xc93, .limit = UINT32_MAX};
	s.seg[SEG_DS].base = s.seg[SEG_ES].base = seg_base(t);
	s.efer = t->mode == MODE_64 ? EFER_LMA | EFER_LME : 0;
	memcpy(s.regs.gpr, t->regs.gpr, sizeof(s.regs.gpr));
	s.regs.rflags = t->regs.rflags | 2;
	hvm_set_state(v, &s);
}

static enum emulate_result emulate(const struct try *t, const struct insn *in)
{
	enum emulate_result r = EMULATE_AGAIN;
	uint64_t at = t->ea;

	set_vcpu(t);
	for (unsigned int i = 0; i < 8 && r == EMULATE_AGAIN; i++) {
		r = emulate_execute(v, in, (gpa_t){at});
		at += v->regs.rflags & FLAG_DF ? -(uint64_t)in->bytes : in->bytes;
	}
	return r;
}

/* The emulated side gets what the processor's has. */
static void same_memory(void)
{
	memcpy(apic, (void *)APIC, sizeof(apic));
	cr_assert_eq(copy_to_gpa(v->domain, (gpa_t){RAM}, (void *)RAM, 4096), 0);
}

static void fill_memory(void)
{
	uint64_t *ram = (uint64_t *)RAM, *page = (uint64_t *)APIC;

	for (unsigned int i = 0; i < 512; i++)
		page[i] = rnd(), ram[i] = rnd();
	same_memory();
}

static void explain(const struct try *t, const struct native_regs *n, const char *what)
{
	char text[64] = "";

	for (unsigned int i = 0; i < INSN_MAX; i++)
		sprintf(text + 3 * i, "%02x ", t->code[i]);
	for (unsigned int i = 0; i < 16; i++)
		if (n->gpr[i] != v->regs.gpr[i])
			printf("r%u: %lx before, %lx by the CPU, %lx\n", i, t->regs.gpr[i],
			       n->gpr[i], v->regs.gpr[i]);
	cr_assert_fail("%s: mode %u, %s; flags %lx before, %lx by the CPU, %lx", what, t->mode,
		       text, t->regs.rflags, n->rflags, v->regs.rflags);
}

static void compare(const struct try *t, const struct insn *in, int len,
		    const struct native_regs *n)
{
	/* AF is undefined after AND, OR, XOR and TEST. */
	bool logic = in->op >= OP_AND && in->op <= OP_TEST;
	uint64_t flags = (logic ? FLAGS_ARITH & ~FLAG_AF : FLAGS_ARITH) | FLAG_DF;
	uint64_t mask = t->mode == MODE_64 ? ~0ULL : UINT32_MAX;
	static uint8_t ram[4096];

	if (len != in->len)
		explain(t, n, len < 0 ? "the CPU faults" : "length");
	for (unsigned int i = 0; i < (t->mode == MODE_64 ? 16 : 8); i++)
		if ((n->gpr[i] ^ v->regs.gpr[i]) & mask)
			explain(t, n, "registers");
	if ((n->rflags ^ v->regs.rflags) & flags)
		explain(t, n, "flags");
	copy_from_gpa(v->domain, ram, (gpa_t){RAM}, sizeof(ram));
	if (memcmp(apic, (void *)APIC, sizeof(apic)) || memcmp(ram, (void *)RAM, sizeof(ram)))
		explain(t, n, "memory");
}

/* --- tests ------------------------------------------------------------------------- */

static unsigned int done[3][OP_OUTS + 1][5]; /* by mode, operation, bytes */
static uint32_t registers[3][OP_OUTS + 1];   /* bit n: tried with register n */

static void run_one(enum insn_mode mode)
{
	static const enum native_bits bits[] = {NATIVE_16, NATIVE_32, NATIVE_64};
	struct native_regs n;
	struct insn in;
	struct try t;
	int len;

	if (!make(&t, mode))
		return;
	cr_assert(emulate_decode(t.code, INSN_MAX, mode, &in));
	if (emulate(&t, &in) != EMULATE_DONE) {
		same_memory(); /* a REP may have come some way */
		return;
	}
	n = t.regs;
	len = native_run(bits[mode], t.code, in.len, t.offset_data, &n);
	compare(&t, &in, len, &n);
	done[mode][in.op][in.bytes]++;
	registers[mode][in.op] |= 1u << in.reg;
}

static void boot(void)
{
	struct domain *d;

	host_boot(1, 64);
	d = host_domain(1, 1024);
	v = d->vcpu[0];
	host_serve(v);
}

TestSuite(emulate_native, .init = boot);

static void check_registers(enum insn_mode mode)
{
	static const enum insn_op ops[] = {OP_LOAD, OP_STORE, OP_AND,  OP_OR,	 OP_XOR,
					   OP_TEST, OP_CMP,   OP_XCHG, OP_MOVZX, OP_MOVSX};

	for (unsigned int i = 0; i < ARRAY_SIZE(ops); i++)
		cr_assert_eq(registers[mode][ops[i]], mode == MODE_64 ? 0xffff : 0xff,
			     "mode %u, operation %u, registers %x", mode, ops[i],
			     registers[mode][ops[i]]);
}

static void check_coverage(void)
{
	static const enum insn_op dwords[] = {OP_LOAD, OP_STORE, OP_STOS, OP_MOVS, OP_AND,
					      OP_OR,   OP_XOR,	 OP_TEST, OP_CMP,  OP_XCHG};
	static const enum insn_op small[] = {OP_LOAD, OP_MOVZX, OP_MOVSX};

	for (unsigned int mode = MODE_16; mode <= MODE_64; mode++) {
		check_registers(mode);
		for (unsigned int i = 0; i < ARRAY_SIZE(dwords); i++)
			cr_assert(done[mode][dwords[i]][4] >= DONE_FIRST, "mode %u, operation %u",
				  mode, dwords[i]);
		for (unsigned int i = 0; i < ARRAY_SIZE(small); i++)
			for (unsigned int bytes = 1; bytes <= 2; bytes++)
				cr_assert(done[mode][small[i]][bytes] >= DONE_FIRST,
					  "mode %u, operation %u, %u bytes", mode, small[i], bytes);
	}
}

Test(emulate_native, agrees_with_the_processor)
{
	if (!native_init())
		cr_skip_test("no low memory or no local descriptor table here");
	seed = 0x4e61637265;
	fill_memory();
	for (unsigned int i = 0; i < RUNS; i++)
		run_one(i % 3);
	check_coverage();
}
