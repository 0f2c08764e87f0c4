/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "apic.h"
#include "cpu.h"
#include "insn.h"
#include "paging.h"
#include "symbols.h"
#include "traps.h"
#include <hv/arch.h>
#include <hv/livepatch.h>
#include <hv/panic.h>
#include <hv/printk.h>
#include <hv/regs.h>

/* AMD APM vol. 2, 4.8.4: 64-bit interrupt gate. */
struct idt_gate {
	uint16_t offset0, selector;
	uint8_t ist, type;
	uint16_t offset1;
	uint32_t offset2, reserved;
};
static struct idt_gate idt[256] __attribute__((aligned(16)));

/* Faults at insn go on at fixup; filled by entry.S. */
struct exception_entry {
	uint64_t insn, fixup;
};
extern const struct exception_entry exception_table_start[], exception_table_end[];
extern char exception_stubs[];

static bool stopping; /* a fatal report is being made: other CPUs stop at their NMI */

static const char *const exception_names[32] = {
	"divide error",
	"debug",
	"NMI",
	"breakpoint",
	"overflow",
	"bound range",
	"invalid opcode",
	"device not available",
	"double fault",
	"coprocessor segment",
	"invalid TSS",
	"segment not present",
	"stack fault",
	"general protection",
	"page fault",
	"reserved",
	"x87 error",
	"alignment check",
	"machine check",
	"SIMD error",
	"virtualization",
	"control protection",
	[28] = "hypervisor injection",
	"VMM communication",
	"security",
};

void traps_init(void)
{
	static const uint8_t ist_of[32] = {
		[VEC_NMI] = IST_NMI, [VEC_DF] = IST_DF, [VEC_MC] = IST_MC};

	for (unsigned int i = 0; i < ARRAY_SIZE(idt); i++) {
		uint64_t stub = (uintptr_t)exception_stubs + i * EXCEPTION_STUB_SIZE;

		idt[i] = (struct idt_gate){
			.offset0 = (uint16_t)stub,
			.offset1 = (uint16_t)(stub >> 16),
			.offset2 = (uint32_t)(stub >> 32),
			.selector = SEL_CODE,
			.ist = i < ARRAY_SIZE(ist_of) ? ist_of[i] : 0,
			.type = 0x8e,
		};
	}
}

void traps_load(void)
{
	struct descriptor_pointer p = {sizeof(idt) - 1, (uintptr_t)idt};

	lidt(&p);
}

/* --- report ------------------------------------------------------------------- */

static bool in_text(uint64_t address)
{
	return address >= (uintptr_t)image_start && address < (uintptr_t)patch_text_end;
}

static void print_symbol(uint64_t address, const char *mark)
{
	uintptr_t offset;
	const char *name = symbol_lookup(address, &offset);

	if (!name)
		name = livepatch_symbol(address, &offset);
	if (name)
		printk("    %016lx %s%s+0x%lx\n", address, mark, name, offset);
	else
		printk("    %016lx\n", address);
}

static void print_repeated(unsigned int times)
{
	if (times)
		printk("    ... and %u times more\n", times);
}

/* Follow frame pointers as long as they climb within the stack of @rbp; the same
 * caller again and again (recursion) is told once. */
static void backtrace(uint64_t rbp)
{
	uint64_t start, end, last = 0;
	unsigned int repeated = 0, lines = 0;

	if (!stack_bounds(rbp, &start, &end))
		return;
	while (lines < 32 && rbp % 8 == 0 && rbp >= start && rbp <= end - 16) {
		const uint64_t *frame = (const uint64_t *)rbp;

		if (!in_text(frame[1]))
			break;
		if (frame[1] == last) {
			repeated++;
		} else {
			print_repeated(repeated);
			print_symbol(frame[1], "");
			last = frame[1];
			repeated = 0;
			lines++;
		}
		if (frame[0] <= rbp)
			break;
		rbp = frame[0];
	}
	print_repeated(repeated);
}

void arch_backtrace(void)
{
	printk("Called from:\n");
	backtrace((uintptr_t)__builtin_frame_address(0));
}

static void print_registers(const struct trap_frame *f)
{
	printk("RIP: %04lx:%016lx RFLAGS: %016lx\n", f->cs, f->rip, f->rflags);
	printk("rax: %016lx rbx: %016lx rcx: %016lx\n", f->rax, f->rbx, f->rcx);
	printk("rdx: %016lx rsi: %016lx rdi: %016lx\n", f->rdx, f->rsi, f->rdi);
	printk("rbp: %016lx rsp: %016lx r8:  %016lx\n", f->rbp, f->rsp, f->r8);
	printk("r9:  %016lx r10: %016lx r11: %016lx\n", f->r9, f->r10, f->r11);
	printk("r12: %016lx r13: %016lx r14: %016lx\n", f->r12, f->r13, f->r14);
	printk("r15: %016lx cr0: %016lx cr2: %016lx\n", f->r15, read_cr0(), read_cr2());
	printk("cr3: %016lx cr4: %016lx ss: %04lx\n", read_cr3(), read_cr4(), f->ss);
}

