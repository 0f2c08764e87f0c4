/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* The environment is what it says, and each mode and page right of it works. */
#include "mode.h"
#include "page.h"

const char test_name[] = "modes";

#define EFER	 0xc0000080
#define EFER_LMA (1u << 10)
#define ERR_P	 1u
#define ERR_W	 2u
#define ERR_U	 4u
#define ERR_I	 16u

/* INC EAX in 16 and 32 bits, a REX prefix of the following NOP in 64. */
asm("probe: .byte 0x40, 0x90\n"
    "mov %cs, %dx\n"
    "int $0x2f\n"
    "privileged: cli; hlt");
extern const char probe[], privileged[];

static void check_environment(void)
{
	unsigned long cr0 = get_cr0(), cr4 = get_cr4();

	check(!!(cr0 >> 31) == PAGING, "CR0 is 0x%lx", cr0);
#if defined(ENV_PSE32)
	check((cr4 & 0x30) == 0x10, "CR4 is 0x%lx", cr4);
#elif defined(ENV_PAE32)
	check((cr4 & 0x20) && !(rdmsr(EFER) & EFER_LMA), "CR4 is 0x%lx", cr4);
#elif defined(ENV_LONG64)
	check((cr4 & 0x20) && (rdmsr(EFER) & EFER_LMA), "CR4 is 0x%lx", cr4);
#else
	check(!(cr4 & 0x30), "CR4 is 0x%lx", cr4);
#endif
}

static void check_modes(void)
{
	for (enum mode m = 0; m < NR_MODES; m++) {
		unsigned int ring = m == MODE_KERNEL || m == MODE_COMPAT ? 0 : 3;
		bool wide = BITS == 64 && (m == MODE_KERNEL || m == MODE_USER);
		struct mode_state s;
		int vector;

		if (!mode_has(m))
			continue;
		mode_prepare(&s, m, probe);
		s.ax = 0x41;
		vector = mode_run(&s);
		check(vector == NO_TRAP, "%s: vector %d", mode_names[m], vector);
		check(trap_last.rax == (wide ? 0x41 : 0x42), "%s: eax is 0x%lx", mode_names[m],
		      trap_last.rax);
		check((trap_last.cs & 3) == (m == MODE_V8086 ? 0 : ring) &&
			      trap_last.rdx == trap_last.cs,
		      "%s: cs is 0x%lx, seen 0x%lx", mode_names[m], trap_last.rdx, trap_last.cs);
		check(!!(trap_last.rflags & FLAG_VM) == (m == MODE_V8086), "%s: flags 0x%lx",
		      mode_names[m], trap_last.rflags);
		if (ring == 0)
			continue;
		/* CLI is allowed with IOPL 3, HLT never. */
		vector = mode_catch(m, privileged);
		check(vector == VEC_GP && trap_last.error == 0, "%s: vector %d, error 0x%lx",
		      mode_names[m], vector, trap_last.error);
	}
}

static void read_cs(void *arg)
{
	asm volatile("mov %%cs, %0" : "=r"(*(unsigned long *)arg));
}

static void check_user_call(void)
{
	static unsigned long cs;

	check(user_catch(read_cs, &cs) == NO_TRAP && (cs & 3) == 3, "user code has cs 0x%lx", cs);
	check(user_catch((void (*)(void *))(uintptr_t)privileged, NULL) == VEC_GP,
	      "CLI in ring 3 gives no #GP");
}

#if PAGING
static uint8_t page[4096] __attribute__((aligned(4096))) = {0xc3}; /* RET */

static void read_page(void *arg)
{
	(void)*(volatile uint8_t *)arg;
}

static void write_page(void *arg)
{
	*((volatile uint8_t *)arg + 1) = 1;
}

static void call_page(void *arg)
{
	((void (*)(void))(uintptr_t)arg)();
}

static void expect_fault(const char *what, int vector, unsigned long error)
{
	check(vector == VEC_PF && trap_last.error == error && trap_cr2 >= (unsigned long)page &&
		      trap_cr2 < (unsigned long)page + 2,
	      "%s: vector %d, error 0x%lx, CR2 0x%lx", what, vector, trap_last.error, trap_cr2);
}

static void check_pages(void)
{
	unsigned long pa = (unsigned long)page;

	page_set(pa, pa | PAGE_ALL);
	check(user_catch(write_page, page) == NO_TRAP, "user page is not writable");
	page_set(pa, pa | (PAGE_ALL & ~PAGE_W));
	expect_fault("read-only", trap_catch(write_page, page), ERR_P | ERR_W);
	expect_fault("read-only, user", user_catch(write_page, page), ERR_P | ERR_W | ERR_U);
	check(user_catch(read_page, page) == NO_TRAP, "read-only page is not readable");
	page_set(pa, pa | (PAGE_ALL & ~PAGE_U));
	check(trap_catch(write_page, page) == NO_TRAP, "kernel page is not writable");
	expect_fault("kernel page", user_catch(read_page, page), ERR_P | ERR_U);
	page_set(pa, 0);
	expect_fault("no page", trap_catch(read_page, page), 0);
	expect_fault("no page, user", user_catch(write_page, page), ERR_W | ERR_U);
#ifndef ENV_PSE32
	page_set(pa, pa | PAGE_ALL | PAGE_NX);
	expect_fault("NX", trap_catch(call_page, page), ERR_P | ERR_I);
	expect_fault("NX, user", user_catch(call_page, page), ERR_P | ERR_U | ERR_I);
#endif
	page_set(pa, pa | PAGE_ALL);
	check(user_catch(call_page, page) == NO_TRAP, "page cannot be executed");
	page_all_user(false);
	check(user_catch(read_page, page) == VEC_PF && (trap_last.error & ERR_U),
	      "ring 3 runs on pages of the kernel");
	page_all_user(true);
	check(user_catch(read_page, page) == NO_TRAP, "ring 3 has no pages again");
}
#else
static void check_pages(void)
{
}
#endif

void test_main(void)
{
	check_environment();
	check_modes();
	check_user_call();
	check_pages();
	pass();
}
