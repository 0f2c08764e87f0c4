/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Pausing, shutting down and describing domains. */
#include <stdarg.h>
#include <hv/arch.h>
#include <hv/domain.h>
#include <hv/evtchn.h>
#include <hv/guest_access.h>
#include <hv/hvm.h>
#include <hv/pcpu.h>
#include <hv/printk.h>
#include <hv/sched.h>
#include <hv/string.h>

#define MAX_CONTROLLER_PAUSES 255

static struct vcpu *vcpu_at(const struct domain *d, unsigned int i)
{
	return __atomic_load_n(&d->vcpu[i], __ATOMIC_ACQUIRE);
}

/* d->lock held. */
static void pause_locked(struct domain *d)
{
	d->pause_count++;
	for (unsigned int i = 0; i < d->max_vcpus; i++)
		if (vcpu_at(d, i))
			vcpu_set_flags(vcpu_at(d, i), VPF_PAUSED);
}

static void unpause_locked(struct domain *d)
{
	ASSERT(d->pause_count);
	if (--d->pause_count)
		return;
	for (unsigned int i = 0; i < d->max_vcpus; i++) {
		struct vcpu *v = vcpu_at(d, i);

		if (v && !v->pause_count)
			vcpu_clear_flags(v, VPF_PAUSED);
	}
}

void domain_pause_nosync(struct domain *d)
{
	spin_lock(&d->lock);
	pause_locked(d);
	spin_unlock(&d->lock);
}

void domain_pause(struct domain *d)
{
	domain_pause_nosync(d);
	for (unsigned int i = 0; i < d->max_vcpus; i++)
		if (vcpu_at(d, i))
			vcpu_sync(vcpu_at(d, i));
}

void domain_unpause(struct domain *d)
{
	spin_lock(&d->lock);
	unpause_locked(d);
	spin_unlock(&d->lock);
}

int domain_pause_by_controller(struct domain *d)
{
	spin_lock(&d->lock);
	if (d->controller_pauses >= MAX_CONTROLLER_PAUSES) {
		spin_unlock(&d->lock);
		return -XEN_EOVERFLOW;
	}
	d->controller_pauses++;
	d->controller_paused = true;
	pause_locked(d);
	spin_unlock(&d->lock);
	for (unsigned int i = 0; i < d->max_vcpus; i++)
		if (vcpu_at(d, i))
			vcpu_sync(vcpu_at(d, i));
	return 0;
}

int domain_unpause_by_controller(struct domain *d)
{
	int rc = -XEN_EINVAL;

	spin_lock(&d->lock);
	if (d->controller_pauses) {
		d->creation_finished = true;
		d->controller_paused = --d->controller_pauses > 0;
		unpause_locked(d);
		rc = 0;
	}
	spin_unlock(&d->lock);
	return rc;
}

void domain_shutdown(struct domain *d, uint8_t reason)
{
	spin_lock(&d->lock);
	if (d->shutting_down) {
		spin_unlock(&d->lock);
		return;
	}
	d->shutting_down = true;
	if (d->shutdown_code == SHUTDOWN_CODE_INVALID)
		d->shutdown_code = reason;
	pause_locked(d);
	d->shut_down = true;
	spin_unlock(&d->lock);
	send_global_virq(VIRQ_DOM_EXC);
}

void domain_resume(struct domain *d)
{
	spin_lock(&d->lock);
	if (d->shutting_down) {
		d->shutting_down = d->shut_down = false;
		d->shutdown_code = SHUTDOWN_CODE_INVALID;
		unpause_locked(d);
	}
	spin_unlock(&d->lock);
}

void domain_crash(struct domain *d, const char *why, ...)
{
	char text[160];
	va_list ap;

	va_start(ap, why);
	hv_vsnprintf(text, sizeof(text), why, ap);
	va_end(ap);
	if (!d->shutting_down) {
		struct vcpu *v = serving_vcpu();

		printk("Domain %u crashed: %s\n", d->id, text);
		if (v && v->domain == d && !d->external)
			hvm_dump_state(v);
	}
	domain_shutdown(d, SHUTDOWN_crash);
}

void domain_getinfo(struct domain *d, struct xen_domctl_getdomaininfo *out)
{
	uint32_t flags = XEN_DOMINF_blocked;

	memset(out, 0, sizeof(*out));
	out->domain = d->id;
	for (unsigned int i = 0; i < d->max_vcpus; i++) {
		struct vcpu *v = vcpu_at(d, i);
		uint32_t pf;

		if (!v)
			continue;
		out->max_vcpu_id = i;
		out->cpu_time += vcpu_cpu_time(v);
		pf = READ_ONCE(v->pause_flags);
		if (pf & VPF_DOWN)
			continue;
		out->nr_online_vcpus++;
		if (!(pf & VPF_BLOCKED))
			flags &= ~XEN_DOMINF_blocked;
		if (v->running)
			flags |= XEN_DOMINF_running;
	}
	/* Nobody left to be blocked. */
	if (!out->nr_online_vcpus)
		flags = 0;
	/* Whoever asks through the link is the hosted dom0: it runs. */
	if (d->external)
		flags = XEN_DOMINF_running;
	else
		flags |= XEN_DOMINF_hvm_guest | XEN_DOMINF_hap;
	if (d->dying != DOM_ALIVE)
		flags |= XEN_DOMINF_dying;
	if (d->shut_down)
		flags |= XEN_DOMINF_shutdown;
	if (d->controller_paused)
		flags |= XEN_DOMINF_paused;
	if (d->shutdown_code != SHUTDOWN_CODE_INVALID)
		flags |= (uint32_t)d->shutdown_code << XEN_DOMINF_shutdownshift;
	out->flags = flags;
	out->tot_pages = d->tot_pages;
	out->max_pages = d->max_pages;
	out->outstanding_pages = d->outstanding_pages;
	out->shr_pages = d->shared_pages;
	out->shared_info_frame = d->external ? INVALID_FRAME : virt_to_mfn(d->shared_info).v;
	out->ssidref = d->ssidref;
	memcpy(out->handle, d->handle, sizeof(out->handle));
	out->cpupool = d->cpupool ? d->cpupool->id : 0; /* NULL: half made */
	out->gpaddr_bits = d->external ? 0 : 48;
	out->arch_config.emulation_flags = d->emulation_flags;
}
