/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * What a tiny PVH guest needs to test a hypervisor from inside.  A test is one
 * main.c with test_name and test_main(); it says PASS, FAIL, SKIP or ERROR once,
 * which powers the guest off.
 */
#ifndef GUEST_LIB_H
#define GUEST_LIB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <xen/xen.h>
#include <xen/arch-x86/hvm/start_info.h>

extern const char test_name[];
void test_main(void);

/* --- verdicts: none of these returns --------------------------------------- */
_Noreturn void pass(void);
_Noreturn __attribute__((format(printf, 1, 2))) void fail(const char *fmt, ...);
_Noreturn __attribute__((format(printf, 1, 2))) void skip(const char *fmt, ...);
/* The test itself cannot do its work. */
_Noreturn __attribute__((format(printf, 1, 2))) void error(const char *fmt, ...);
/* Says that what follows must end the domain as "crash", "reboot", "poweroff", or
 * not at all ("spin"); still being there afterwards is for fail(). */
void expect_end(const char *how);
/* SCHEDOP_shutdown after the console was read. */
_Noreturn void shutdown(unsigned int reason);

#define check(cond, ...)                                                                           \
	do {                                                                                       \
		if (!(cond))                                                                       \
			fail(__VA_ARGS__);                                                         \
	} while (0)

/* --- text: %s %c %d %u %x %lx %lu %ld %p only ------------------------------- */
__attribute__((format(printf, 1, 2))) void print(const char *fmt, ...);
const struct hvm_start_info *start_info(void);
const char *cmdline(void);

void *memset(void *to, int c, size_t len);
void *memcpy(void *to, const void *from, size_t len);
int memcmp(const void *a, const void *b, size_t len);
size_t strlen(const char *s);
bool streq(const char *a, const char *b);

/* --- hypercalls: results as Xen gives them, negative errno ------------------- */
long hypercall(unsigned int nr, uint64_t a1, uint64_t a2, uint64_t a3, uint64_t a4);
static inline long hypercall2(unsigned int nr, unsigned long cmd, const void *arg)
{
	return hypercall(nr, cmd, (uintptr_t)arg, 0, 0);
}
/* -1 when it is refused. */
int64_t hvm_param(uint32_t index);
struct shared_info *xen_shared(void);
unsigned int vcpu_id(void);

/* --- traps ------------------------------------------------------------------ */
struct trap_frame {
	uint64_t r15, r14, r13, r12, r11, r10, r9, r8, rdi, rsi, rbp, rbx, rdx, rcx, rax;
	uint64_t vector, error, rip, cs, rflags, rsp, ss;
};

#define NO_TRAP (-1)
/* Run @fn on CPU 0; the vector of the fault that ended it, or NO_TRAP. */
int trap_catch(void (*fn)(void *), void *arg);
/* Of the last fault caught. */
extern struct trap_frame trap_last;
extern uint64_t trap_cr2;
/* A handler for vectors 32..255. */
void irq_set(unsigned int vector, void (*handler)(unsigned int vector));

/* --- events and time --------------------------------------------------------- */
#define CALLBACK_VECTOR 0xf3
/* Handler runs with interrupts off, on the vCPU the port is bound to. */
void evtchn_init(void);
void evtchn_set(unsigned int port, void (*handler)(unsigned int port));
long evtchn_send(unsigned int port);
long evtchn_bind_virq(unsigned int virq, unsigned int vcpu);
long evtchn_bind_ipi(unsigned int vcpu);
/* Nanoseconds since the guest's start, from the paravirtual clock. */
uint64_t now_ns(void);
/* Wait with interrupts on until *flag is not 0 or @ns have passed; *flag. */
uint32_t wait_flag(volatile uint32_t *flag, uint64_t ns);

/* --- other CPUs --------------------------------------------------------------- */
#define MAX_CPUS      16
#define AP_TRAMPOLINE 0x8000ul
/* Start vCPU @cpu at @fn by INIT and SIPI; waits until it runs. */
void ap_start(unsigned int cpu, void (*fn)(unsigned int cpu));

/* --- the machine ---------------------------------------------------------------- */
struct cpuid {
	uint32_t a, b, c, d;
};
static inline struct cpuid cpuid(uint32_t leaf, uint32_t sub)
{
	struct cpuid r;

	asm volatile("cpuid" : "=a"(r.a), "=b"(r.b), "=c"(r.c), "=d"(r.d) : "a"(leaf), "c"(sub));
	return r;
}
static inline uint64_t rdmsr(uint32_t msr)
{
	uint32_t lo, hi;

	asm volatile("rdmsr" : "=a"(lo), "=d"(hi) : "c"(msr));
	return (uint64_t)hi << 32 | lo;
}
static inline void wrmsr(uint32_t msr, uint64_t value)
{
	asm volatile("wrmsr" ::"c"(msr), "a"((uint32_t)value), "d"((uint32_t)(value >> 32))
		     : "memory");
}
/* False when it faults with #GP. */
bool rdmsr_safe(uint32_t msr, uint64_t *value);
bool wrmsr_safe(uint32_t msr, uint64_t value);
static inline uint64_t rdtsc(void)
{
	uint32_t lo, hi;

	asm volatile("rdtsc" : "=a"(lo), "=d"(hi));
	return (uint64_t)hi << 32 | lo;
}
static inline void irq_on(void)
{
	asm volatile("sti" ::: "memory");
}
static inline void irq_off(void)
{
	asm volatile("cli" ::: "memory");
}

#endif
