/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <criterion/criterion.h>
#include <string.h>
#include <sys/mman.h>
#include <hv/arch_x86.h>
#include <hv/exit.h>
#include <hv/guest_access.h>
#include <hv/vlapic.h>
#include "core/emulate.h"
#include "host.h"

#define APIC 0xfee00000ULL
#define TPR  (APIC + 0x80)
#define SVR  (APIC + 0xf0)
#define LDR  (APIC + 0xd0)
#define CODE 0x1000
#define ZF   (1u << 6)
#define CF   (1u << 0)

static struct domain *d;
static struct vcpu *v;

/* A 32-bit flat vCPU, paging off; CS attributes with D. */
static void boot(void)
{
	struct hvm_state s = {.cr0 = CR0_PE | CR0_ET};

	host_boot(1, 64);
	d = host_domain(1, 16);
	v = d->vcpu[0];
	for (unsigned int i = 0; i < NR_SEGS; i++)
		s.seg[i] = (struct segment_reg){.attr = 0xc93, .limit = 0xffffffff};
	s.seg[SEG_CS].attr = 0xc9b;
	s.regs.rip = CODE;
	s.regs.rflags = 2;
	hvm_set_state(v, &s);
	host_serve(v);
}

TestSuite(emulate, .init = boot);

static void run(const char *code, size_t len, uint64_t gpa)
{
	cr_assert_eq(copy_to_gpa(d, (gpa_t){CODE}, code, len), 0);
	v->regs.rip = CODE;
	emulate_mmio(v, (gpa_t){gpa});
}
#define RUN(code, gpa) run(code, sizeof(code) - 1, gpa)

#define DONE(code)                                                                                 \
	cr_assert(!d->shutting_down);                                                              \
	cr_assert_eq(v->regs.rip, CODE + sizeof(code) - 1)

static uint32_t reg(uint64_t gpa)
{
	uint32_t val;

	cr_assert(vlapic_mmio_read(v, gpa & 0xfff, &val));
	return val;
}

#define STORE "\x89\x18"		 /* mov %ebx, (%eax) */
#define LOAD  "\x8b\x1d\x80\x00\xe0\xfe" /* mov 0xfee00080, %ebx */
#define IMM   "\xc7\x05\x80\x00\xe0\xfe\x20\x00\x00\x00"
#define OR    "\x83\x08\x0f"		 /* orl $0xf, (%eax) */
#define CMP   "\x81\x38\x20\x00\x00\x00" /* cmpl $0x20, (%eax) */
#define TEST  "\xf7\x00\x40\x00\x00\x00" /* testl $0x40, (%eax) */
#define XCHG  "\x87\x18"		 /* xchg %ebx, (%eax) */
#define ZX8   "\x0f\xb6\x18"		 /* movzbl (%eax), %ebx */
#define SX8   "\x0f\xbe\x18"
#define AND   "\x21\x18"
#define MOFFS "\xa1\x80\x00\xe0\xfe"

Test(emulate, moves_both_ways)
{
	v->regs.rbx = 0xffffffff00000030;
	RUN(STORE, TPR);
	DONE(STORE);
	cr_assert_eq(reg(TPR), 0x30);
	v->regs.rbx = ~0ULL;
	RUN(LOAD, TPR);
	DONE(LOAD);
	cr_assert_eq(v->regs.rbx, 0x30, "upper half is cleared");
	RUN(IMM, TPR);
	DONE(IMM);
	cr_assert_eq(reg(TPR), 0x20);
	RUN(MOFFS, TPR);
	DONE(MOFFS);
	cr_assert_eq(v->regs.rax, 0x20);
}

Test(emulate, arithmetic_sets_flags)
{
	vlapic_mmio_write(v, 0x80, 0x20);
	v->regs.rflags = 2 | CF;
	RUN(OR, TPR);
	DONE(OR);
	cr_assert_eq(reg(TPR), 0x2f);
	cr_assert(!(v->regs.rflags & (CF | ZF)));
	RUN(CMP, TPR);
	cr_assert(!(v->regs.rflags & (CF | ZF)));
	vlapic_mmio_write(v, 0x80, 0x20);
	RUN(CMP, TPR);
	cr_assert(v->regs.rflags & ZF);
	vlapic_mmio_write(v, 0x80, 0x10);
	RUN(CMP, TPR);
	cr_assert(v->regs.rflags & CF);
	RUN(TEST, TPR);
	cr_assert(v->regs.rflags & ZF);
	v->regs.rbx = 0xf0;
	RUN(AND, TPR);
	cr_assert_eq(reg(TPR), 0x10);
	cr_assert(!d->shutting_down);
}

