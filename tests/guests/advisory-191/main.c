/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * XSA-191: null segments and a null local table are of no use, also where an
 * access is made by the hypervisor on the guest's behalf.
 */
#include "mode.h"

const char test_name[] = "advisory-191";

#define APIC 0xfee00000ul
#define TPR  (APIC + 0x80)

static uint32_t data = 0x30;

/* FS is null; in 64 bits that says nothing, so there its base is 0. */
static void outs_by_fs(void *arg)
{
	asm volatile("fs outsb" : "+S"(arg) : "d"(0x80));
}

static void movs_by_fs(void *arg)
{
	unsigned long to = TPR;

	asm volatile("fs movsl" : "+S"(arg), "+D"(to)::"memory");
}

static void ins_by_null_es(void *arg)
{
	unsigned int es = 0;

	asm volatile("mov %%es, %0; mov %2, %%es; insb; mov %0, %%es"
		     : "=&r"(es), "+D"(arg)
		     : "r"(0), "d"(0x80)
		     : "memory");
}

static void load_ldt(void *arg)
{
	asm volatile("lldt %w0" ::"r"(arg));
}

static void load_fs(void *arg)
{
	asm volatile("mov %w0, %%fs" ::"r"(arg));
}

static void expect(const char *what, void (*fn)(void *), void *arg, unsigned long error)
{
	int vector = trap_catch(fn, arg);

	asm volatile("mov %0, %%es" ::"r"(KERNEL_DS));
	check(vector == VEC_GP && trap_last.error == error, "%s: vector %d, error 0x%lx", what,
	      vector, trap_last.error);
}

static void check_null_segments(void)
{
	volatile uint32_t *tpr = (volatile uint32_t *)TPR;

	*tpr = 0;
	load_fs(NULL);
	if (BITS == 64) {
		check(trap_catch(movs_by_fs, &data) == NO_TRAP && *tpr == data, "movs by FS");
		return;
	}
	expect("outs by a null FS", outs_by_fs, &data, 0);
	expect("movs to the APIC by a null FS", movs_by_fs, &data, 0);
	check(*tpr == 0, "the data arrived");
	data = 0;
	expect("ins by a null ES", ins_by_null_es, &data, 0);
	check(data == 0, "the data arrived");
}

void test_main(void)
{
	volatile uint64_t *first = (volatile uint64_t *)8;

	/* Good descriptors where a table at address 0 would have them. */
	asm volatile("" : "+r"(first)); /* not an object to the compiler */
	*first = gdt[KERNEL_DS / 8];
	check_null_segments();
	check(trap_catch(load_ldt, NULL) == NO_TRAP, "a null LDTR is refused");
	expect("FS from a null local table", load_fs, (void *)0x0c, 0x0c);
	expect("a data segment as local table", load_ldt, (void *)KERNEL_DS, KERNEL_DS);
	expect("a local table in the local table", load_ldt, (void *)0x0c, 0x0c);
	pass();
}
