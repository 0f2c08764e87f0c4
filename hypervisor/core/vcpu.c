/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <hv/arch.h>
#include <hv/arch_x86.h>
#include <hv/domain.h>
#include <hv/evtchn.h>
#include <hv/guest_access.h>
#include <hv/heap.h>
#include <hv/pcpu.h>
#include <hv/printk.h>
#include <hv/sched.h>
#include <hv/string.h>
#include <hv/unit.h>
#include <hv/vlapic.h>

#define TIMERS_PER_VCPU 8 /* singleshot, periodic, poll, APIC, and room */

static bool unit_wanted(const struct unit *u, const struct domain *d)
{
	/* The external dom0 has channels and grants, but no guest state. */
	return !d->external || u == &evtchn_unit || u == &gnttab_unit;
}

static void units_undo(struct vcpu *v, unsigned int n)
{
	while (n--)
		if (units[n]->vcpu_destroy && unit_wanted(units[n], v->domain))
			units[n]->vcpu_destroy(v);
}

int vcpu_create(struct domain *d, unsigned int id)
{
	struct vcpu *v = heap_alloc(sizeof(*v));
	unsigned int i = 0;
	int rc = -XEN_ENOMEM;

	if (!v)
		return rc;
	v->id = id;
	v->domain = d;
	v->pause_flags = VPF_DOWN | (d->pause_count ? VPF_PAUSED : 0);
	v->hard.bits = v->soft.bits = ~0ULL;
	v->last_cpu = ~0u;
	v->runstate = d->external ? RUNSTATE_runnable : RUNSTATE_offline;
	v->runstate_entry = arch_now().ns;
	v->vcpu_info_mfn = mk_mfn(INVALID_FRAME);
	v->vcpu_info = id < XEN_LEGACY_MAX_VCPUS ? &d->shared_info->vcpu_info[id]
						 : &d->spare_vcpu_info[id];
	if (timers_reserve(TIMERS_PER_VCPU))
		goto free;
	for (; i < nr_units; i++) {
		if (!units[i]->vcpu_create || !unit_wanted(units[i], d))
			continue;
		rc = units[i]->vcpu_create(v);
		if (rc)
			goto undo;
	}
	__atomic_store_n(&d->vcpu[id], v, __ATOMIC_RELEASE);
	return 0;
undo:
	units_undo(v, i);
	timers_unreserve(TIMERS_PER_VCPU);
free:
	heap_free(v);
	return rc;
}

void vcpu_destroy(struct vcpu *v)
{
	ASSERT(!v->running);
	units_undo(v, nr_units);
	timers_unreserve(TIMERS_PER_VCPU);
	v->domain->vcpu[v->id] = NULL;
	heap_free(v);
}

void vcpu_clear_flags(struct vcpu *v, uint32_t flags)
{
	uint32_t old = __atomic_fetch_and(&v->pause_flags, ~flags, __ATOMIC_SEQ_CST);

	if (old && !(old & ~flags))
		sched_wake(v);
}

void vcpu_set_flags(struct vcpu *v, uint32_t flags)
{
	uint32_t old = __atomic_fetch_or(&v->pause_flags, flags, __ATOMIC_SEQ_CST);

	if (!old)
		sched_sleep(v);
}

void vcpu_unblock(struct vcpu *v)
{
	vcpu_clear_flags(v, VPF_BLOCKED);
}

void vcpu_kick(struct vcpu *v)
{
	vcpu_unblock(v);
	if (READ_ONCE(v->running))
		arch_kick(READ_ONCE(v->cpu));
}

void vcpu_sync(const struct vcpu *v)
{
	while (__atomic_load_n(&v->running, __ATOMIC_ACQUIRE)) {
		if (READ_ONCE(v->cpu) == this_cpu()->id) {
			/* Serving the link, the context loaded here is nobody's caller. */
			if (this_cpu()->serving)
				sched_now();
			return;
		}
		arch_kick(READ_ONCE(v->cpu));
		for (int i = 0; i < 100 && READ_ONCE(v->running); i++)
			arch_relax();
	}
}

void vcpu_pause(struct vcpu *v)
{
	spin_lock(&v->domain->lock);
	v->pause_count++;
	vcpu_set_flags(v, VPF_PAUSED);
	spin_unlock(&v->domain->lock);
	vcpu_sync(v);
}

void vcpu_unpause(struct vcpu *v)
{
	spin_lock(&v->domain->lock);
	ASSERT(v->pause_count);
	if (--v->pause_count == 0 && v->domain->pause_count == 0)
		vcpu_clear_flags(v, VPF_PAUSED);
	spin_unlock(&v->domain->lock);
}

bool vcpu_has_wakeup(const struct vcpu *v)
{
	return vcpu_event_pending(v) || READ_ONCE(v->nmi_pending) ||
	       (v->vlapic && vlapic_pending(v) >= 0);
}

void vcpu_block(struct vcpu *v)
{
	vcpu_set_flags(v, VPF_BLOCKED);
	/* An event that came before the flag was set would not have cleared it. */
	if (vcpu_has_wakeup(v))
		vcpu_unblock(v);
}

void vcpu_down(struct vcpu *v)
{
	struct domain *d = v->domain;
	unsigned int up = 0;

	spin_lock(&d->lock);
	vcpu_set_flags(v, VPF_DOWN);
	for (unsigned int i = 0; i < d->max_vcpus; i++)
		if (d->vcpu[i] && !(READ_ONCE(d->vcpu[i]->pause_flags) & VPF_DOWN))
			up++;
	spin_unlock(&d->lock);
	if (!up)
		domain_shutdown(d, SHUTDOWN_poweroff);
}

/* --- accounting -------------------------------------------------------------- */

