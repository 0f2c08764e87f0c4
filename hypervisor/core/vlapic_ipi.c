/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Inter-processor interrupts: who is meant, and what they get. */
#include "vlapic.h"
#include <hv/domain.h>
#include <hv/vcpu.h>

#define ICR_VECTOR(i)	 ((uint8_t)(i))
#define ICR_MODE(i)	 ((unsigned int)((i) >> 8) & 7)
#define ICR_LOGICAL	 (1u << 11)
#define ICR_ASSERT	 (1u << 14)
#define ICR_LEVEL	 (1u << 15)
#define ICR_SHORTHAND(i) ((unsigned int)((i) >> 18) & 3)
#define X2APIC_ALL	 0xffffffffu
#define XAPIC_ALL	 0xffu

enum { MODE_FIXED, MODE_LOWEST, MODE_SMI, MODE_NMI = 4, MODE_INIT, MODE_STARTUP, MODE_EXTINT };
enum { TO_DESTINATION, TO_SELF, TO_ALL, TO_OTHERS };

/* Clusters of 16 in x2APIC mode; flat or clusters of 4 in xAPIC mode. */
static bool match_logical(const struct vlapic *a, uint32_t dest)
{
	uint32_t id;

	if (in_x2apic(a))
		return dest >> 16 == a->ldr >> 16 && (dest & a->ldr & 0xffff);
	id = a->ldr >> 24;
	if (a->dfr == DFR_FLAT)
		return dest & id & 0xff;
	return (dest >> 4 & 0xf) == id >> 4 && (dest & id & 0xf);
}

static bool match_destination(const struct vcpu *from, const struct vcpu *to, uint64_t icr)
{
	bool x2 = in_x2apic(from->vlapic);
	uint32_t dest = x2 ? (uint32_t)(icr >> 32) : (uint32_t)(icr >> 56);

	if (dest == (x2 ? X2APIC_ALL : XAPIC_ALL))
		return true;
	if (icr & ICR_LOGICAL)
		return match_logical(to->vlapic, dest);
	return dest == vlapic_id(to);
}

static bool is_target(const struct vcpu *from, const struct vcpu *to, uint64_t icr)
{
	switch (ICR_SHORTHAND(icr)) {
	case TO_SELF:
		return from == to;
	case TO_ALL:
		return true;
	case TO_OTHERS:
		return from != to;
	default:
		return match_destination(from, to, icr);
	}
}

/* The target stops at once; it waits for a start-up IPI. */
static void take_init(struct vcpu *to)
{
	__atomic_store_n(&to->vlapic->sipi, 0, __ATOMIC_SEQ_CST);
	vcpu_set_flags(to, VPF_DOWN);
}

/* Heard only while waiting for it. The state is set by the CPU that runs the
 * vCPU first (vlapic_take_sipi): nobody else may touch it while it might run. */
static void take_startup(struct vcpu *to, uint8_t vector)
{
	uint32_t none = 0;

	if (!(READ_ONCE(to->pause_flags) & VPF_DOWN))
		return;
	if (!__atomic_compare_exchange_n(&to->vlapic->sipi, &none, 0x100u | vector, false,
					 __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
		return;
	to->initialised = true;
	vcpu_clear_flags(to, VPF_DOWN | VPF_BLOCKED);
}

static void take_nmi(struct vcpu *to)
{
	__atomic_store_n(&to->nmi_pending, 1, __ATOMIC_SEQ_CST);
	vcpu_kick(to);
}

static void deliver(struct vcpu *from, struct vcpu *to, uint64_t icr)
{
	switch (ICR_MODE(icr)) {
	case MODE_FIXED:
		if (software_enabled(to->vlapic))
			vlapic_set_irq(to, ICR_VECTOR(icr));
		break;
	case MODE_NMI:
		take_nmi(to);
		break;
	case MODE_INIT:
		/* Level de-assert only synchronises arbitration ids. */
		if ((icr & ICR_LEVEL) && !(icr & ICR_ASSERT))
			break;
		take_init(to);
		break;
	case MODE_STARTUP:
		take_startup(to, ICR_VECTOR(icr));
		break;
	default:
		break; /* SMI and ExtINT: there is nobody who would send them */
	}
}

/* Lowest priority: one that listens, with the least to do; @b may be NULL. */
static struct vcpu *lower_of(struct vcpu *b, struct vcpu *to)
{
	if (!software_enabled(to->vlapic))
		return b;
	return !b || vlapic_ppr(to->vlapic) < vlapic_ppr(b->vlapic) ? to : b;
}

void vlapic_send_ipi(struct vcpu *v, uint64_t icr)
{
	struct domain *d = v->domain;
	unsigned int mode = ICR_MODE(icr);
	struct vcpu *lowest = NULL;

	if (mode <= MODE_LOWEST && ICR_VECTOR(icr) < 16) {
		vlapic_error(v, ESR_SEND_ILLEGAL);
		return;
	}
	for (unsigned int i = 0; i < d->max_vcpus; i++) {
		struct vcpu *to = d->vcpu[i];

		if (!to || !to->vlapic || !is_target(v, to, icr))
			continue;
		if (mode == MODE_LOWEST)
			lowest = lower_of(lowest, to);
		else
			deliver(v, to, icr);
	}
	if (lowest)
		vlapic_set_irq(lowest, ICR_VECTOR(icr));
}
