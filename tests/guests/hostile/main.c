/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * A guest that means no good: at random, and on all of its vCPUs, hypercalls with
 * arguments that are half plausible, registers, descriptor tables, page tables,
 * code in every mode, ports, MSRs, the APIC, rings and events.  It has no verdict
 * of its own: sooner or later it dies of one of its deeds, and tests/stack/soak.sh
 * starts it again with another seed (command line: seed=N).
 */
#include "acts.h"

const char test_name[] = "hostile";

static uint8_t pages[16 * 4096] __attribute__((aligned(4096)));
static uint64_t state[MAX_CPUS];
static uint64_t deadline[MAX_CPUS]; /* TSC; of code that may loop */
static struct xencons_interface *console;
static void *store;

static uint64_t any(uint64_t below)
{
	uint64_t *s = &state[cpu_index()];

	*s ^= *s << 13;
	*s ^= *s >> 7;
	*s ^= *s << 17;
	/* No 64-bit division in 32 bits without a library. */
	return (*s >> 33) * (uint32_t)below >> 31;
}

static uint64_t wild(void)
{
	return any(0x7fffffff) << 33 ^ any(0x7fffffff) << 13 ^ any(0x7fffffff);
}

/* Numbers that mean something to somebody. */
static uint64_t number(void)
{
	static const uint64_t edges[] = {0,	      1,      0x7fffffff, 0x80000000,
					 0xffffffff,  ~0ull,  DOMID_SELF, 1ull << 36,
					 1ull << 47,  0x7ff1, 1ull << 63, 0xfee00,
					 0xfee00000u, 0xfff,  4096,	  3ull << 62};

	switch (any(8)) {
	case 0:
		return edges[any(sizeof(edges) / sizeof(edges[0]))];
	case 1:
		return wild();
	case 2:
		return (uintptr_t)pages + any(sizeof(pages));
	case 3: /* a page that it can do without, or any, or just beyond */
		return any(40) ? 0xa00 + any(80) : any(4200);
	default:
		return any(40);
	}
}

/* --- the rings ------------------------------------------------------------------------ */

static void act_rings(void)
{
	volatile uint32_t *page = any(2) ? (void *)console : store;
	uint64_t start = any(1024), n = any(64);

	if (!page)
		return;
	/* Mostly bytes; now and then the indices and flags behind them. */
	if (any(4) == 0)
		start = 1024 - any(520);
	for (uint64_t i = start; i < start + n && i < 1024; i++)
		page[i] = (uint32_t)number();
	evtchn_send((unsigned int)any(12));
}

/* --- events and interrupts ------------------------------------------------------------------ */

static void eoi(void)
{
	uint64_t base = rdmsr(0x1b);

	if (base & 1 << 10)
		wrmsr(0x80b, 0);
	else if (base & 1 << 11)
		*(volatile uint32_t *)0xfee000b0ul = 0;
}

static void on_irq(unsigned int vector)
{
	(void)vector;
	eoi();
}

asm("all_done: int $0x2f"); /* VEC_DONE */

/* Ends code of other modes that goes on for too long. */
static void on_callback(struct trap_frame *frame)
{
	struct shared_info *s = xen_shared();
	unsigned int cpu = cpu_index();
	struct vcpu_info *v = &s->vcpu_info[cpu];

	v->evtchn_upcall_pending = 0;
	v->evtchn_pending_sel = 0;
	for (unsigned int i = 0; i < BITS; i++)
		s->evtchn_pending[i] = 0;
	if (!deadline[cpu] || rdtsc() < deadline[cpu] ||
	    !((frame->cs & 3) || (frame->rflags & FLAG_VM)))
		return;
	deadline[cpu] = 0;
	frame->rip = (uintptr_t)all_done;
	frame->cs = KERNEL_CS;
	frame->rflags = FLAG_FIXED;
#ifdef __x86_64__
	frame->ss = KERNEL_DS;
#endif
}

