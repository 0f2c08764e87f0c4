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

bool vcpu_runnable(const struct vcpu *v)
{
	return !__atomic_load_n(&v->pause_flags, __ATOMIC_ACQUIRE);
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

void vcpu_runstate_change(struct vcpu *v, int state, stime_t now)
{
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

void vcpu_update_runstate_area(struct vcpu *v)
{
	/* i386 aligns 64-bit members to four bytes. */
	struct __attribute__((packed)) {
		int32_t state;
		uint64_t entry, time[4];
	} compat;
	struct vcpu_runstate_info info;

	if (!v->runstate_area.v)
		return;
	vcpu_runstate_get(v, &info);
	/* The guest may have unmapped it since: that is its own loss. */
	if (!v->runstate_compat) {
		copy_to_vcpu_gva(v, v->runstate_area, &info, sizeof(info));
		return;
	}
	compat.state = info.state;
	compat.entry = info.state_entry_time;
	memcpy(compat.time, info.time, sizeof(compat.time));
	copy_to_vcpu_gva(v, v->runstate_area, &compat, sizeof(compat));
}

void vcpu_update_time(struct vcpu *v)
{
	vcpu_time_info_t *t = &v->vcpu_info->time;
	uint64_t zero = arch_tsc_boot() + (uint64_t)hvm_tsc_offset(v);
	uint32_t mul;
	int8_t shift;

	arch_pvclock_scale(&mul, &shift);
	/* One linear clock for all CPUs: right until the guest moves its own TSC. */
	if (t->tsc_to_system_mul == mul && t->tsc_shift == shift && t->tsc_timestamp == zero)
		return;
	v->pvclock_version = (v->pvclock_version & ~1u) + 2;
	WRITE_ONCE(t->version, v->pvclock_version | 1);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	t->tsc_timestamp = zero;
	t->system_time = 0;
	t->tsc_to_system_mul = mul;
	t->tsc_shift = shift;
	t->flags = 0;
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	WRITE_ONCE(t->version, v->pvclock_version + 2);
	v->pvclock_version += 2;
}
