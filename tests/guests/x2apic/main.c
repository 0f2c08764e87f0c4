/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * The local APIC by MSR: ways between its modes, reserved bits of each register,
 * priorities and the order of end-of-interrupt, errors, software disable.
 */
#include "lib.h"

const char test_name[] = "x2apic";

#define BASE	0x1b
#define EXTD	(1u << 10)
#define ENABLE	(1u << 11)
#define ID	0x802
#define TPR	0x808
#define PPR	0x80a
#define EOI	0x80b
#define LDR	0x80d
#define SVR	0x80f
#define ISR	0x810
#define IRR	0x820
#define ESR	0x828
#define ICR	0x830
#define LVT_ERR 0x837
#define SELF	0x83f

static uint8_t order[16];
static volatile uint32_t taken;
static bool hold; /* leave the vector in service */

static void on_vector(unsigned int vector)
{
	if (taken < sizeof(order))
		order[taken] = (uint8_t)vector;
	taken++;
	if (!hold)
		wrmsr(EOI, 0);
}

static void window(void)
{
	irq_on();
	asm volatile("nop; nop");
	irq_off();
}

static void mode(uint32_t set, uint32_t clear, bool ok, const char *what)
{
	uint64_t old = rdmsr(BASE);

	check(wrmsr_safe(BASE, (old | set) & ~(uint64_t)clear) == ok, "%s", what);
	check(ok || rdmsr(BASE) == old, "%s changes the base", what);
}

static void check_modes(void)
{
	mode(1, 0, false, "a reserved bit");
	mode(1u << 9, 0, false, "reserved bit 9");
	mode(EXTD, ENABLE, false, "x2APIC without enable");
	mode(EXTD, 0, true, "xAPIC to x2APIC");
	mode(0, EXTD, false, "x2APIC to xAPIC");
	mode(0, ENABLE, false, "x2APIC to an invalid mode");
	check(rdmsr(ID) == 0 && rdmsr(LDR) == 1, "id 0x%llx, logical 0x%llx", LL(rdmsr(ID)),
	      LL(rdmsr(LDR)));
	mode(0, EXTD | ENABLE, true, "x2APIC to disabled");
	check(!(cpuid(1, 0).d & 1u << 9), "CPUID still shows the APIC");
	mode(EXTD | ENABLE, 0, false, "disabled to x2APIC");
	mode(ENABLE, 0, true, "disabled to xAPIC");
	check(cpuid(1, 0).d & 1u << 9, "CPUID does not show the APIC");
	mode(EXTD, 0, true, "xAPIC to x2APIC again");
}

/* Which single bits each register takes. */
static void check_reserved(void)
{
	static const struct {
		uint32_t msr;
		uint64_t bits;
	} t[] = {
		{TPR, 0xff},	    {SVR, 0x3ff},     {ESR, 0},		{0x832, 0x710ff},
		{0x833, 0x117ff},   {0x834, 0x117ff}, {0x835, 0x1f7ff}, {0x836, 0x1f7ff},
		{LVT_ERR, 0x110ff}, {0x83e, 0xb},     {EOI, 0},		{SELF, 0xff},
	};

	for (unsigned int i = 0; i < sizeof(t) / sizeof(t[0]); i++)
		for (unsigned int b = 0; b < 64; b++)
			check(wrmsr_safe(t[i].msr, 1ull << b) == (t[i].bits >> b & 1),
			      "MSR 0x%x bit %u", t[i].msr, b);
	for (unsigned int b = 0; b < 32; b++)
		if (0xfff33000u >> b & 1)
			check(!wrmsr_safe(ICR, 1ull << b), "ICR takes bit %u", b);
	mode(0, EXTD | ENABLE, true, "off"); /* forgets what the self-IPIs left */
	mode(ENABLE, 0, true, "on");
	mode(EXTD, 0, true, "x2APIC");
	wrmsr(SVR, 0x1ff);
}

