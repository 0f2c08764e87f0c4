/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * INS and OUTS: ones from ports that nobody has, any count, both directions, both
 * address sizes, page faults with what was done so far.
 */
#include "mode.h"
#include "page.h"

const char test_name[] = "string-io";

#define PORT 0x1f0
#define SIZE 0x3000
#ifdef __x86_64__
#define REG_SP "rsp"
#define ADDR32 "addr32 "
#else
#define ADDR32
#define REG_SP "esp"
#endif

static uint8_t buf[SIZE] __attribute__((aligned(4096)));

static void insl(void *arg)
{
	asm volatile("rep insl" : "+D"(arg) : "c"(SIZE / 4), "d"(PORT) : "memory");
}

static bool all(unsigned int first, unsigned int last, uint8_t value)
{
	for (unsigned int i = first; i < last; i++)
		if (buf[i] != value)
			return false;
	return true;
}

static void check_ins(void)
{
	void *to = buf + 16;
	unsigned long count = 5;

	asm volatile("insb" : "+D"(to) : "d"(PORT) : "memory");
	check(to == buf + 17 && buf[16] == 0xff && buf[15] == 0 && buf[17] == 0, "insb");
	asm volatile("std; rep insw; cld" : "+D"(to), "+c"(count) : "d"(PORT) : "memory");
	check(to == buf + 7 && count == 0, "backwards: count %lu", count);
	check(all(0, 9, 0) && all(9, 19, 0xff) && all(19, 64, 0), "backwards");
	memset(buf, 0, sizeof(buf));
	check(trap_catch(insl, buf) == NO_TRAP && all(0, SIZE, 0xff), "rep insl");
	memset(buf, 0, sizeof(buf));
	to = buf;
	count = 0;
	asm volatile("rep insb" : "+D"(to), "+c"(count) : "d"(PORT) : "memory");
	check(to == buf && all(0, SIZE, 0), "count of none");
}

static void check_outs(void)
{
	static const char text[] = "string-io: printed by OUTSB\n";
	const char *from = text;
	unsigned long count = sizeof(text) - 1;

	asm volatile("rep outsb" : "+S"(from), "+c"(count) : "d"(0xe9));
	check(from == text + sizeof(text) - 1 && count == 0, "rep outsb: count %lu", count);
	from = text;
	asm volatile(ADDR32 "outsl" : "+S"(from) : "d"(PORT));
	check(from == text + 4, "outsl with 32 bits of address");
}

extern const char after_insb[];

static void step(void *arg)
{
	asm volatile("pushf; orl $0x100, (%%" REG_SP "); popf; rep insb; after_insb: nop"
		     : "+D"(arg)
		     : "c"(2), "d"(PORT)
		     : "memory", "cc");
}

/* A trap after each element. */
static void check_step(void)
{
	check(trap_catch(step, buf) == VEC_DB, "no single step");
	check(trap_last.rcx == 1 && trap_last.rip == (unsigned long)after_insb - 2,
	      "step: count %lu at 0x%lx", trap_last.rcx, trap_last.rip);
}

#if PAGING
static void check_page_fault(void)
{
	unsigned long second = (unsigned long)buf + 4096;
	int vector;

	memset(buf, 0, sizeof(buf));
	page_set(second, second | (PAGE_ALL & ~PAGE_W));
	vector = trap_catch(insl, buf);
	check(vector == VEC_PF && trap_last.error == 3 && trap_cr2 == second,
	      "vector %d, error 0x%lx, CR2 0x%lx", vector, trap_last.error, trap_cr2);
	check(trap_last.rcx == (SIZE - 4096) / 4 && trap_last.rdi == second, "left: %lu to 0x%lx",
	      trap_last.rcx, trap_last.rdi);
	check(all(0, 4096, 0xff) && all(4096, SIZE, 0), "data at the fault");
	page_set(second, second | (PAGE_ALL & ~PAGE_U));
	/* IOPL 0 and no bitmap: the ports come first. */
	check(user_catch(insl, buf) == VEC_GP, "ring 3: vector %lu", trap_last.vector);
	page_set(second, second | PAGE_ALL);
}
#else
static void check_page_fault(void)
{
}
#endif

void test_main(void)
{
	check_ins();
	check_outs();
	check_step();
	check_page_fault();
	pass();
}
