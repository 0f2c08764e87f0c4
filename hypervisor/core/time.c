/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "time.h"
#include "evtchn.h"

#include <hv/arch.h>
#include <hv/domain.h>
#include <hv/pcpu.h>
#include <hv/unit.h>

#define NS_PER_SEC 1000000000ULL
/* In the 32-bit layout of shared_info the mask is shorter, so wc_* come sooner. */
#define NARROW_WC_OFFSET (2048 + 2 * 128)
#define NARROW_WC_SEC_HI (NARROW_WC_OFFSET + 12 + 24) /* behind six words of arch */

static void arm(struct timer *t, stime_t deadline)
{
	timer_migrate(t, this_cpu()->id);
	timer_set(t, deadline);
}

static void singleshot_fired(void *data)
{
	send_vcpu_virq(data, VIRQ_TIMER);
}

/* A vCPU that is not runnable misses ticks: they carry no information. */
static void periodic_fired(void *data)
{
	struct vcpu *v = data;
	uint64_t period = READ_ONCE(v->periodic_period_ns);

	if (!period)
		return;
	send_vcpu_virq(v, VIRQ_TIMER);
	timer_set(&v->periodic, stime_add(arch_now(), period));
}

bool vcpu_poll_end(struct vcpu *v)
{
	if (!__atomic_exchange_n(&v->polling, false, __ATOMIC_SEQ_CST))
		return false;
	__atomic_fetch_sub(&v->domain->poll_mask_any, 1, __ATOMIC_SEQ_CST);
	return true;
}

static void poll_fired(void *data)
{
	struct vcpu *v = data;

	if (vcpu_poll_end(v))
		vcpu_unblock(v);
}

void vcpu_set_singleshot(struct vcpu *v, stime_t deadline)
{
	arm(&v->singleshot, deadline);
}

void vcpu_set_periodic(struct vcpu *v, uint64_t ns)
{
	WRITE_ONCE(v->periodic_period_ns, ns);
	if (ns)
		arm(&v->periodic, stime_add(arch_now(), ns));
	else
		timer_stop(&v->periodic);
}

void vcpu_set_poll_timer(struct vcpu *v, stime_t deadline)
{
	arm(&v->poll, deadline);
}

/* --- watchdogs ------------------------------------------------------------------ */

static void watchdog_fired(void *data)
{
	struct domain *d = data;

	if (!d->shutting_down)
		domain_shutdown(d, SHUTDOWN_watchdog);
}

int domain_watchdog(struct domain *d, uint32_t id, uint32_t seconds)
{
	stime_t deadline = stime_add(arch_now(), (int64_t)(seconds * NS_PER_SEC));
	bool fresh = !id; /* without time it fires at once, as in Xen */
	int rc = 0;

	if (id > ARRAY_SIZE(d->watchdog))
		return -XEN_EINVAL;
	spin_lock(&d->lock);
	if (!id) {
		while (id < ARRAY_SIZE(d->watchdog) && (d->watchdog_used & (1u << id)))
			id++;
		rc = id < ARRAY_SIZE(d->watchdog) ? (int)++id : -XEN_ENOSPC;
		if (rc > 0)
			d->watchdog_used |= 1u << (id - 1);
	} else if (!(d->watchdog_used & (1u << (id - 1)))) {
		rc = -XEN_EINVAL;
	}
	if (rc >= 0 && (seconds || fresh)) {
		arm(&d->watchdog[id - 1], deadline);
	} else if (rc >= 0) {
		timer_stop(&d->watchdog[id - 1]);
		d->watchdog_used &= ~(1u << (id - 1));
	}
	spin_unlock(&d->lock);
	return rc;
}

/* --- wall clock ------------------------------------------------------------------- */

struct wallclock {
	uint32_t version, sec, nsec;
};

void domain_set_wallclock(struct domain *d, int64_t offset_sec)
{
	char *page = (char *)d->shared_info;
	bool narrow = d->evtchn->narrow;
	struct wallclock *wc = (struct wallclock *)(void *)&d->shared_info->wc_version;
	uint32_t *hi = &d->shared_info->wc_sec_hi;
	uint64_t sec;

	if (narrow) {
		wc = (struct wallclock *)(void *)(page + NARROW_WC_OFFSET);
		hi = (uint32_t *)(void *)(page + NARROW_WC_SEC_HI);
	}
	spin_lock(&d->lock);
	d->time_offset = offset_sec;
	d->wallclock_sec = sec = arch_wallclock_boot() + (uint64_t)offset_sec;
	/* Odd while it changes; readers try again. */
	WRITE_ONCE(wc->version, wc->version | 1);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	WRITE_ONCE(wc->sec, sec);
	WRITE_ONCE(wc->nsec, 0);
	WRITE_ONCE(*hi, sec >> 32);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	WRITE_ONCE(wc->version, wc->version + 1);
	spin_unlock(&d->lock);
}

/* --- life ------------------------------------------------------------------------- */

static int time_domain_create(struct domain *d)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(d->watchdog); i++)
		timer_init(&d->watchdog[i], watchdog_fired, d, 0);
	domain_set_wallclock(d, 0);
	return 0;
}

static int time_relinquish(struct domain *d)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(d->watchdog); i++)
		if (d->watchdog[i].fn)
			timer_kill(&d->watchdog[i]);
	for (unsigned int i = 0; i < d->max_vcpus; i++) {
		struct vcpu *v = d->vcpu[i];

		if (!v)
			continue;
		WRITE_ONCE(v->periodic_period_ns, 0);
		timer_kill(&v->singleshot);
		timer_kill(&v->periodic);
		timer_kill(&v->poll);
	}
	return 0;
}

static int time_vcpu_create(struct vcpu *v)
{
	timer_init(&v->singleshot, singleshot_fired, v, this_cpu()->id);
	timer_init(&v->periodic, periodic_fired, v, this_cpu()->id);
	timer_init(&v->poll, poll_fired, v, this_cpu()->id);
	vcpu_update_time(v);
	return 0;
}

static void time_vcpu_destroy(struct vcpu *v)
{
	/* A vCPU whose creation failed before this unit's turn has blank timers. */
	if (!v->singleshot.fn)
		return;
	WRITE_ONCE(v->periodic_period_ns, 0);
	timer_kill(&v->singleshot);
	timer_kill(&v->periodic);
	timer_kill(&v->poll);
}

const struct unit time_unit = {
	.name = "time",
	.domain_create = time_domain_create,
	.domain_relinquish = time_relinquish,
	.vcpu_create = time_vcpu_create,
	.vcpu_destroy = time_vcpu_destroy,
};
