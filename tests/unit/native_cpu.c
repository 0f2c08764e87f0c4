/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * A signal's return loads every register, the code segment included; INT3 behind
 * the instruction gives every register back.  So there is no assembly that could
 * disturb flags or registers.
 */
#include "native_cpu.h"

#include <asm/ldt.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#define USER_CS32 0x23 /* of every 64-bit Linux process */
#define USER_CS64 0x33
#define USER_DS	  0x2b
#define LDT_DATA  0x07
#define LDT_CODE  0x0f
#define INT3	  0xcc

static uint8_t *code_page; /* writable; the same memory is executable at NATIVE_CODE */
static gregset_t home;
static struct native_regs *current;
static volatile sig_atomic_t ended_by; /* 0: not started */
static uint64_t start_cs, start_rip, end_rip;

static const int greg_of[16] = {REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP,
				REG_RSI, REG_RDI, REG_R8,  REG_R9,  REG_R10, REG_R11,
				REG_R12, REG_R13, REG_R14, REG_R15};

static void enter(greg_t *g)
{
	memcpy(home, g, sizeof(home));
	for (int i = 0; i < 16; i++)
		g[greg_of[i]] = (greg_t)current->gpr[i];
	g[REG_EFL] = (greg_t)(current->rflags | 0x202);
	g[REG_RIP] = (greg_t)start_rip;
	g[REG_CSGSFS] = (greg_t)(((uint64_t)g[REG_CSGSFS] & ~0xffffull) | start_cs);
}

static void leave(greg_t *g)
{
	for (int i = 0; i < 16; i++)
		current->gpr[i] = (uint64_t)g[greg_of[i]];
	current->rflags = (uint64_t)g[REG_EFL];
	end_rip = (uint64_t)g[REG_RIP];
	memcpy(g, home, sizeof(home));
}

static void on_signal(int sig, siginfo_t *info, void *context)
{
	greg_t *g = ((ucontext_t *)context)->uc_mcontext.gregs;

	(void)info;
	if (sig == SIGUSR1) {
		enter(g);
		return;
	}
	ended_by = sig;
	leave(g);
}

static bool set_segment(unsigned int entry, unsigned long base, bool code)
{
	struct user_desc d = {.entry_number = entry,
			      .base_addr = (unsigned int)base,
			      .limit = 0xffff,
			      .seg_32bit = !code,
			      .contents =
				      code ? MODIFY_LDT_CONTENTS_CODE : MODIFY_LDT_CONTENTS_DATA,
			      .useable = 1};

	return syscall(SYS_modify_ldt, 1, &d, sizeof(d)) == 0;
}

static bool map_memory(void)
{
	int fd = memfd_create("code", MFD_CLOEXEC);
	void *x, *d;

	if (fd < 0 || ftruncate(fd, 4096))
		return false;
	code_page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	x = mmap((void *)NATIVE_CODE, 4096, PROT_READ | PROT_EXEC, MAP_SHARED | MAP_FIXED_NOREPLACE,
		 fd, 0);
	close(fd);
	d = mmap((void *)NATIVE_DATA, NATIVE_DATA_SIZE, PROT_READ | PROT_WRITE,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
	return code_page != MAP_FAILED && x == (void *)NATIVE_CODE && d == (void *)NATIVE_DATA;
}

bool native_init(void)
{
	static const int signals[] = {SIGUSR1, SIGTRAP, SIGSEGV, SIGBUS, SIGILL};
	static uint8_t stack[1 << 16];
	stack_t ss = {.ss_sp = stack, .ss_size = sizeof(stack)};
	struct sigaction sa = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_ONSTACK};

	if (!map_memory() || !set_segment(0, NATIVE_DATA, false) ||
	    !set_segment(1, NATIVE_CODE, true) || sigaltstack(&ss, NULL))
		return false;
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		if (sigaction(signals[i], &sa, NULL))
			return false;
	return true;
}

int native_run(enum native_bits bits, const uint8_t *code, size_t len, bool offset_data,
	       struct native_regs *regs)
{
	static const uint64_t cs[] = {USER_CS64, USER_CS32, LDT_CODE};
	unsigned int ds = offset_data ? LDT_DATA : USER_DS;
	int n;

	memset(code_page, INT3, 64);
	memcpy(code_page, code, len);
	current = regs;
	start_cs = cs[bits];
	start_rip = bits == NATIVE_16 ? 0 : NATIVE_CODE;
	ended_by = 0;
	__asm__ volatile("movl %0, %%ds; movl %0, %%es" : : "r"(ds));
	raise(SIGUSR1);
	__asm__ volatile("movl %0, %%ds; movl %0, %%es" : : "r"(0));
	n = (int)(end_rip - start_rip) - 1; /* without the INT3 */
	return ended_by == SIGTRAP ? n : -ended_by;
}
