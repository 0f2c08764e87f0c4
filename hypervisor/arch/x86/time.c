/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "apic.h"
#include "cpu.h"
#include "insn.h"
#include "time.h"
#include <hv/arch.h>
#include <hv/printk.h>

#define PIT_HZ	     1193182u
#define PIT_CHANNEL2 0x42
#define PIT_COMMAND  0x43
#define PIT_GATE     0x61 /* bit 0 gate, bit 1 speaker, bit 5 output */
#define PIT_MODE0    0xb0 /* channel 2, low then high byte, count down once */
#define PIT_LATCH    0x80
#define PIT_OUTPUT   0x20   /* in PIT_GATE: it has reached zero */
#define PIT_TICKS    17898u /* 15 ms: one tick more or less is 56 ppm */
#define PIT_ROUNDS   20
#define LOOKS	     8

static uint64_t tsc_khz, tsc_boot, apic_khz, wallclock_boot;
static uint32_t scale_mul; /* ns = (tsc << shift or >> -shift) * mul >> 32 */
static int8_t scale_shift;

/* --- calibration ------------------------------------------------------------- */

/* All clocks at one moment, which lay within @width TSC ticks around @tsc. */
struct look {
	uint64_t tsc, width;
	uint32_t apic;
	uint16_t pit;
};

static struct look look_once(void)
{
	struct look l;
	uint64_t before = rdtsc_ordered();

	outb(PIT_COMMAND, PIT_LATCH);
	l.apic = apic_timer_left();
	l.width = rdtsc_ordered() - before;
	l.tsc = before + l.width / 2;
	l.pit = inb(PIT_CHANNEL2);
	l.pit = (uint16_t)(l.pit | inb(PIT_CHANNEL2) << 8);
	return l;
}

/* An emulator or system management may stop the processor at any moment: of
 * several looks the shortest counts.  What happens between two looks is
 * harmless, since all clocks go on. */
static struct look look(void)
{
	struct look best = look_once(), l;

	for (unsigned int i = 1; i < LOOKS; i++) {
		l = look_once();
		if (l.width < best.width)
			best = l;
	}
	return best;
}

static bool pit_ended(void)
{
	return inb(PIT_GATE) & PIT_OUTPUT;
}

/* Let channel 2 count down, look twice; false if it got to its end meanwhile. */
static bool pit_round(struct look *a, struct look *b)
{
	outb(PIT_GATE, (uint8_t)((inb(PIT_GATE) & ~2) | 1));
	outb(PIT_COMMAND, PIT_MODE0);
	outb(PIT_CHANNEL2, 0xff);
	outb(PIT_CHANNEL2, 0xff);
	apic_timer_oneshot(UINT32_MAX);
	look_once(); /* the count is loaded with a delay */
	*a = look();
	do
		*b = look_once();
	while (a->pit - b->pit < (int)PIT_TICKS && !pit_ended());
	*b = look();
	apic_timer_oneshot(0);
	return !pit_ended() && b->pit < a->pit;
}

static void calibrate(void)
{
	struct look a, b;
	uint64_t ticks;

	for (unsigned int i = 0; i < PIT_ROUNDS; i++) {
		if (!pit_round(&a, &b))
			continue;
		ticks = a.pit - b.pit;
		tsc_khz = (b.tsc - a.tsc) * PIT_HZ / ticks / 1000;
		apic_khz = (uint64_t)(a.apic - b.apic) * PIT_HZ / ticks / 1000;
		return;
	}
	panic("No timer to find the processor's clock rate with");
}

/* Intel SDM vol. 2, CPUID leaf 15h; and leaf 40000010h of virtual machines. */
static bool enumerated(void)
{
	uint32_t max, a, b, c, d;

	cpuid_count(0, 0, &max, &b, &c, &d);
	if (max >= 0x15) {
		cpuid_count(0x15, 0, &a, &b, &c, &d);
		if (a && b && c) {
			tsc_khz = (uint64_t)c * b / a / 1000;
			apic_khz = c / 1000;
			return true;
		}
	}
	if (!cpu_has(CPU_HYPERVISOR))
		return false;
	cpuid_count(0x40000000, 0, &max, &b, &c, &d);
	if (max < 0x40000010 || max > 0x400000ff)
		return false;
	cpuid_count(0x40000010, 0, &a, &b, &c, &d);
	tsc_khz = a;
	apic_khz = b;
	return tsc_khz && apic_khz;
}

static void set_scale(void)
{
	/* The first shift with which mul fits 32 bits: it keeps most precision. */
	for (scale_shift = -31; scale_shift < 31; scale_shift++) {
		__uint128_t hz = (__uint128_t)tsc_khz * 1000;

		hz = scale_shift < 0 ? hz >> -scale_shift : hz << scale_shift;
		if (hz > 1000000000) {
			scale_mul = (uint32_t)((1000000000ULL << 32) / (uint64_t)hz);
			return;
		}
	}
	panic("Impossible clock rate: %lu kHz", tsc_khz);
}

/* --- wall clock ---------------------------------------------------------------- */

static uint8_t cmos(uint8_t reg)
{
	outb(0x70, reg);
	return inb(0x71);
}

