/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * What a tiny PVH guest needs to test a hypervisor from inside.  A test is one
 * main.c with test_name and test_main(); it says PASS, FAIL, SKIP or ERROR once,
 * which powers the guest off.
 *
 * The same main.c is built for each environment that ../guests.txt names:
 *
 *	flat32	32 bits, no paging
 *	pse32	32 bits, two-level page tables with 4 MiB pages
 *	pae32	32 bits, three-level page tables
 *	long64	64 bits
 *
 * as build/guests/NAME.ENVIRONMENT.elf (and NAME.elf for the first one); run it
 * with run.sh BUILD NAME or NAME.ENVIRONMENT.  "long" is the size of a register:
 * %lx prints an unsigned long, %llx an unsigned long long (for uint64_t cast it).
 * ENV_FLAT32 and so on, BITS (32, 64), PAGING (0, 1) tell where one is.
 *
 * Beside this: desc.h (GDT, IDT, TSS), page.h (page tables), mode.h (ring 3,
 * compatibility mode, virtual-8086 mode).  Rows of guests.txt that say "bare" run
 * on the emulated machine without a hypervisor, too: on_xen is false, there are
 * no hypercalls, events or other CPUs, and the verdict comes by port 0xe9.
 */
#ifndef GUEST_LIB_H
#define GUEST_LIB_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <xen/xen.h>
#include <xen/arch-x86/hvm/start_info.h>

#include "desc.h"

#ifdef __x86_64__
#define BITS 64
#else
#define BITS 32
#endif
#ifdef ENV_FLAT32
#define PAGING 0
#else
#define PAGING 1
#endif

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

/* --- text: %s %c %p; %d %u %x alone, with l and with ll --------------------- */
__attribute__((format(printf, 1, 2))) void print(const char *fmt, ...);
#define LL(value) ((unsigned long long)(value)) /* uint64_t for %llx */
const struct hvm_start_info *start_info(void);
const char *cmdline(void);
/* Of NAME=NUMBER on the command line, @name with its "="; @value if not there. */
uint64_t cmdline_number(const char *name, uint64_t value);

void *memset(void *to, int c, size_t len);
void *memcpy(void *to, const void *from, size_t len);
int memcmp(const void *a, const void *b, size_t len);
size_t strlen(const char *s);
bool streq(const char *a, const char *b);

/* --- hypercalls: results as Xen gives them, negative errno ------------------- */
long hypercall(unsigned int nr, unsigned long a1, unsigned long a2, unsigned long a3,
	       unsigned long a4);
static inline long hypercall2(unsigned int nr, unsigned long cmd, const void *arg)
{
	return hypercall(nr, cmd, (uintptr_t)arg, 0, 0);
}
/* False on the bare machine. */
extern bool on_xen;
/* An argument that is nowhere: not mapped, or, without paging, no memory. */
#define BAD_POINTER ((void *)(BITS == 64 ? 0x7fffffff0000ull : 0xd0000000ull))
/* -1 when it is refused. */
int64_t hvm_param(uint32_t index);
struct shared_info *xen_shared(void);
unsigned int vcpu_id(void);
/* Of the vCPU this runs on; those past the 32nd have theirs outside shared_info. */
struct vcpu_info *this_vcpu_info(void);

/* --- traps ------------------------------------------------------------------ */
#define VEC_DE	0
#define VEC_DB	1
#define VEC_NMI 2
#define VEC_BP	3
#define VEC_OF	4
#define VEC_BR	5
#define VEC_UD	6
#define VEC_NM	7
#define VEC_DF	8
#define VEC_TS	10
#define VEC_NP	11
#define VEC_SS	12
#define VEC_GP	13
#define VEC_PF	14
#define VEC_MF	16
#define VEC_AC	17
#define VEC_XM	19

#define FLAG_FIXED 0x00000002ul
#define FLAG_TF	   0x00000100ul
#define FLAG_IF	   0x00000200ul
#define FLAG_IOPL3 0x00003000ul
#define FLAG_NT	   0x00004000ul
#define FLAG_RF	   0x00010000ul
#define FLAG_VM	   0x00020000ul
#define FLAG_AC	   0x00040000ul