Test(emulate, exchange_and_extension)
{
	vlapic_mmio_write(v, 0x80, 0x90);
	v->regs.rbx = 0x40;
	RUN(XCHG, TPR);
	DONE(XCHG);
	cr_assert_eq(reg(TPR), 0x40);
	cr_assert_eq(v->regs.rbx, 0x90);
	vlapic_mmio_write(v, 0x80, 0x90);
	RUN(ZX8, TPR);
	cr_assert_eq(v->regs.rbx, 0x90);
	RUN(SX8, TPR);
	cr_assert_eq(v->regs.rbx, 0xffffff90);
}

Test(emulate, repeated_store_takes_one_element_at_a_time)
{
	v->regs.rax = 0;
	v->regs.rcx = 2;
	v->regs.rdi = TPR;
	RUN("\xf3\xab", TPR);
	cr_assert_eq(v->regs.rip, CODE, "more to do");
	cr_assert_eq(v->regs.rcx, 1);
	cr_assert_eq(v->regs.rdi, TPR + 4);
	RUN("\xf3\xab", TPR);
	cr_assert_eq(v->regs.rip, CODE + 2);
	cr_assert_eq(v->regs.rcx, 0);
	cr_assert(!d->shutting_down);
}

Test(emulate, string_move_reads_memory_through_the_guests_tables)
{
	uint32_t val = 0x50;

	copy_to_gpa(d, (gpa_t){0x2000}, &val, sizeof(val));
	v->regs.rsi = 0x2000;
	v->regs.rdi = TPR;
	RUN("\xa5", TPR);
	cr_assert_eq(reg(TPR), 0x50);
	v->regs.rsi = TPR;
	v->regs.rdi = 0x2004;
	RUN("\xa5", TPR);
	copy_from_gpa(d, &val, (gpa_t){0x2004}, sizeof(val));
	cr_assert_eq(val, 0x50);
	cr_assert(!d->shutting_down);
}

/* XSA-191: a null data segment is not a flat one. */
Test(emulate, string_move_faults_on_a_null_segment)
{
	struct segment_reg null = {.limit = UINT32_MAX};
	int32_t error;

	hvm_set_segment(v, SEG_DS, &null);
	v->regs.rsi = 0x2000;
	v->regs.rdi = TPR;
	RUN("\xa5", TPR);
	cr_assert_eq(host_take_exception(v, &error), VEC_GP);
	cr_assert_eq(error, 0);
	cr_assert_eq(v->regs.rip, CODE);
	cr_assert(!d->shutting_down);
}

struct refused {
	const char *what;
	const char *code;
	size_t len;
};
#define R(what, code)                                                                              \
	{                                                                                          \
		what, code, sizeof(code) - 1                                                       \
	}

/* XSA-195: no bit-string instruction is emulated, of any size. */
static const struct refused refused[] = {
	R("bt", "\x0f\xa3\x18"),
	R("bts", "\x0f\xab\x18"),
	R("btr", "\x0f\xb3\x18"),
	R("btc", "\x0f\xbb\x18"),
	R("bt imm", "\x0f\xba\x20\x01"),
	R("bts imm", "\x0f\xba\x28\x01"),
	R("lock bts", "\xf0\x0f\xab\x18"),
	R("add", "\x01\x18"),
	R("adc", "\x11\x18"),
	R("sub imm", "\x83\x28\x01"),
	R("not", "\xf7\x10"),
	R("neg", "\xf7\x18"),
	R("mul", "\xf7\x20"),
	R("inc", "\xff\x00"),
	R("push", "\xff\x30"),
	R("call", "\xff\x10"),
	R("jmp", "\xff\x20"),
	R("movaps", "\x0f\x28\x00"),
	R("fld", "\xd9\x00"),
	R("cmpxchg", "\x0f\xb1\x18"),
	R("xadd", "\x0f\xc1\x18"),
	R("lock mov", "\xf0\x89\x18"),
	R("lock or", "\xf0\x09\x18"),
	R("lock xchg", "\xf0\x87\x18"),
	R("byte store", "\x88\x18"),
	R("word store", "\x66\x89\x18"),
	R("pop", "\x8f\x00"),
	R("mov to seg", "\x8e\x18"),
	R("lgdt", "\x0f\x01\x10"),
	R("cmps", "\xa7"),
	R("scas", "\xaf"),
	R("lods", "\xad"),
	R("register operand", "\x89\xd8"),
	R("ud2", "\x0f\x0b"),
};

