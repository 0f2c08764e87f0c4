/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Hardware task switches by CALL, JMP, IRET, software interrupts, exceptions and
 * interrupts, and what they refuse.  SVM intercepts them all; QEMU 7.2's does not
 * and switches by itself, so there this tests the test.
 */
#include "mode.h"
#include "page.h"

const char test_name[] = "task";

#define OTHER	  TEST_SEL
#define GATE	  (TEST_SEL + 0x08) /* a task gate to it */
#define BROKEN	  (TEST_SEL + 0x10)
#define VECTOR	  0x50
#define USER_INT  0x51
#define TSS_LIMIT 0x67
#define BUSY	  2u
#define CR0_TS	  8u
#define DR6_BT	  0x8000u
#define APIC	  0xfee00000ul

/* A task: its body with the stack it came with, away with what the body says of
 * it, IRET; and once more. */
asm(".pushsection .text\n"
    "task_entry: movl %esp, %eax\n"
    "pushl %eax\n"
    "call task_body\n"
    "addl $4, %esp\n"
    "addl %eax, %esp\n"
    "iret\n"
    "jmp task_entry\n"
    "user_int: int $0x51\n" /* USER_INT */
    "int $0x2f\n"	    /* VEC_DONE */
    ".popsection");
extern const char task_entry[], user_int[];
unsigned int task_body(unsigned long *sp);

static struct tss other __attribute__((aligned(128)));
static uint8_t stack[4096] __attribute__((aligned(16)));
static unsigned int (*body)(unsigned long *sp);
static volatile unsigned int runs;
static struct tss seen; /* the old task's as the body found it */
static unsigned long seen_flags, seen_cr0, seen_tr, seen_error;

static unsigned long flags(void)
{
	unsigned long f;

	asm volatile("pushf; pop %0" : "=r"(f));
	return f;
}

static unsigned long task_register(void)
{
	unsigned long sel = 0;

	asm volatile("str %w0" : "+r"(sel));
	return sel;
}

static unsigned int look(unsigned long *sp)
{
	seen_error = *sp;
	return 0;
}

unsigned int task_body(unsigned long *sp)
{
	runs++;
	seen = tss[0];
	seen_flags = flags();
	seen_cr0 = get_cr0();
	seen_tr = task_register();
	asm volatile("clts");
	return body(sp);
}

static bool busy(unsigned int sel)
{
	return gdt[sel / 8] >> 41 & 1;
}

static void prepare(void)
{
	memset(&other, 0, sizeof(other));
	other.cr3 = tss[0].cr3 = get_cr3(); /* never saved by a switch */
	other.eip = (unsigned long)task_entry;
	other.eflags = FLAG_FIXED;
	other.esp = (unsigned long)stack + sizeof(stack);
	other.ebx = 0x12345678;
	other.cs = KERNEL_CS;
	other.ss = other.ds = other.es = KERNEL_DS;
	other.io_map = sizeof(other);
	gdt_set(OTHER, (unsigned long)&other, TSS_LIMIT, SEG_TSS);
	gdt[GATE / 8] = (uint64_t)OTHER << 16 | (uint64_t)GATE_TASK << 40;
	body = look;
	runs = 0;
}

/* --- what switches ---------------------------------------------------------------- */

#define FAR(insn, sel) asm volatile(insn " %0, $0" ::"i"(sel) : "memory", "eax", "ecx", "edx", "cc")

static void check_entered(const char *how, bool nested)
{
	check(runs == 1, "%s: the task ran %u times", how, runs);
	check(seen_tr == OTHER, "%s: task register 0x%lx", how, seen_tr);
	check(!!(seen_flags & FLAG_NT) == nested, "%s: flags 0x%lx", how, seen_flags);
	check(seen_cr0 & CR0_TS, "%s: CR0 0x%lx", how, seen_cr0);
	check(task_register() == TSS_SEL(0), "%s: back in 0x%lx", how, task_register());
	check(busy(TSS_SEL(0)) && !busy(OTHER), "%s: busy bits afterwards", how);
	check(!(flags() & FLAG_NT), "%s: NT is set", how);
	if (nested)
		check((other.link & 0xffff) == TSS_SEL(0), "%s: link 0x%x", how, other.link);
}

static void check_call(void)
{
	unsigned long ebx = 0xabcdef01;

	prepare();
	asm volatile("lcall %1, $0" : "+b"(ebx) : "i"(OTHER) : "memory", "eax", "ecx", "edx", "cc");
	check_entered("call", true);
	check(ebx == 0xabcdef01 && seen.ebx == ebx, "EBX is 0x%lx, saved 0x%x", ebx, seen.ebx);
	check(seen.cs == KERNEL_CS && seen.ss == KERNEL_DS && seen.ds == KERNEL_DS, "selectors");
	check(!(other.eflags & FLAG_NT), "IRET saves NT: 0x%x", other.eflags);
	check(other.ebx == 0x12345678, "its EBX is 0x%x", other.ebx);
	runs = 0;
	FAR("lcall", GATE); /* where it left off: behind the IRET */
	check_entered("call by a gate", true);
}