#ifdef __x86_64__
struct trap_frame {
	unsigned long r15, r14, r13, r12, r11, r10, r9, r8, rdi, rsi, rbp, rbx, rdx, rcx, rax;
	unsigned long vector, error, rip, cs, rflags, rsp, ss;
};
#else
/* The same names for the halves.  A handler's own frame has RSP and SS only when
 * the trap came from ring 3, the last four only from virtual-8086 mode. */
struct trap_frame {
	unsigned long es, ds, rdi, rsi, rbp, rbx, rdx, rcx, rax;
	unsigned long vector, error, rip, cs, rflags, rsp, ss;
	unsigned long v86_es, v86_ds, v86_fs, v86_gs;
};
#endif

#define NO_TRAP (-1)
/* Run @fn; the vector of the fault that ended it, or NO_TRAP. */
int trap_catch(void (*fn)(void *), void *arg);
/* Of the last fault caught. */
extern struct trap_frame trap_last;
extern unsigned long trap_cr2;
/* A handler for vectors 32..255. */
void irq_set(unsigned int vector, void (*handler)(unsigned int vector));
/* A handler that may change the frame and return, before all others; NULL: none. */
void trap_set(unsigned int vector, void (*handler)(struct trap_frame *frame));

/* --- events and time --------------------------------------------------------- */
#define CALLBACK_VECTOR 0xf3
/* Handler runs with interrupts off, on the vCPU the port is bound to. */
void evtchn_init(void);
void evtchn_set(unsigned int port, void (*handler)(unsigned int port));
long evtchn_op(unsigned int cmd, void *arg);
/* Change to the FIFO ABI with control blocks for @vcpus vCPUs and the words of the
 * first FIFO_PORTS ports, all masked; before any of these vCPUs is started. */
#define FIFO_PORTS 1024
void evtchn_use_fifo(unsigned int vcpus);
extern uint32_t fifo_words[FIFO_PORTS];
struct evtchn_fifo_control_block;
struct evtchn_fifo_control_block *fifo_block(unsigned int vcpu);
/* Back in the 2-level ABI (by EVTCHNOP_reset), or to look at the queues oneself. */
void evtchn_forget_fifo(void);
long evtchn_send(unsigned int port);
long evtchn_bind_virq(unsigned int virq, unsigned int vcpu);
long evtchn_bind_ipi(unsigned int vcpu);
/* Nanoseconds since the guest's start, from the paravirtual clock. */
uint64_t now_ns(void);
/* Let others run: both CPUs of a race may be on one processor. */
void yield(void);
/* Wait with interrupts on until *flag is not 0 or @ns have passed; *flag. */
uint32_t wait_flag(volatile uint32_t *flag, uint64_t ns);

/* --- other CPUs --------------------------------------------------------------- */
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
/* QEMU's emulation, which has faults of its own (7.2). */
static inline bool on_tcg(void)
{
	return cpuid(0x80000002, 0).a == 0x554d4551; /* "QEMU" */
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
static inline void outb(uint16_t port, uint8_t value)
{
	asm volatile("outb %0, %1" ::"a"(value), "Nd"(port));
}
#define REGISTER(name)                                                                             \
	static inline unsigned long get_##name(void)                                               \
	{                                                                                          \
		unsigned long v;                                                                   \
                                                                                                   \
		asm volatile("mov %%" #name ", %0" : "=r"(v)::"memory");                           \
		return v;                                                                          \
	}                                                                                          \
	static inline void set_##name(unsigned long v)                                             \
	{                                                                                          \
		asm volatile("mov %0, %%" #name ::"r"(v) : "memory");                              \
	}
REGISTER(cr0)
REGISTER(cr2)
REGISTER(cr3)
REGISTER(cr4)
REGISTER(dr0)
REGISTER(dr1)
REGISTER(dr2)
REGISTER(dr3)
REGISTER(dr6)
REGISTER(dr7)
static inline void irq_on(void)
{
	asm volatile("sti" ::: "memory");
}
static inline void irq_off(void)
{
	asm volatile("cli" ::: "memory");
}

#endif