static unsigned int from_bcd(unsigned int v)
{
	return (v & 15) + (v >> 4) * 10;
}

/* Days from 1970-01-01 to a date of the Gregorian calendar; years begin in March. */
static uint64_t days_since_1970(unsigned int year, unsigned int month, unsigned int day)
{
	unsigned int y = month > 2 ? year : year - 1, m = month > 2 ? month - 3 : month + 9;

	return y * 365ULL + y / 4 - y / 100 + y / 400 + (m * 153 + 2) / 5 + day - 1 - 719468;
}

static uint64_t cmos_seconds(void)
{
	uint8_t now[6], again[6];
	static const uint8_t regs[6] = {0, 2, 4, 7, 8, 9};
	unsigned int v[6], tries = 0;
	bool same;

	do { /* twice the same: no update came between */
		same = true;
		for (unsigned int i = 0; i < 6; i++)
			now[i] = cmos(regs[i]);
		for (unsigned int i = 0; i < 6; i++) {
			again[i] = cmos(regs[i]);
			same = same && again[i] == now[i];
		}
	} while (!same && ++tries < 1000);
	for (unsigned int i = 0; i < 6; i++)
		v[i] = cmos(11) & 4 ? now[i] : from_bcd(now[i] & (i == 2 ? 0x7f : 0xff));
	if (!(cmos(11) & 2)) /* 12-hour clock, afternoon in the top bit */
		v[2] = v[2] % 12 + (now[2] & 0x80 ? 12 : 0);
	return days_since_1970(2000 + v[5], v[4], v[3]) * 86400 + v[2] * 3600 + v[1] * 60 + v[0];
}

void time_set_wallclock(uint64_t seconds_now)
{
	wallclock_boot = seconds_now - (uint64_t)(arch_now().ns / 1000000000);
}

uint64_t arch_wallclock_boot(void)
{
	return wallclock_boot;
}

/* --- reading and arming --------------------------------------------------------- */

void time_init(void)
{
	bool known = enumerated();

	if (!known)
		calibrate();
	set_scale();
	tsc_boot = rdtsc_ordered();
	time_set_wallclock(cmos_seconds());
	time_init_cpu();
	printk("Time: TSC %lu.%03lu MHz (%s), timer %s\n", tsc_khz / 1000, tsc_khz % 1000,
	       known ? "enumerated" : "measured",
	       cpu_has(CPU_TSC_DEADLINE) ? "TSC deadline" : "one-shot");
}

void time_init_cpu(void)
{
	if (cpu_has(CPU_TSC_DEADLINE))
		apic_timer_use_deadline();
}

static uint64_t scale(uint64_t ticks)
{
	__uint128_t t = ticks;

	t = scale_shift < 0 ? t >> -scale_shift : t << scale_shift;
	return (uint64_t)(t * scale_mul >> 32);
}

stime_t arch_now(void)
{
	return (stime_t){(int64_t)scale(rdtsc_ordered() - tsc_boot)};
}

/* Ticks of a clock of @khz in @ns, rounded up: an early interrupt would find
 * nothing to do. */
static uint64_t ticks_of(int64_t ns, uint64_t khz)
{
	/* Longer waits are cut: the interrupt then finds nothing and arms again. */
	uint64_t bounded = (uint64_t)MIN(ns, 1000000000000LL);

	return bounded / 1000000 * khz + (bounded % 1000000 * khz + 999999) / 1000000 + 1;
}

void arch_set_deadline(stime_t deadline)
{
	struct arch_pcpu *a = this_cpu()->arch;
	int64_t left;

	if (deadline.ns == STIME_NEVER.ns) {
		if (a->deadline && cpu_has(CPU_TSC_DEADLINE))
			apic_timer_deadline(0);
		else if (a->deadline)
			apic_timer_oneshot(0);
		a->deadline = 0;
		return;
	}
	if (a->deadline == (uint64_t)deadline.ns)
		return; /* armed for just that: each write is expensive */
	left = deadline.ns - arch_now().ns;
	if (left <= 0) {
		__atomic_fetch_or(&this_cpu()->work, WORK_TIMER, __ATOMIC_SEQ_CST);
		return;
	}
	a->deadline = (uint64_t)deadline.ns;
	if (cpu_has(CPU_TSC_DEADLINE))
		apic_timer_deadline(rdtsc() + ticks_of(left, tsc_khz));
	else
		apic_timer_oneshot((uint32_t)MIN(ticks_of(left, apic_khz), UINT32_MAX));
}

void time_delay_us(uint64_t us)
{
	uint64_t end = rdtsc() + us * tsc_khz / 1000;

	while ((int64_t)(end - rdtsc()) > 0)
		cpu_pause();
}

uint64_t arch_tsc(void)
{
	return rdtsc();
}

uint64_t arch_tsc_khz(void)
{
	return tsc_khz;
}

uint64_t arch_tsc_boot(void)
{
	return tsc_boot;
}

void arch_pvclock_scale(uint32_t *mul, int8_t *shift)
{
	*mul = scale_mul;
	*shift = scale_shift;
}