static unsigned int jump_back(unsigned long *sp)
{
	(void)sp;
	check(!busy(TSS_SEL(0)) && busy(OTHER), "busy bits after JMP");
	FAR("ljmp", TSS_SEL(0));
	return 0;
}

static void check_jump(void)
{
	prepare();
	body = jump_back;
	FAR("ljmp", OTHER);
	check_entered("jmp", false);
	check(other.link == 0, "JMP links: 0x%x", other.link);
}

static void check_software(void)
{
	prepare();
	idt_set(VECTOR, GATE_TASK, 0, (unsigned long)task_entry);
	idt[VECTOR].selector = OTHER;
	asm volatile("int %0" ::"i"(VECTOR) : "memory", "eax", "ecx", "edx", "cc");
	check_entered("int n", true);
	idt_set(USER_INT, GATE_TASK | GATE_DPL3, 0, (unsigned long)task_entry);
	idt[USER_INT].selector = OTHER;
	runs = 0;
	check(mode_catch(MODE_USER, user_int) == NO_TRAP,
	      "int n of ring 3: vector %lu, error 0x%lx", trap_last.vector, trap_last.error);
	check_entered("int n of ring 3", true);
	check(seen.cs == (USER_CS32 | 3) && seen.ss == (USER_DS | 3) &&
		      seen.eip == (unsigned long)user_int + 2,
	      "saved 0x%x:0x%x", seen.cs, seen.eip);
	/* #GP for a gate of ring 0; the error code names the IDT. */
	idt_set(USER_INT, GATE_TASK, 0, (unsigned long)task_entry);
	idt[USER_INT].selector = OTHER;
	check(mode_catch(MODE_USER, user_int) == VEC_GP && trap_last.error == USER_INT * 8 + 2,
	      "int n of ring 3 to ring 0's gate: error 0x%lx", trap_last.error);
}

/* --- exceptions and interrupts ------------------------------------------------------ */

static unsigned int skip_ud2(unsigned long *sp)
{
	(void)sp;
	tss[0].eip += 2;
	return 0;
}

/* The error code is the task's to drop. */
static unsigned int skip_load(unsigned long *sp)
{
	seen_error = *sp;
	tss[0].eip += 2;
	return 4;
}

extern const char ud2_at[], load_at[];

static void check_exceptions(void)
{
	prepare();
	idt_set(VEC_UD, GATE_TASK, 0, (unsigned long)task_entry);
	idt[VEC_UD].selector = OTHER;
	body = skip_ud2;
	asm volatile("ud2_at: ud2" ::: "memory", "eax", "ecx", "edx", "cc");
	check_entered("#UD", true);
	check(seen.eip == (unsigned long)ud2_at, "#UD at 0x%x", seen.eip);
	idt_set(VEC_UD, GATE_INT, 0, 0);
	prepare();
	idt_set(VEC_GP, GATE_TASK, 0, (unsigned long)task_entry);
	idt[VEC_GP].selector = OTHER;
	body = skip_load;
	asm volatile("load_at: mov %w0, %%fs" ::"a"(0x1f8) : "memory", "ecx", "edx", "cc");
	idt_set(VEC_GP, GATE_INT, 0, 0);
	check_entered("#GP", true);
	check(seen_error == 0x1f8, "error code 0x%lx", seen_error);
	check(seen.eip == (unsigned long)load_at, "#GP at 0x%x", seen.eip);
}

static unsigned int end_of_interrupt(unsigned long *sp)
{
	(void)sp;
	*(volatile uint32_t *)(APIC + 0xb0) = 0;
	return 0;
}

static void check_interrupt(void)
{
	prepare();
	idt_set(VECTOR, GATE_TASK, 0, (unsigned long)task_entry);
	idt[VECTOR].selector = OTHER;
	body = end_of_interrupt;
	*(volatile uint32_t *)(APIC + 0xf0) = 0x1ff;
	*(volatile uint32_t *)(APIC + 0x300) = 0x40000 | VECTOR;
	irq_on();
	for (unsigned int i = 0; i < 100000000 && !runs; i++)
		asm volatile("pause");
	irq_off();
	check_entered("interrupt", true);
	check(seen.eflags & FLAG_IF, "saved flags 0x%x", seen.eflags);
}

/* --- refusals -------------------------------------------------------------------------- */

static void call_broken(void *arg)
{
	(void)arg;
	FAR("lcall", BROKEN);
}

static void call_other(void *arg)
{
	(void)arg;
	FAR("lcall", OTHER);
}