static void set_deadline(void)
{
	deadline[cpu_index()] = rdtsc() + 30000000;
}

static void clear_deadline(void)
{
	deadline[cpu_index()] = 0;
}

/* Breakpoints that act_debug() left behind. */
static void on_debug(struct trap_frame *frame)
{
	set_dr7(0x400);
	set_dr6(0xffff0ff0);
	frame->rflags = (frame->rflags | FLAG_RF) & ~FLAG_TF;
}

static void on_nmi(struct trap_frame *frame)
{
	(void)frame;
}

static void start_timer(unsigned int cpu)
{
	struct vcpu_set_periodic_timer period = {.period_ns = 10000000};
	long port = evtchn_bind_virq(VIRQ_TIMER, cpu);
	struct evtchn_unmask unmask = {.port = (unsigned int)port};

	hypercall2(__HYPERVISOR_event_channel_op, EVTCHNOP_unmask, &unmask);
	hypercall(__HYPERVISOR_vcpu_op, VCPUOP_set_periodic_timer, cpu, (uintptr_t)&period, 0);
}

/* --- life ----------------------------------------------------------------------------------- */

static void (*const acts[])(void) = {
	act_hypercall, act_hypercall, act_hypercall, act_hypercall, act_hypercall,
	act_msr,       act_port,      act_cpuid,     act_apic,	    act_control,
	act_debug,     act_segment,   act_mode,	     act_int,	    act_pages,
	act_ipi,       act_rings,     act_wait,	     act_task,	    act_raw_call,
};

static _Noreturn void misbehave(void)
{
	for (;;) {
		irq_on();
		if (any(4000) == 0)
			act_die();
		acts[any(sizeof(acts) / sizeof(acts[0]))]();
	}
}

static void other_cpu(unsigned int cpu)
{
	state[cpu] = (state[0] ^ cpu * 0x9e3779b97f4a7c15ull) | 1;
	start_timer(cpu);
	misbehave();
}

#if PAGING
/* Wild accesses shall be page faults, which one survives: of what is not memory
 * only 16 MiB below 4 GiB stay, with the rings and the APIC. */
static void unmap_holes(void)
{
#ifdef ENV_PSE32
	pte_t *large = page_root;
#else
	pte_t *large = page_dirs;
#endif
	for (unsigned long i = (16ul << 20) >> LARGE_SHIFT; i < 1ull << (32 - LARGE_SHIFT); i++)
		if (i << LARGE_SHIFT >> 24 != 0xfe)
			large[i] = 0;
	set_cr3(get_cr3());
}
#endif

static void start_others(void)
{
	for (unsigned int cpu = 1; cpu < MAX_CPUS; cpu++) {
		if (hypercall(__HYPERVISOR_vcpu_op, VCPUOP_is_up, cpu, 0, 0))
			break;
		ap_start(cpu, other_cpu);
	}
}

void test_main(void)
{
	uint64_t seed = cmdline_number("seed=", 0);

	print("hostile with seed %llu\n", LL(seed));
	expect_end("poweroff");
	console = (void *)(uintptr_t)(hvm_param(HVM_PARAM_CONSOLE_PFN) << 12);
	if (hvm_param(HVM_PARAM_STORE_PFN) > 0)
		store = (void *)(uintptr_t)(hvm_param(HVM_PARAM_STORE_PFN) << 12);
#if PAGING
	unmap_holes();
#endif
	evtchn_init();
	for (unsigned int v = 32; v < 256; v++)
		if (v != VEC_DONE)
			irq_set(v, on_irq);
	trap_set(CALLBACK_VECTOR, on_callback);
	trap_set(VEC_DB, on_debug);
	trap_set(VEC_NMI, on_nmi);
	state[0] = (seed + 1) * 0x9e3779b97f4a7c15ull | 1;
	start_timer(0);
	start_others();
	misbehave();
}
