/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Interrupts between vCPUs, to exactly those that are meant: physical and logical
 * destinations (flat, cluster, x2APIC), shorthands, lowest priority, NMI.
 */
#include "lib.h"

const char test_name[] = "ipi";

#define CPUS	4u
#define VECTOR	0x45
#define BASE	0x1b
#define EXTD	(1u << 10)
#define ENABLE	(1u << 11)
#define LOGICAL (1u << 11)
#define LOWEST	(1u << 8)
#define NMI	(4u << 8)
#define TO_SELF (1u << 18)
#define TO_ALL	(2u << 18)
#define OTHERS	(3u << 18)
#define APIC	0xfee00000ul

enum order { IDLE, FLAT, CLUSTER, X2APIC, PRIORITY };

static volatile uint32_t got[CPUS], nmis[CPUS];
static volatile uint32_t orders[CPUS];
static bool x2; /* of CPU 0 */

static volatile uint32_t *reg(uint32_t offset)
{
	return (volatile uint32_t *)(APIC + offset);
}

static bool is_x2apic(void)
{
	return rdmsr(BASE) & EXTD;
}

static void set(uint32_t offset, uint32_t value)
{
	if (is_x2apic())
		wrmsr(0x800 + offset / 16, value);
	else
		*reg(offset) = value;
}

static void on_vector(unsigned int vector)
{
	unsigned int cpu = vcpu_id();

	(void)vector;
	__atomic_add_fetch(&got[cpu], 1, __ATOMIC_SEQ_CST);
	set(0xb0, 0);
}

static void on_nmi(struct trap_frame *frame)
{
	(void)frame;
	__atomic_add_fetch(&nmis[vcpu_id()], 1, __ATOMIC_SEQ_CST);
}

/* Flat: one bit each.  Cluster: two clusters of two. */
static void logical_id(unsigned int cpu, bool cluster)
{
	*reg(0xe0) = cluster ? 0x0fffffff : 0xffffffff;
	*reg(0xd0) = (cluster ? (cpu / 2 + 1) << 4 | 1u << cpu % 2 : 1u << cpu) << 24;
}

static void obey(unsigned int cpu, uint32_t order)
{
	static const uint8_t priority[CPUS] = {0x30, 0x20, 0, 0x38};

	switch (order) {
	case FLAT:
		logical_id(cpu, false);
		set(0xf0, 0x1ff);
		break;
	case CLUSTER:
		logical_id(cpu, true);
		break;
	case X2APIC:
		wrmsr(BASE, rdmsr(BASE) | EXTD);
		break;
	case PRIORITY: /* CPU 2 has least to do, then CPU 1; none is closed to VECTOR */
		set(0x80, priority[cpu]);
		break;
	default:
		break;
	}
}

static void other_cpu(unsigned int cpu)
{
	for (;;) {
		if (orders[cpu] != IDLE) {
			obey(cpu, orders[cpu]);
			__atomic_store_n(&orders[cpu], IDLE, __ATOMIC_SEQ_CST);
		}
		asm volatile("sti; pause; pause; cli" ::: "memory");
	}
}

static void tell_all(enum order order)
{
	obey(0, order);
	for (unsigned int i = 1; i < CPUS; i++)
		__atomic_store_n(&orders[i], order, __ATOMIC_SEQ_CST);
	for (unsigned int i = 1; i < CPUS; i++)
		while (__atomic_load_n(&orders[i], __ATOMIC_SEQ_CST) != IDLE)
			asm volatile("pause");
}

static void send(uint32_t dest, uint32_t command)
{
	if (x2) {
		wrmsr(0x830, (uint64_t)dest << 32 | command);
		return;
	}
	*reg(0x310) = dest << 24;
	*reg(0x300) = command;
}

/* What every sender's own interrupt shows: IPIs of before have arrived by then. */
static void settle(void)
{
	uint64_t end = now_ns() + 3000000;

	irq_on();
	while (now_ns() < end)
		asm volatile("pause");
	irq_off();
}

static void expect(uint32_t dest, uint32_t command, uint32_t who, const char *what)
{
	volatile uint32_t *count = (command & 0x700) == NMI ? nmis : got;
	uint64_t end = now_ns() + 5000000000ull;
	uint32_t seen = 0;

	for (unsigned int i = 0; i < CPUS; i++)
		count[i] = 0;
	send(dest, command | (1u << 14) | ((command & 0x700) == NMI ? 0 : VECTOR));
	irq_on();
	while (seen != who && now_ns() < end) {
		seen = 0;
		for (unsigned int i = 0; i < CPUS; i++)
			seen |= count[i] ? 1u << i : 0;
	}
	irq_off();
	settle();
	for (unsigned int i = 0; i < CPUS; i++)
		check(count[i] == (who >> i & 1), "%s: CPU %u got %u", what, i, count[i]);
}

static void check_common(const char *mode)
{
	print("%s\n", mode);
	expect(2, 0, 1u << 1, "physical 2");
	expect(6, 0, 1u << 3, "physical 6");
	expect(0, 0, 1u << 0, "physical 0");
	expect(3, 0, 0, "an id that nobody has");
	expect(x2 ? ~0u : 0xff, 0, 0xf, "broadcast");
	expect(0, TO_SELF, 1, "self");
	expect(0, TO_ALL, 0xf, "all");
	expect(0, OTHERS, 0xe, "others");
	expect(4, NMI, 1u << 2, "NMI");
	expect(0, OTHERS | NMI, 0xe, "NMI to the others");
	expect(0, TO_ALL | LOWEST, 1u << 2, "lowest priority");
}

static void check_xapic(void)
{
	tell_all(FLAT);
	expect(0x2, LOGICAL, 0x2, "flat 2");
	expect(0xd, LOGICAL, 0xd, "flat d");
	expect(0xf0, LOGICAL, 0, "flat f0");
	expect(0xff, LOGICAL, 0xf, "flat broadcast");
	tell_all(PRIORITY);
	expect(0xb, LOGICAL | LOWEST, 0x2, "flat lowest of b");
	check_common("xAPIC");
	tell_all(CLUSTER);
	expect(0x11, LOGICAL, 0x1, "cluster 1, 1");
	expect(0x13, LOGICAL, 0x3, "cluster 1, 3");
	expect(0x22, LOGICAL, 0x8, "cluster 2, 2");
	expect(0x33, LOGICAL, 0, "cluster 3");
	expect(0xff, LOGICAL, 0xf, "cluster broadcast");
}

static void check_x2apic(void)
{
	tell_all(X2APIC);
	x2 = true;
	expect(1u << 2 | 1u << 6, LOGICAL, 0xa, "logical of ids 2 and 6");
	expect(1u << 1, LOGICAL, 0, "logical of id 1");
	expect(1u << 16 | 1, LOGICAL, 0, "logical of cluster 1");
	expect(~0u, LOGICAL, 0xf, "logical broadcast");
	check_common("x2APIC");
}

void test_main(void)
{
	irq_set(VECTOR, on_vector);
	trap_set(VEC_NMI, on_nmi);
	for (unsigned int i = 1; i < CPUS; i++)
		ap_start(i, other_cpu);
	/* The library starts them in x2APIC mode. */
	wrmsr(BASE, rdmsr(BASE) & ~(uint64_t)(EXTD | ENABLE));
	wrmsr(BASE, rdmsr(BASE) | ENABLE);
	check(!is_x2apic(), "CPU 0 does not leave x2APIC mode");
	check_xapic();
	check_x2apic();
	pass();
}