static void print_page_fault(const struct trap_frame *f)
{
	uint64_t address = read_cr2(), start, end;

	printk("%s of %016lx (%s)\n",
	       f->error & PFEC_FETCH   ? "Execution"
	       : f->error & PFEC_WRITE ? "Write"
				       : "Read",
	       address, f->error & PFEC_PRESENT ? "not allowed" : "not mapped");
	if (address >= STACKS_BASE && address < DEVICES_BASE &&
	    !stack_bounds(address + 1, &start, &end))
		printk("That is a guard page: stack overflow\n");
}

/* The return address on top of the stack, or 0. */
static uint64_t stack_word(uint64_t rsp)
{
	uint64_t start, end;

	if (rsp % 8 || !stack_bounds(rsp + 8, &start, &end) || !in_text(*(const uint64_t *)rsp))
		return 0;
	return *(const uint64_t *)rsp;
}

static void print_stack(uint64_t rsp)
{
	uint64_t start, end;
	char line[80];
	int n = 0;

	if (rsp % 8 || !stack_bounds(rsp + 8, &start, &end))
		return;
	printk("Stack:\n");
	for (unsigned int i = 0; i < 16 && rsp < end; i++, rsp += 8) {
		n += hv_snprintf(line + n, sizeof(line) - (size_t)n, " %016lx",
				 *(const uint64_t *)rsp);
		if (i % 4 == 3 || rsp + 8 == end) {
			printk("  %s\n", line);
			n = 0;
		}
	}
}

static void __attribute__((noreturn)) fatal(const struct trap_frame *f)
{
	const char *name =
		f->vector < ARRAY_SIZE(exception_names) ? exception_names[f->vector] : NULL;

	panic_begin();
	printk("\n");
	printk("****************************************\n");
	printk("Panic on CPU %u:\n", this_cpu()->id);
	printk("Fatal trap: %s, vector %lu, error code %04lx\n",
	       name ? name : "interrupt nobody asked for", f->vector, f->error);
	printk("****************************************\n");
	/* A double fault is nearly always a stack that ran into its guard page. */
	if (f->vector == VEC_PF || f->vector == VEC_DF)
		print_page_fault(f);
	print_registers(f);
	print_stack(f->rsp);
	printk("Called from:\n");
	if (in_text(f->rip))
		print_symbol(f->rip, "");
	/* A small function that makes no frame, or a jump to nowhere: this may be where
	 * it returns to. */
	if (stack_word(f->rsp))
		print_symbol(stack_word(f->rsp), "? ");
	backtrace(f->rbp);
	panic_end();
}

/* --- dispatch ------------------------------------------------------------------ */

static bool fix_up(struct trap_frame *f)
{
	for (const struct exception_entry *e = exception_table_start; e < exception_table_end; e++)
		if (e->insn == f->rip) {
			f->rip = e->fixup;
			return true;
		}
	return false;
}

void arch_stop_others(void)
{
	WRITE_ONCE(stopping, true);
	apic_nmi_others();
}

static void handle_nmi(void)
{
	this_cpu()->arch->nmis++;
	if (!READ_ONCE(stopping))
		return; /* nothing here raises one: a button or a watchdog of the machine */
	for (;;) {
		cpu_cli();
		cpu_hlt();
	}
}

void trap_entry(struct trap_frame *f)
{
	switch (f->vector) {
	case VEC_TIMER:
		__atomic_fetch_or(&this_cpu()->work, WORK_TIMER, __ATOMIC_SEQ_CST);
		this_cpu()->arch->deadline = 0;
		apic_eoi();
		return;
	case VEC_LINK:
		__atomic_fetch_or(&this_cpu()->work, WORK_LINK, __ATOMIC_SEQ_CST);
		apic_eoi();
		return;
	case VEC_KICK: /* leaving the guest or the halt was the purpose */
		apic_eoi();
		return;
	case VEC_SPURIOUS: /* no end of interrupt for this one */
		return;
	case VEC_NMI:
		handle_nmi();
		return;
	case VEC_DB:
		/* Nothing here steps or has breakpoints.  Bochs 2.7 leaves a guest's single
		 * step pending through #VMEXIT and raises it here before the host's GS base
		 * is back, so this touches nothing; the guest's own trap is not this one. */
		return;
	case VEC_GP:
		if (fix_up(f))
			return;
		break;
	default:
		break;
	}
	fatal(f);
}