/* Wake-up to running, in the bucket of its power of two. */
static void count_delay(struct vcpu *v, int64_t now)
{
	uint64_t us = (uint64_t)(now - v->woken) / 1000;
	unsigned int bucket = us ? 64 - (unsigned int)__builtin_clzll(us) : 0;

	v->stats.wake_delay[MIN(bucket, NACRE_WAKE_BUCKETS - 1)]++;
	v->woken = 0;
}

static void count_wake(struct vcpu *v, int state, int64_t now)
{
	if (state == RUNSTATE_runnable && v->runstate == RUNSTATE_blocked) {
		v->woken = now;
		v->stats.wakes++;
	} else if (state == RUNSTATE_running && v->woken) {
		count_delay(v, now);
	} else if (state >= RUNSTATE_blocked && !(READ_ONCE(v->pause_flags) & VPF_PARKED)) {
		v->woken = 0; /* before it ran */
	}
}

void vcpu_runstate_change(struct vcpu *v, int state, stime_t now)
{
	count_wake(v, state, now.ns);
	if (now.ns > (int64_t)v->runstate_entry)
		v->runstate_time[v->runstate] += now.ns - v->runstate_entry;
	v->runstate_entry = now.ns;
	v->runstate = state;
}

void vcpu_runstate_get(const struct vcpu *v, struct vcpu_runstate_info *out)
{
	int64_t since = arch_now().ns - v->runstate_entry;

	out->state = v->runstate;
	out->state_entry_time = v->runstate_entry;
	for (int i = 0; i < 4; i++)
		out->time[i] = v->runstate_time[i];
	if (since > 0)
		out->time[out->state] += since;
}

uint64_t vcpu_cpu_time(const struct vcpu *v)
{
	struct vcpu_runstate_info info;

	vcpu_runstate_get(v, &info);
	return info.time[RUNSTATE_running];
}

size_t vcpu_runstate_image(const struct vcpu *v, bool compat, uint8_t out[RUNSTATE_BYTES])
{
	struct vcpu_runstate_info info;
	size_t head = sizeof(uint32_t), at = offsetof(struct vcpu_runstate_info, state_entry_time);

	/* The hole behind the state goes to the guest, too. */
	memset(out, 0, RUNSTATE_BYTES);
	vcpu_runstate_get(v, &info);
	/* i386 aligns 64-bit members to four bytes. */
	memcpy(out, &info.state, head);
	memcpy(out + (compat ? head : at), &info.state_entry_time, sizeof(info) - at);
	return compat ? sizeof(info) - at + head : sizeof(info);
}

static void put_runstate(struct vcpu *v, size_t at, const uint8_t *image, size_t len)
{
	/* The guest may have unmapped it since: that is its own loss. */
	copy_to_vcpu_gva(v, (gva_t){v->runstate_area.v + at}, image + at, len);
}

/* With VMASST_TYPE_runstate_update_flag another vCPU can read the area: bit 63 of
 * the entry time is set while the rest changes (xen/vcpu.h). */
void vcpu_update_runstate_area(struct vcpu *v)
{
	bool compat = v->runstate_compat, flagged = READ_ONCE(v->domain->runstate_flag);
	size_t at =
		compat ? sizeof(uint32_t) : offsetof(struct vcpu_runstate_info, state_entry_time);
	uint8_t image[RUNSTATE_BYTES], *top = image + at + sizeof(uint64_t) - 1;
	size_t len;

	if (!v->runstate_area.v)
		return;
	len = vcpu_runstate_image(v, compat, image);
	if (flagged) {
		*top |= XEN_RUNSTATE_UPDATE >> 56;
		put_runstate(v, (size_t)(top - image), image, 1);
	}
	put_runstate(v, 0, image, len);
	if (flagged) {
		*top &= (uint8_t) ~(XEN_RUNSTATE_UPDATE >> 56);
		put_runstate(v, (size_t)(top - image), image, 1);
	}
}

/* The guest's second copy, at an address of its own; tried again until it is there. */
static void put_time_area(struct vcpu *v)
{
	vcpu_time_info_t t = v->time;

	t.version |= 1;
	if (copy_to_vcpu_gva(v, v->time_area, &t.version, sizeof(t.version)) ||
	    copy_to_vcpu_gva(v, v->time_area, &t, sizeof(t)) ||
	    copy_to_vcpu_gva(v, v->time_area, &v->time.version, sizeof(t.version)))
		return;
	WRITE_ONCE(v->time_area_stale, false);
}

/* Nobody reads a version that is odd. */
static void put_time(vcpu_time_info_t *t, const vcpu_time_info_t *now)
{
	WRITE_ONCE(t->version, now->version - 1);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	memcpy(&t->tsc_timestamp, &now->tsc_timestamp,
	       sizeof(*t) - offsetof(vcpu_time_info_t, tsc_timestamp));
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	WRITE_ONCE(t->version, now->version);
}

void vcpu_update_time(struct vcpu *v)
{
	const vcpu_time_info_t *t = &v->vcpu_info->time;
	vcpu_time_info_t *now = &v->time;

	now->tsc_timestamp = arch_tsc_boot() + (uint64_t)hvm_tsc_offset(v);
	arch_pvclock_scale(&now->tsc_to_system_mul, &now->tsc_shift);
	/* One linear clock for all CPUs: right until the guest moves its own TSC. */
	if (t->tsc_to_system_mul != now->tsc_to_system_mul || t->tsc_shift != now->tsc_shift ||
	    t->tsc_timestamp != now->tsc_timestamp) {
		now->version += 2;
		put_time(&v->vcpu_info->time, now);
		v->time_area_stale = true;
	}
	if (v->time_area.v && READ_ONCE(v->time_area_stale))
		put_time_area(v);
}
