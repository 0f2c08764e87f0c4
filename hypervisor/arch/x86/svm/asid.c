/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Address-space tags and flushing.  A vCPU gets a new tag on a CPU whenever its
 * old translations might be wrong: it ran elsewhere meanwhile, its domain's map
 * changed, or it asked for it.  Tags of one generation are never used twice;
 * when they run out the generation ends with a full flush.  So no entry depends
 * on flush-by-ASID, and a missing feature costs only more full flushes.
 *
 * A map change on one CPU, seen from the others:
 *
 *   changer                              CPU entering a guest
 *   change the tables                    entered_p2m, entered_gen = flush_gen
 *   flush_gen++                          in_guest = true
 *   for each CPU: in_guest with an       flush_gen == entered_gen?
 *     older entered_gen of this map?       no: in_guest = false, start again
 *     kick it, wait                      VMRUN
 *
 * Both sides are sequentially consistent, so either the changer sees in_guest
 * or the entering CPU sees the new generation.
 */
#include "svm.h"
#include <hv/arch.h>
#include <hv/counters.h>
#include <hv/domain.h>

void svm_asid_cpu_init(unsigned int cpu)
{
	/* Generation 0 belongs to vCPUs that never ran. ASID 0 is the host's. */
	svm_cpus[cpu].asid_gen = 1;
	svm_cpus[cpu].next_asid = 1;
}

bool svm_asid_announce(struct vcpu *v, unsigned int cpu)
{
	struct svm_cpu *sc = &svm_cpus[cpu];
	const struct p2m *p2m = &v->domain->p2m;
	uint64_t gen = __atomic_load_n(&p2m->flush_gen, __ATOMIC_SEQ_CST);

	__atomic_store_n(&sc->entered_p2m, p2m, __ATOMIC_RELAXED);
	__atomic_store_n(&sc->entered_gen, gen, __ATOMIC_RELAXED);
	__atomic_store_n(&pcpus[cpu].in_guest, true, __ATOMIC_SEQ_CST);
	return __atomic_load_n(&p2m->flush_gen, __ATOMIC_SEQ_CST) == gen;
}

/* Nothing may come between this and VMRUN: a full flush noted in this VMCB is
 * what makes the new generation's tags safe for every other vCPU too. */
void svm_asid_assign(struct vcpu *v, unsigned int cpu)
{
	struct svm_cpu *sc = &svm_cpus[cpu];
	struct arch_vcpu *av = v->arch;

	if (!av->flush && av->asid_cpu == cpu && av->asid_gen == sc->asid_gen &&
	    av->p2m_gen == sc->entered_gen)
		return;
	if (sc->next_asid >= svm_features.nr_asids) {
		sc->asid_gen++;
		sc->next_asid = 1;
		av->vmcb->tlb_control = TLB_FLUSH_ALL;
		counter_inc(CNT_ASID_WRAP);
	}
	av->vmcb->asid = sc->next_asid++;
	av->asid_cpu = cpu;
	av->asid_gen = sc->asid_gen;
	av->p2m_gen = sc->entered_gen;
	av->flush = false;
	counter_inc(CNT_ENTRY_FLUSH);
}

/* VMRUN refused the VMCB: whether it flushed is not known. */
void svm_asid_distrust(unsigned int cpu)
{
	svm_cpus[cpu].next_asid = svm_features.nr_asids;
}

static bool holds_old(unsigned int cpu, const struct p2m *p2m, uint64_t gen)
{
	const struct svm_cpu *sc = &svm_cpus[cpu];

	return __atomic_load_n(&pcpus[cpu].in_guest, __ATOMIC_SEQ_CST) &&
	       __atomic_load_n(&sc->entered_p2m, __ATOMIC_RELAXED) == p2m &&
	       __atomic_load_n(&sc->entered_gen, __ATOMIC_RELAXED) < gen;
}

/* Waits with interrupts off: the CPUs waited for are inside a guest, which an
 * interrupt ends whatever they wait for themselves afterwards. */
void hvm_p2m_flush(struct domain *d)
{
	uint64_t gen = __atomic_add_fetch(&d->p2m.flush_gen, 1, __ATOMIC_SEQ_CST);
	uint64_t kicked = 0;

	counter_inc(CNT_P2M_FLUSH);
	for (unsigned int cpu = 0; cpu < nr_cpus_online; cpu++) {
		if (!holds_old(cpu, &d->p2m, gen))
			continue;
		arch_kick(cpu);
		kicked |= 1ULL << cpu;
	}
	for (unsigned int cpu = 0; cpu < nr_cpus_online; cpu++) {
		if (!(kicked & (1ULL << cpu)))
			continue;
		while (holds_old(cpu, &d->p2m, gen))
			arch_relax();
	}
}