Test(emulate, everything_else_ends_the_domain)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(refused); i++) {
		d->shutting_down = false;
		v->regs.rip = CODE;
		run(refused[i].code, refused[i].len, SVR);
		cr_assert(d->shutting_down, "%s was emulated", refused[i].what);
		cr_assert_eq(v->regs.rip, CODE);
	}
}

Test(emulate, decoder_stays_within_its_bytes)
{
	/* Every prefix of every opcode byte pair, in all modes, at every length. */
	for (unsigned int mode = MODE_16; mode <= MODE_64; mode++) {
		for (unsigned int op = 0; op < 0x10000; op++) {
			uint8_t buf[INSN_MAX] = {(uint8_t)op, (uint8_t)(op >> 8),
						 0x84,	      0x88,
						 1,	      2,
						 3,	      4,
						 5,	      6,
						 7,	      8,
						 9,	      10,
						 11};

			for (unsigned int n = 0; n <= INSN_MAX; n++) {
				struct insn in;

				if (emulate_decode(buf, n, mode, &in))
					cr_assert(in.len <= n && in.op != OP_NONE);
			}
		}
	}
}

Test(emulate, long_mode_forms)
{
	static const uint8_t code[] = {0x44, 0x8b, 0x04, 0x25, 0x80, 0x00, 0xe0, 0xfe};
	static const uint8_t rip_relative[] = {0x8b, 0x05, 0x10, 0x00, 0x00, 0x00};
	struct insn in;

	cr_assert(emulate_decode(code, sizeof(code), MODE_64, &in));
	cr_assert_eq(in.op, OP_LOAD);
	cr_assert_eq(in.reg, 8);
	cr_assert_eq(in.len, sizeof(code));
	cr_assert(emulate_decode(rip_relative, sizeof(rip_relative), MODE_64, &in));
	cr_assert_eq(in.len, 6);
	cr_assert(!emulate_decode(rip_relative, 5, MODE_64, &in), "cut short");
}

static bool known_opcode(const uint8_t *op)
{
	static const uint8_t one[] = {0x09, 0x0b, 0x21, 0x23, 0x31, 0x33, 0x39, 0x3b,
				      0x6c, 0x6d, 0x6e, 0x6f, 0x81, 0x83, 0x85, 0x87,
				      0x88, 0x89, 0x8a, 0x8b, 0xa0, 0xa1, 0xa2, 0xa3,
				      0xa4, 0xa5, 0xaa, 0xab, 0xc6, 0xc7, 0xf7};
	static const uint8_t two[] = {0xb6, 0xb7, 0xbe, 0xbf};

	return *op == 0x0f ? memchr(two, op[1], sizeof(two)) != NULL
			   : memchr(one, *op, sizeof(one)) != NULL;
}

static const uint8_t *skip_prefixes(const uint8_t *op, enum insn_mode mode, bool *lock)
{
	static const uint8_t legacy[] = {0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65,
					 0x66, 0x67, 0xf0, 0xf2, 0xf3};

	for (; memchr(legacy, *op, sizeof(legacy)); op++)
		*lock |= *op == 0xf0;
	return op + (mode == MODE_64 && (*op & 0xf0) == 0x40);
}

/* Bytes at the end of a page that nothing follows, cut anywhere. */
Test(emulate, decoder_survives_random_bytes)
{
	uint8_t *page =
		mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uint64_t x = 0x2545f4914f6cdd1d;
	unsigned int accepted = 0;

	cr_assert(page != MAP_FAILED && !mprotect(page + 4096, 4096, PROT_NONE));
	for (unsigned int i = 0; i < 3000000; i++) {
		enum insn_mode mode = i % 3;
		unsigned int n = i / 3 % 17;
		uint8_t *buf = page + 4096 - n;
		bool lock = false;
		struct insn in;

		for (unsigned int k = 0; k < n; k++) {
			x = x * 6364136223846793005 + 1442695040888963407;
			/* Half of the bytes in front are prefixes. */
			buf[k] = k < 3 && x >> 63 ? "\x66\x67\xf0\xf3\x3e\x48\x0f\x65"[x >> 40 & 7]
						  : (uint8_t)(x >> 50);
		}
		if (!emulate_decode(buf, n, mode, &in))
			continue;
		accepted++;
		cr_assert(in.len && in.len <= n && in.len <= INSN_MAX);
		cr_assert(known_opcode(skip_prefixes(buf, mode, &lock)), "%02x %02x %02x %02x",
			  buf[0], buf[1], buf[2], buf[3]);
		cr_assert(!lock, "LOCK");
	}
	cr_assert(accepted > 10000, "%u", accepted);
}
