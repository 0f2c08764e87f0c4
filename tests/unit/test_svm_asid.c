/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Tags and flushes.  No emulator at hand would show a forgotten flush, so the
 * rule is checked here against a model of the processor's TLB: an entry must
 * never run with a tag under which stale translations may still be cached.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include "host.h"

#define hvm_p2m_flush svm_p2m_flush
#include "arch/x86/svm/asid.c"

struct svm_features svm_features = {.nr_asids = 16};
struct svm_cpu svm_cpus[NR_CPUS];

#define CPUS  3
#define VCPUS 5

static struct domain *d[2];
static struct vcpu v[VCPUS];
static struct vmcb vmcb[VCPUS];
/* What each CPU's TLB may hold under a tag: whose, and from which generation. */
static struct {
	const struct vcpu *owner;
	uint64_t gen;
} tlb[CPUS][16];

static void boot(void)
{
	host_boot(CPUS, 64);
	for (unsigned int cpu = 0; cpu < CPUS; cpu++)
		svm_asid_cpu_init(cpu);
	for (unsigned int i = 0; i < 2; i++)
		d[i] = calloc(1, sizeof(*d[i]));
	for (unsigned int i = 0; i < VCPUS; i++) {
		v[i].domain = d[i % 2];
		v[i].arch = calloc(1, sizeof(*v[i].arch));
		v[i].arch->vmcb = &vmcb[i];
		v[i].arch->asid_cpu = NR_CPUS;
	}
}

TestSuite(svm_asid, .init = boot);

/* As hvm_run() does; the model looks at what VMRUN would see. */
static void enter(struct vcpu *u, unsigned int cpu)
{
	uint32_t tag;

	host_on_cpu(cpu);
	cr_assert(svm_asid_announce(u, cpu));
	cr_assert(pcpus[cpu].in_guest);
	svm_asid_assign(u, cpu);
	tag = u->arch->vmcb->asid;
	cr_assert(tag >= 1 && tag < 16);
	if (u->arch->vmcb->tlb_control == TLB_FLUSH_ALL)
		memset(tlb[cpu], 0, sizeof(tlb[cpu]));
	cr_assert(!tlb[cpu][tag].owner || (tlb[cpu][tag].owner == u &&
					   tlb[cpu][tag].gen == u->domain->p2m.flush_gen),
		  "stale translations under tag %u of CPU %u", tag, cpu);
	tlb[cpu][tag].owner = u;
	tlb[cpu][tag].gen = u->domain->p2m.flush_gen;
	u->arch->vmcb->tlb_control = TLB_FLUSH_NONE;
	pcpus[cpu].in_guest = false;
}

Test(svm_asid, a_tag_is_kept_while_nothing_changes)
{
	uint32_t tag;

	enter(&v[0], 0);
	tag = vmcb[0].asid;
	enter(&v[1], 0);
	enter(&v[0], 0);
	cr_assert_eq(vmcb[0].asid, tag);
	cr_assert_neq(vmcb[1].asid, tag);
}

Test(svm_asid, migration_map_changes_and_requests_cost_a_tag)
{
	uint32_t tag;

	enter(&v[0], 0);
	tag = vmcb[0].asid;
	enter(&v[0], 1);
	enter(&v[0], 0);
	cr_assert_neq(vmcb[0].asid, tag, "it ran elsewhere meanwhile");
	tag = vmcb[0].asid;
	svm_p2m_flush(d[0]);
	enter(&v[0], 0);
	cr_assert_neq(vmcb[0].asid, tag);
	tag = vmcb[0].asid;
	svm_p2m_flush(d[1]);
	enter(&v[0], 0);
	cr_assert_eq(vmcb[0].asid, tag, "another domain's map");
	v[0].arch->flush = true;
	enter(&v[0], 0);
	cr_assert_neq(vmcb[0].asid, tag);
	tag = vmcb[0].asid;
	svm_asid_distrust(0);
	v[0].arch->flush = true;
	enter(&v[0], 0);
	cr_assert_eq(vmcb[0].asid, 1, "a new generation");
}

Test(svm_asid, never_stale_whatever_happens)
{
	srand(3);
	for (unsigned int i = 0; i < 200000; i++) {
		struct vcpu *u = &v[rand() % VCPUS];
		unsigned int cpu = rand() % CPUS;

		switch (rand() % 16) {
		case 0:
			host_on_cpu(cpu);
			svm_p2m_flush(u->domain);
			break;
		case 1:
			u->arch->flush = true;
			break;
		case 2: /* abandoned between announcement and tag */
			host_on_cpu(cpu);
			svm_asid_announce(u, cpu);
			pcpus[cpu].in_guest = false;
			break;
		case 3: /* destroyed, and another one gets its memory */
			memset(u->arch, 0, sizeof(*u->arch));
			u->arch->vmcb = &vmcb[u - v];
			u->arch->asid_cpu = NR_CPUS;
			for (unsigned int c = 0; c < CPUS; c++)
				for (unsigned int t = 0; t < 16; t++)
					if (tlb[c][t].owner == u)
						tlb[c][t].gen = ~0ULL;
			break;
		default:
			enter(u, cpu);
			break;
		}
	}
}

Test(svm_asid, only_cpus_inside_an_older_map_are_kicked)
{
	host_on_cpu(0);
	svm_asid_announce(&v[1], 1);
	memset(host.kicks, 0, sizeof(host.kicks));
	svm_p2m_flush(d[0]);
	cr_assert_eq(host.kicks[0] + host.kicks[1] + host.kicks[2], 0, "other domain");
	pcpus[1].in_guest = false;
	svm_p2m_flush(d[1]);
	cr_assert_eq(host.kicks[1], 0, "left already");
	cr_assert(holds_old(1, &d[1]->p2m, 1) == false);
	svm_asid_announce(&v[1], 1);
	cr_assert(!holds_old(1, &d[1]->p2m, d[1]->p2m.flush_gen));
	cr_assert(holds_old(1, &d[1]->p2m, d[1]->p2m.flush_gen + 1));
}

/* The map changes between reading its generation and saying "in guest". */
Test(svm_asid, a_change_during_the_announcement_is_seen)
{
	uint64_t before = d[0]->p2m.flush_gen;

	cr_assert(svm_asid_announce(&v[0], 0));
	d[0]->p2m.flush_gen = before + 1;
	cr_assert(holds_old(0, &d[0]->p2m, before + 1), "the changer waits for it");
	pcpus[0].in_guest = false;
	cr_assert(svm_asid_announce(&v[0], 0));
	cr_assert(!holds_old(0, &d[0]->p2m, before + 1));
}
