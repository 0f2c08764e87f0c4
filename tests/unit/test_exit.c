/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <criterion/criterion.h>
#include <string.h>
#include <hv/arch_x86.h>
#include <hv/counters.h>
#include <hv/exit.h>
#include <hv/frame.h>
#include "host.h"

static struct domain *d;
static struct vcpu *v;

static void boot(void)
{
	struct hvm_state s = {.cr0 = CR0_PE, .regs.rflags = 2, .regs.rip = 0x1000};

	host_boot(1, 64);
	d = host_domain(2, 16);
	v = d->vcpu[0];
	hvm_set_state(v, &s);
	host_serve(v);
	vcpu_clear_flags(v, VPF_DOWN);
}

TestSuite(exits, .init = boot);

Test(exits, ports_of_an_empty_machine)
{
	v->regs.rax = 0x1122334455667788;
	exit_io(v, 0x60, 1, true, 1);
	cr_assert_eq(v->regs.rax, 0x11223344556677ff);
	exit_io(v, 0x60, 2, true, 1);
	cr_assert_eq(v->regs.rax, 0x112233445566ffff);
	exit_io(v, 0xcfc, 4, true, 1);
	cr_assert_eq(v->regs.rax, 0xffffffff);
	exit_io(v, 0x42, 1, true, 1);
	cr_assert_eq(v->regs.rax, 0xffffff00, "Linux polls the timer");
	exit_io(v, 0x80, 1, false, 2);
	cr_assert_eq(v->regs.rip, 0x1006);
	cr_assert(counter_read(CNT_EXIT_IN) == 4 && counter_read(CNT_EXIT_OUT) == 1);
}

Test(exits, console_port_prints_lines)
{
	static const char text[] = "hi \x1b[31mthere\n";

	for (const char *p = text; *p; p++) {
		v->regs.rax = (uint8_t)*p;
		exit_io(v, 0xe9, 1, false, 1);
	}
	cr_assert(strstr(host.console, "hi "));
	cr_assert(!strchr(host.console, 0x1b), "control characters do not reach the console");
	for (unsigned int i = 0; i < 3 * sizeof(d->console_line); i++) {
		v->regs.rax = 'x';
		exit_io(v, 0xe9, 1, false, 1);
	}
	cr_assert(d->console_len < sizeof(d->console_line));
}

Test(exits, hlt_blocks_or_takes_the_cpu_down)
{
	v->regs.rflags |= RFLAGS_IF;
	exit_hlt(v, 1);
	cr_assert(v->pause_flags & VPF_BLOCKED);
	cr_assert_eq(v->regs.rip, 0x1001);
	vcpu_unblock(v);
	v->regs.rflags &= ~(uint64_t)RFLAGS_IF;
	exit_hlt(v, 1);
	cr_assert(d->shutting_down, "the last one down is a power-off");
	cr_assert_eq(d->shutdown_code, SHUTDOWN_poweroff);
}

Test(exits, hypercalls_are_for_ring_0_of_protected_mode)
{
	struct hvm_state s;

	v->regs.rax = 17;
	hvm_get_state(v, &s);
	s.regs.rax = 17;
	s.seg[SEG_SS].attr = 3 << 5;
	hvm_set_state(v, &s);
	exit_hypercall(v, 3);
	cr_assert_eq(v->regs.rax, (uint64_t)-XEN_EPERM);
	cr_assert_eq(v->regs.rip, 0x1003);
	s.seg[SEG_SS].attr = 0;
	s.cr0 = 0;
	hvm_set_state(v, &s);
	exit_hypercall(v, 3);
	cr_assert_eq(v->regs.rax, (uint64_t)-XEN_EPERM, "real mode");
}

Test(exits, cpuid_and_msr_registers)
{
	v->regs.rax = 0xffffffff40000000;
	v->regs.rcx = 0;
	exit_cpuid(v, 2);
	cr_assert_eq(v->regs.rax, 0x40000005);
	cr_assert_eq(v->regs.rip, 0x1002);
	v->regs.rcx = 0xffffffff0000001b;
	exit_rdmsr(v, 2);
	cr_assert_eq(v->regs.rax, 0xfee00900);
	cr_assert_eq(v->regs.rip, 0x1004);
	v->regs.rcx = 0xc0010014;
	exit_rdmsr(v, 2);
	cr_assert_eq(v->regs.rip, 0x1004, "#GP leaves RIP");
	cr_assert_eq(counter_read(CNT_MSR_REFUSED), 1);
}

Test(exits, faults_on_holes_end_only_this_domain)
{
	struct domain *other = host_domain(1, 4);

	exit_nested_fault(v, (gpa_t){0x1234}, PFEC_WRITE);
	cr_assert(!d->shutting_down, "mapped meanwhile: run on");
	exit_nested_fault(v, (gpa_t){0xd0000000}, PFEC_WRITE);
	cr_assert(d->shutting_down);
	cr_assert_eq(d->shutdown_code, SHUTDOWN_crash);
	cr_assert(strstr(host.console, "d0000000"));
	cr_assert(!other->shutting_down);
}

Test(exits, triple_fault_obeys_the_parameter)
{
	d->hvm_params[HVM_PARAM_TRIPLE_FAULT_REASON] = SHUTDOWN_crash;
	exit_triple_fault(v);
	cr_assert_eq(d->shutdown_code, SHUTDOWN_crash);
	cr_assert(strstr(host.console, "Triple fault"));
}

Test(exits, xsetbv_takes_only_valid_combinations)
{
	static const struct {
		uint64_t val;
		bool ok;
	} cases[] = {
		{0, false},	{1, true},     {3, true},
		{7, true},	{5, false},    {2, false},
		{0x207, false}, {0xe7, false}, {1ULL << 63 | 1, false},
	};

	hvm_set_cr4(v, CR4_OSXSAVE);
	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++) {
		uint64_t rip = v->regs.rip;

		v->regs.rax = (uint32_t)cases[i].val;
		v->regs.rdx = cases[i].val >> 32;
		v->regs.rcx = 0;
		exit_xsetbv(v, 3);
		cr_assert_eq(v->regs.rip, rip + (cases[i].ok ? 3 : 0), "%lx", (long)cases[i].val);
		if (cases[i].ok)
			cr_assert_eq(xstate_get_xcr0(v), cases[i].val);
	}
	v->regs.rax = 1;
	v->regs.rcx = 1;
	exit_xsetbv(v, 3);
	cr_assert_eq(xstate_get_xcr0(v), 7);
}
