/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <criterion/criterion.h>
#include <string.h>
#include <hv/arch_x86.h>
#include <hv/exit.h>
#include <hv/guest_access.h>
#include "host.h"

#define P  1u
#define W  2u
#define U  4u
#define PS 0x80u
#define NX (1ULL << 63)
#define AC (1u << 18)

static struct domain *d;
static struct vcpu *v;
static struct hvm_state s;

static void boot(void)
{
	host_boot(1, 64);
	d = host_domain(1, 64);
	v = d->vcpu[0];
	host_serve(v);
	memset(&s, 0, sizeof(s));
	s.regs.rflags = 2;
}

TestSuite(guest_walk, .init = boot);

static void put64(uint64_t gpa, uint64_t val)
{
	cr_assert_eq(copy_to_gpa(d, (gpa_t){gpa}, &val, 8), 0);
}

static void put32(uint64_t gpa, uint32_t val)
{
	cr_assert_eq(copy_to_gpa(d, (gpa_t){gpa}, &val, 4), 0);
}

static void set(void)
{
	hvm_set_state(v, &s);
}

static uint32_t walk(uint64_t va, uint32_t access, uint64_t *gpa)
{
	gpa_t out = {~0ULL};
	uint32_t rc = guest_walk(v, (gva_t){va}, access, &out);

	*gpa = out.v;
	return rc;
}

#define FAILS(va, access, code)                                                                    \
	do {                                                                                       \
		uint64_t g_;                                                                       \
		cr_assert_eq(walk(va, access, &g_), WALK_FAULT | (code));                          \
	} while (0)
#define REACHES(va, access, where)                                                                 \
	do {                                                                                       \
		uint64_t g_;                                                                       \
		cr_assert_eq(walk(va, access, &g_), 0);                                            \
		cr_assert_eq(g_, (uint64_t)(where));                                               \
	} while (0)

Test(guest_walk, paging_off_is_the_identity)
{
	s.cr0 = CR0_PE;
	set();
	REACHES(0x12345, PFEC_WRITE, 0x12345);
	REACHES(0x100000345, 0, 0x345);
}

/* PML4 at 0x1000, PDPT 0x2000, PD 0x3000, PT 0x4000. */
static void four_levels(uint64_t pte)
{
	s.cr0 = CR0_PE | CR0_PG | CR0_WP;
	s.cr3 = 0x1000;
	s.cr4 = CR4_PAE;
	s.efer = EFER_LME | EFER_LMA | EFER_NXE;
	put64(0x1000, 0x2000 | P | W | U);
	put64(0x2000, 0x3000 | P | W | U);
	put64(0x3000, 0x4000 | P | W | U);
	put64(0x4000 + 8 * 5, pte);
	set();
}

Test(guest_walk, four_levels_and_rights)
{
	four_levels(0x9000 | P | W | U);
	REACHES(0x5123, PFEC_WRITE | PFEC_USER, 0x9123);
	FAILS(0x6000, PFEC_WRITE, PFEC_WRITE);
	FAILS(0x0000800000000000, 0, 0);
	four_levels(0x9000 | P | U);
	REACHES(0x5123, 0, 0x9123);
	FAILS(0x5123, PFEC_WRITE, PFEC_WRITE | PFEC_PRESENT);
	s.cr0 &= ~(uint64_t)CR0_WP;
	set();
	REACHES(0x5123, PFEC_WRITE, 0x9123);
	FAILS(0x5123, PFEC_WRITE | PFEC_USER, PFEC_WRITE | PFEC_USER | PFEC_PRESENT);
	four_levels(0x9000 | P | W);
	FAILS(0x5123, PFEC_USER, PFEC_USER | PFEC_PRESENT);
	four_levels(0x9000 | P | W | NX);
	FAILS(0x5123, PFEC_FETCH, PFEC_FETCH | PFEC_PRESENT);
	REACHES(0x5123, 0, 0x9123);
}

Test(guest_walk, smep_and_smap_guard_user_pages)
{
	four_levels(0x9000 | P | W | U);
	s.cr4 |= CR4_SMEP | CR4_SMAP;
	set();
	FAILS(0x5000, PFEC_FETCH, PFEC_FETCH | PFEC_PRESENT);
	FAILS(0x5000, 0, PFEC_PRESENT);
	REACHES(0x5000, PFEC_USER, 0x9000);
	s.regs.rflags |= AC;
	set();
	REACHES(0x5000, PFEC_WRITE, 0x9000);
}

Test(guest_walk, large_pages)
{
	four_levels(0);
	put64(0x3008, 0x400000 | P | W | PS);
	REACHES(0x212345, 0, 0x412345);
	put64(0x2008, 0x80000000ULL | P | W | PS);
	REACHES(0x40000000 + 0x12345678, 0, 0x92345678);
}

Test(guest_walk, tables_outside_memory_are_faults)
{
	four_levels(0x9000 | P);
	put64(0x3000, 0x7ffffff000ULL | P | W | U);
	FAILS(0x5000, 0, 0);
	s.cr3 = 0xfffffffffffff000ULL;
	set();
	FAILS(0x5000, 0, 0);
}

/* A walker that checked PDPTEs as other entries would hang PAE guests on QEMU,
 * which sets their accessed bit. */
Test(guest_walk, pae_ignores_rights_and_a_of_the_top_level)
{
	s.cr0 = CR0_PE | CR0_PG | CR0_WP;
	s.cr3 = 0x1020;
	s.cr4 = CR4_PAE;
	put64(0x1020 + 8 * 3, 0x3000 | P | 0x20);
	put64(0x3000, 0x4000 | P | W | U);
	put64(0x4000, 0x9000 | P | W | U);
	put64(0x3008, 0x600000 | P | W | PS);
	set();
	REACHES(0xc0000010, PFEC_WRITE | PFEC_USER, 0x9010);
	REACHES(0xc0200010, 0, 0x600010);
	FAILS(0x10, 0, 0);
}

Test(guest_walk, two_levels_and_pse36)
{
	s.cr0 = CR0_PE | CR0_PG | CR0_WP;
	s.cr3 = 0x1000;
	s.cr4 = CR4_PSE;
	put32(0x1000, 0x2000 | P | W | U);
	put32(0x2000 + 4 * 7, 0x9000 | P | W);
	put32(0x1000 + 4 * 2, 0x00c00000 | 3u << 13 | P | W | PS);
	set();
	REACHES(0x7abc, PFEC_WRITE, 0x9abc);
	REACHES(0x800000 + 0x12345, 0, 0x300c12345ULL);
	s.cr4 = 0;
	set();
	FAILS(0x800000, 0, 0);
}

Test(guest_walk, fetch_stops_at_the_first_hole)
{
	uint8_t buf[15];

	four_levels(0x9000 | P | W | U);
	put64(0x9ff8, 0x1122334455667788);
	cr_assert_eq(guest_fetch(v, 0x5ff8, buf, 15), 8);
	cr_assert_eq(buf[0], 0x88);
	cr_assert_eq(guest_fetch(v, 0x7000, buf, 15), 0);
	put64(0x4000 + 8 * 6, 0xa000 | P);
	put64(0xa000, 0x99);
	cr_assert_eq(guest_fetch(v, 0x5ff8, buf, 15), 15);
	cr_assert_eq(buf[8], 0x99);
}