static void iret_nested(void *arg)
{
	(void)arg;
	asm volatile("pushf; orl $0x4000, (%%esp); popf; iret" ::: "memory", "cc");
}

static void refused(const char *what, void (*fn)(void *), int vector, unsigned long error)
{
	int got = trap_catch(fn, NULL);

	check(got == vector && trap_last.error == error, "%s: vector %d, error 0x%lx", what, got,
	      trap_last.error);
	check(task_register() == TSS_SEL(0), "%s: task 0x%lx", what, task_register());
	check(runs == 0, "%s: the task ran", what);
}

static void check_refusals(void)
{
	unsigned long base = (unsigned long)&other;

	prepare();
	gdt_set(BROKEN, base, TSS_LIMIT, SEG_TSS | BUSY);
	refused("busy", call_broken, VEC_GP, BROKEN);
	gdt_set(BROKEN, base, TSS_LIMIT, SEG_TSS & ~SEG_PRESENT);
	refused("absent", call_broken, VEC_NP, BROKEN);
	gdt_set(BROKEN, base, TSS_LIMIT - 1, SEG_TSS);
	refused("short", call_broken, VEC_TS, BROKEN);
	gdt[BROKEN / 8] = (uint64_t)(8 * GDT_ENTRIES) << 16 | (uint64_t)GATE_TASK << 40;
	refused("beyond the table", call_broken, VEC_GP, 8 * GDT_ENTRIES);
	/* IRET to a task that is not busy. */
	tss[0].link = OTHER;
	refused("iret", iret_nested, VEC_TS, OTHER);
	tss[0].link = 0;
	check(!(flags() & FLAG_NT), "flags 0x%lx", flags());
}

/* The new task is there when its segments fault: the task register says so. */
static void faults_inside(const char *what, int vector, unsigned long error)
{
	int got = trap_catch(call_other, NULL);
	unsigned long tr = task_register();

	/* Back to the first task by hand. */
	gdt[TSS_SEL(0) / 8] &= ~(1ull << 41);
	asm volatile("ltr %w0; clts" ::"r"(TSS_SEL(0)));
	check(got == vector && trap_last.error == error, "%s: vector %d, error 0x%lx", what, got,
	      trap_last.error);
	check(tr == OTHER, "%s: task 0x%lx", what, tr);
	/* TCG reports faults of the new task at the old EIP. */
	check(on_tcg() || trap_last.rip == (unsigned long)task_entry, "%s: at 0x%lx", what,
	      trap_last.rip);
}

static void check_faults_inside(void)
{
	prepare();
	gdt_set(BROKEN, 0, 0xfffff, SEG_DATA & ~SEG_PRESENT);
	other.ds = BROKEN;
	faults_inside("absent DS", VEC_NP, BROKEN);
	prepare();
	other.es = OTHER;
	faults_inside("a TSS in ES", VEC_TS, OTHER);
	prepare();
	other.fs = 0x0c; /* local, and there is no local table */
	faults_inside("local FS", VEC_TS, 0x0c);
	check(runs == 0, "the task ran");
}

static void check_trap_bit(void)
{
	int vector;

	if (on_tcg()) /* knows no trap bit */
		return;
	prepare();
	other.trap = 1;
	set_dr6(0xffff0ff0);
	vector = trap_catch(call_other, NULL);
	gdt[TSS_SEL(0) / 8] &= ~(1ull << 41);
	asm volatile("ltr %w0; clts" ::"r"(TSS_SEL(0)));
	check(vector == VEC_DB && (get_dr6() & DR6_BT), "trap bit: vector %d, DR6 0x%lx", vector,
	      get_dr6());
	check(trap_last.rip == (unsigned long)task_entry, "trap bit: at 0x%lx", trap_last.rip);
}

#if PAGING
static uint8_t page[2 * 4096] __attribute__((aligned(4096)));

static void check_page_fault(void)
{
	unsigned long second = (unsigned long)page + 4096, base = second - 0x40;

	prepare();
	page_set(second, 0);
	gdt_set(BROKEN, base, TSS_LIMIT, SEG_TSS);
	check(trap_catch(call_broken, NULL) == VEC_PF && trap_cr2 >= second &&
		      trap_cr2 < second + 0x28 && !(trap_last.error & 1),
	      "vector %lu, error 0x%lx, CR2 0x%lx", trap_last.vector, trap_last.error, trap_cr2);
	check(task_register() == TSS_SEL(0) && !busy(BROKEN), "switched all the same");
	page_set(second, second | PAGE_ALL);
}
#else
static void check_page_fault(void)
{
}
#endif

void test_main(void)
{
	check_call();
	check_jump();
	check_software();
	check_exceptions();
	if (on_xen)
		check_interrupt();
	check_refusals();
	check_faults_inside();
	check_trap_bit();
	check_page_fault();
	pass();
}
