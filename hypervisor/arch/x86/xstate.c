/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "insn.h"
#include "xstate.h"
#include <hv/arch.h>
#include <hv/arch_x86.h>
#include <hv/frame.h>
#include <hv/printk.h>
#include <hv/string.h>

#define FXSAVE_SIZE   512
#define XSAVE_HEADER  64
#define FCW_OFFSET    0
#define MXCSR_OFFSET  24
#define FCW_RESET     0x037f
#define MXCSR_RESET   0x1f80
#define NR_COMPONENTS 63

/* What the boot CPU has; the same on all (checked). */
static bool detected;
static uint64_t offered;    /* XCR0 bits, 0 = FXSAVE only */
static bool pointers_stale; /* FXRSTOR leaves FIP/FDP/FOP of the last user behind */

static uint64_t detect_offered(void)
{
	struct cpuid_leaf_out l;
	uint64_t mask = XSTATE_X87 | XSTATE_SSE;

	arch_cpuid(1, 0, &l);
	if (!(l.c & (1u << 26)))
		return 0;
	arch_cpuid(0xd, 0, &l);
	if (l.a & XSTATE_AVX)
		mask |= XSTATE_AVX;
	if ((l.a & XSTATE_AVX512) == XSTATE_AVX512)
		mask |= XSTATE_AVX512;
	return mask;
}

/* AMD CPUs before Zen2 restore the x87 pointers only with a pending exception. */
static bool detect_stale_pointers(void)
{
	struct cpuid_leaf_out l;

	arch_cpuid(0x80000000, 0, &l);
	if (l.b != 0x68747541 /* "Auth" */)
		return false;
	if (l.a < 0x80000008)
		return true;
	arch_cpuid(0x80000008, 0, &l);
	return !(l.b & (1u << 2));
}

uint64_t xstate_offered(void)
{
	if (!detected) {
		offered = detect_offered();
		pointers_stale = detect_stale_pointers();
		detected = true;
	}
	return offered;
}

void xstate_cpu_init(void)
{
	uint64_t mine = detect_offered();

	write_cr0((read_cr0() & ~(uint64_t)(CR0_EM | CR0_TS)) | CR0_MP | CR0_NE);
	write_cr4(read_cr4() | CR4_OSFXSR | CR4_OSXMMEXCPT | (mine ? CR4_OSXSAVE : 0));
	if (mine != xstate_offered())
		panic("CPUs differ in their XSAVE features (0x%lx, 0x%lx)", (unsigned long)mine,
		      (unsigned long)offered);
	if (offered)
		xsetbv(0, offered);
}

uint32_t xstate_size(uint64_t xcr0)
{
	uint32_t size = FXSAVE_SIZE + XSAVE_HEADER;

	for (unsigned int i = 2; i < NR_COMPONENTS; i++) {
		struct cpuid_leaf_out l;

		if (!(xcr0 & (1ULL << i)))
			continue;
		arch_cpuid(0xd, i, &l);
		size = MAX(size, l.a + l.b);
	}
	return size;
}

uint32_t xstate_compact_size(uint64_t xcr0)
{
	uint32_t size = FXSAVE_SIZE + XSAVE_HEADER;

	for (unsigned int i = 2; i < NR_COMPONENTS; i++) {
		struct cpuid_leaf_out l;

		if (!(xcr0 & (1ULL << i)))
			continue;
		arch_cpuid(0xd, i, &l);
		if (l.c & (1u << 1)) /* wants 64-byte alignment */
			size = (uint32_t)ROUND_UP(size, 64);
		size += l.a;
	}
	return size;
}

bool xstate_valid_xcr0(uint64_t xcr0, uint64_t allowed)
{
	if (!(xcr0 & XSTATE_X87) || (xcr0 & ~allowed))
		return false;
	if ((xcr0 & XSTATE_AVX) && !(xcr0 & XSTATE_SSE))
		return false;
	if (!(xcr0 & XSTATE_AVX512))
		return true;
	return (xcr0 & XSTATE_AVX512) == XSTATE_AVX512 && (xcr0 & XSTATE_AVX);
}

int xstate_alloc(struct xstate *x)
{
	uint32_t size = offered ? xstate_size(offered) : FXSAVE_SIZE;

	x->order = 0;
	while ((PAGE_SIZE << x->order) < size)
		x->order++;
	x->area = pages_alloc(x->order);
	if (!x->area)
		return -XEN_ENOMEM;
	xstate_reset(x);
	return 0;
}

void xstate_release(struct xstate *x)
{
	if (x->area)
		pages_free(x->area, x->order);
	x->area = NULL;
}

void xstate_reset(struct xstate *x)
{
	uint16_t fcw = FCW_RESET;
	uint32_t mxcsr = MXCSR_RESET;

	memset(x->area, 0, PAGE_SIZE << x->order);
	memcpy(x->area + FCW_OFFSET, &fcw, sizeof(fcw));
	/* XRSTOR reads MXCSR from memory even when SSE is marked initial. */
	memcpy(x->area + MXCSR_OFFSET, &mxcsr, sizeof(mxcsr));
	x->xcr0 = XSTATE_X87;
}

/* Overwrite FIP, FDP and FOP with the hypervisor's own so that the next guest
 * does not read those of the last one (AMD, CVE-2006-1056). */
static void clear_x87_pointers(const uint8_t *readable)
{
	__asm__ volatile("fnclex; ffree %%st(7); fildl %0" : : "m"(*(const uint32_t *)readable));
}

void xstate_load(const struct xstate *x)
{
	if (pointers_stale)
		clear_x87_pointers(x->area);
	if (!offered) {
		fxrstor64(x->area);
		return;
	}
	xrstor64(x->area, offered);
	if (x->xcr0 != offered)
		xsetbv(0, x->xcr0);
}

/* The register rather than what was last written through us: QEMU 7.2 does not
 * intercept XSETBV, and a value remembered would take AVX from a guest at its
 * next switch.  There a guest may also have set what is not offered. */
uint64_t xstate_live_xcr0(void)
{
	return offered ? xgetbv(0) & offered : XSTATE_X87;
}

void xstate_save(struct xstate *x)
{
	if (!offered) {
		fxsave64(x->area);
		return;
	}
	x->xcr0 = xstate_live_xcr0();
	if (x->xcr0 != offered)
		xsetbv(0, offered);
	xsave64(x->area, offered);
}