static void check_priority(void)
{
	static const uint8_t sent[] = {0x31, 0x52, 0xe0, 0x51, 0x9f, 0x32};
	static const uint8_t expected[] = {0xe0, 0x9f, 0x52, 0x51, 0x32, 0x31};

	for (unsigned int i = 0; i < sizeof(sent); i++)
		wrmsr(SELF, sent[i]);
	for (unsigned int i = 0; i < sizeof(sent); i++)
		check(rdmsr(IRR + sent[i] / 32) >> sent[i] % 32 & 1, "0x%x is not requested",
		      sent[i]);
	wrmsr(TPR, 0x90);
	window();
	check(taken == 1 && order[0] == 0xe0, "TPR 0x90 lets %u through", taken);
	wrmsr(TPR, 0);
	window();
	check(taken == sizeof(sent), "%u of %u vectors arrive", taken, (unsigned int)sizeof(sent));
	check(!memcmp(order, expected, sizeof(expected)), "order %x %x %x %x %x %x", order[0],
	      order[1], order[2], order[3], order[4], order[5]);
}

static void check_service(void)
{
	taken = 0;
	hold = true;
	wrmsr(SELF, 0x61);
	window();
	check(taken == 1 && rdmsr(PPR) == 0x60, "PPR 0x%llx in service of 0x61", LL(rdmsr(PPR)));
	check(rdmsr(ISR + 3) == 2, "ISR 0x%llx", LL(rdmsr(ISR + 3)));
	wrmsr(SELF, 0x6f);
	window();
	check(taken == 1, "the same class interrupts itself");
	wrmsr(SELF, 0x71);
	window();
	check(taken == 2 && rdmsr(PPR) == 0x70, "a higher class does not");
	wrmsr(TPR, 0x85);
	check(rdmsr(PPR) == 0x85, "PPR 0x%llx below the TPR", LL(rdmsr(PPR)));
	wrmsr(TPR, 0);
	wrmsr(EOI, 0);
	check(rdmsr(PPR) == 0x60, "EOI ends another vector");
	hold = false;
	wrmsr(EOI, 0);
	window();
	check(taken == 3 && order[2] == 0x6f && !rdmsr(PPR), "what waited is lost");
	wrmsr(EOI, 0); /* of nothing */
}

static void check_errors(void)
{
	taken = 0;
	wrmsr(LVT_ERR, 0xfe);
	wrmsr(SELF, 5);
	window();
	check(taken == 1 && order[0] == 0xfe, "an illegal vector raises no error interrupt");
	check(!rdmsr(ESR), "ESR shows it before a write");
	wrmsr(SELF, 5);
	window();
	check(taken == 1, "the same error again, before it was looked at");
	wrmsr(ESR, 0);
	check(rdmsr(ESR) == 0x20, "ESR 0x%llx", LL(rdmsr(ESR)));
	wrmsr(ESR, 0);
	check(!rdmsr(ESR), "ESR 0x%llx afterwards", LL(rdmsr(ESR)));
	wrmsr(LVT_ERR, 1u << 16 | 0xfe);
	wrmsr(ICR, 1u << 18 | 0x4000 | 3);
	window();
	check(taken == 1, "a masked error interrupt arrives");
}

static void check_disable(void)
{
	taken = 0;
	wrmsr(LVT_ERR, 0xfe);
	wrmsr(SELF, 0x41);
	wrmsr(SVR, 0xff);
	check(rdmsr(LVT_ERR) == (1u << 16 | 0xfe), "software disable does not mask the LVT");
	wrmsr(LVT_ERR, 0xfe);
	check(rdmsr(LVT_ERR) == (1u << 16 | 0xfe), "the LVT can be unmasked while disabled");
	wrmsr(SELF, 0x42);
	window();
	check(!taken, "%u interrupts of a disabled APIC", taken);
	wrmsr(SVR, 0x1ff);
	window();
	check(taken == 1 && order[0] == 0x41, "only the vector from before is kept: %u", taken);
}

void test_main(void)
{
	irq_off();
	for (unsigned int v = 0x30; v < 0xff; v++)
		if (v != CALLBACK_VECTOR)
			irq_set(v, on_vector);
	check_modes();
	check_reserved();
	check_priority();
	check_service();
	check_errors();
	check_disable();
	pass();
}
