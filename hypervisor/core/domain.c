/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <hv/arch.h>
#include <hv/domain.h>
#include <hv/evtchn.h>
#include <hv/frame.h>
#include <hv/heap.h>
#include <hv/hypercall.h>
#include <hv/printk.h>
#include <hv/string.h>
#include <hv/unit.h>

struct domain *dom0;

/* Guards the list, the table and the choice of a free id. */
static spinlock_t table_lock = SPINLOCK_INIT;
static struct list all_domains = LIST_INIT(all_domains);
static struct domain *by_id[MAX_DOMAINS];
static domid_t last_id;

void domains_init(void)
{
	list_init(&all_domains);
	memset(by_id, 0, sizeof(by_id));
	last_id = 0;
	dom0 = NULL;
}

/* --- look-up and references --------------------------------------------------- */

bool domain_ref(struct domain *d)
{
	uint32_t refs = __atomic_load_n(&d->refs, __ATOMIC_RELAXED);

	do {
		if (!refs)
			return false;
	} while (!__atomic_compare_exchange_n(&d->refs, &refs, refs + 1, false, __ATOMIC_ACQUIRE,
					      __ATOMIC_RELAXED));
	return true;
}

struct domain *domain_get(domid_t id)
{
	struct domain *d;

	if (id >= MAX_DOMAINS)
		return NULL;
	spin_lock(&table_lock);
	d = by_id[id];
	if (d && (d->dying == DOM_DEAD || !domain_ref(d)))
		d = NULL;
	spin_unlock(&table_lock);
	return d;
}

struct domain *domain_get_for(struct domain *self, domid_t id)
{
	if (id == DOMID_SELF)
		return domain_ref(self) ? self : NULL;
	return domain_get(id);
}

struct domain *domain_next(domid_t first)
{
	struct domain *found = NULL;
	struct list *p;

	spin_lock(&table_lock);
	list_for_each (p, &all_domains) {
		struct domain *d = list_entry(p, struct domain, link);

		if (d->id >= first && domain_ref(d)) {
			found = d;
			break;
		}
	}
	spin_unlock(&table_lock);
	return found;
}

static bool unit_wanted(const struct unit *u, const struct domain *d)
{
	return !d->external || u == &evtchn_unit || u == &gnttab_unit || u == &sched_unit;
}

static void units_undo(struct domain *d, unsigned int n)
{
	while (n--)
		if (units[n]->domain_destroy && unit_wanted(units[n], d))
			units[n]->domain_destroy(d);
}

static void domain_free(struct domain *d)
{
	for (unsigned int i = d->max_vcpus; i-- > 0;)
		if (d->vcpu && d->vcpu[i])
			vcpu_destroy(d->vcpu[i]);
	units_undo(d, nr_units);
	if (d->shared_info && !d->external)
		frame_unshare_xen(d->shared_info);
	heap_free(d->memory_map);
	heap_free(d->spare_vcpu_info);
	heap_free(d->vcpu);
	spin_lock(&table_lock);
	by_id[d->id] = NULL;
	list_del(&d->link);
	spin_unlock(&table_lock);
	heap_free(d);
}

void domain_put(struct domain *d)
{
	if (__atomic_fetch_sub(&d->refs, 1, __ATOMIC_ACQ_REL) == 1)
		domain_free(d);
}

void domain_put_id(domid_t id)
{
	/* The caller's reference keeps the entry. */
	domain_put(by_id[id]);
}

/* --- creation ------------------------------------------------------------------ */

/* table_lock held. Ids are reused as late as possible, as Xen does. */
static int choose_id(domid_t *id)
{
	domid_t c = last_id;

	if (*id)
		return by_id[*id] ? -XEN_EEXIST : 0;
	for (int n = 1; n < MAX_DOMAINS; n++) {
		c = c + 1 < MAX_DOMAINS ? c + 1 : 1;
		if (!by_id[c]) {
			*id = last_id = c;
			return 0;
		}
	}
	return -XEN_ENOMEM;
}

static int enter_table(struct domain *d, domid_t id)
{
	struct list *p;
	int rc = 0;

	spin_lock(&table_lock);
	if (!d->privileged)
		rc = choose_id(&id);
	if (!rc) {
		d->id = id;
		by_id[id] = d;
		list_for_each (p, &all_domains)
			if (list_entry(p, struct domain, link)->id > id)
				break;
		list_add_before(p, &d->link);
	}
	spin_unlock(&table_lock);
	return rc;
}

/* What every domain has, before it is in the table. */
static struct domain *domain_alloc(unsigned int max_vcpus)
{
	struct domain *d = heap_alloc(sizeof(*d));

	if (!d)
		return NULL;
	list_init(&d->link);
	list_init(&d->cpupool_link);
	d->refs = 1;
	d->max_vcpus = max_vcpus;
	d->first_frame = UINT32_MAX;
	d->shutdown_code = SHUTDOWN_CODE_INVALID;
	d->vcpu = heap_array(max_vcpus, sizeof(*d->vcpu));
	d->spare_vcpu_info = heap_array(max_vcpus, sizeof(vcpu_info_t));
	if (d->vcpu && d->spare_vcpu_info)
		return d;
	heap_free(d->vcpu);
	heap_free(d->spare_vcpu_info);
	heap_free(d);
	return NULL;
}

static int run_units(struct domain *d)
{
	for (unsigned int i = 0; i < nr_units; i++) {
		int rc;

		if (!units[i]->domain_create || !unit_wanted(units[i], d))
			continue;
		rc = units[i]->domain_create(d);
		if (rc)
			return rc;
	}
	return 0;
}

int domain_create(domid_t id, const struct xen_domctl_createdomain *config, struct domain **out)
{
	struct domain *d = domain_alloc(config->max_vcpus);
	void *page;
	int rc;

	if (!d)
		return -XEN_ENOMEM;
	memcpy(d->handle, config->handle, sizeof(d->handle));
	d->ssidref = config->ssidref;
	d->create_flags = config->flags;
	d->emulation_flags = config->arch.emulation_flags;
	d->config = *config;
	/* Paused until the toolstack has built it. */
	d->pause_count = d->controller_pauses = 1;
	d->controller_paused = true;
	rc = enter_table(d, id);
	if (rc)
		goto free;
	page = pages_alloc(0);
	rc = -XEN_ENOMEM;
	if (!page)
		goto free;
	d->shared_info = page;
	frame_share_xen(page, d);
	rc = run_units(d);
	if (rc)
		goto free;
	domain_ref(d);
	*out = d;
	return 0;
free:
	d->dying = DOM_DEAD;
	domain_put(d);
	return rc;
}

int domain_create_external0(unsigned int nr_vcpus, shared_info_t *shared)
{
	struct domain *d = domain_alloc(nr_vcpus);
	int rc;

	if (!d)
		return -XEN_ENOMEM;
	d->privileged = d->external = true;
	d->creation_finished = true;
	d->shared_info = shared;
	d->config.max_evtchn_port = -1;
	d->config.max_grant_frames = 0;
	d->config.max_maptrack_frames = 1024;
	enter_table(d, 0);
	dom0 = d;
	rc = run_units(d);
	for (unsigned int i = 0; !rc && i < nr_vcpus; i++) {
		rc = vcpu_create(d, i);
		if (!rc)
			d->vcpu[i]->pause_flags = 0;
	}
	return rc;
}

/* --- destruction ------------------------------------------------------------------ */

static int release_memory(struct domain *d)
{
	mfn_t mfn;

	while (mfn_valid_value(mfn = frame_first_of(d))) {
		for (int i = 0; i < 64 && mfn_valid_value(mfn); i++) {
			frame_release_domain(d, mfn);
			mfn = frame_first_of(d);
		}
		if (hypercall_preempt_check())
			return -XEN_ERESTART;
	}
	return 0;
}

int domain_kill(struct domain *d)
{
	if (d->dying == DOM_DEAD)
		return 0;
	if (d->dying == DOM_ALIVE) {
		domain_pause(d);
		spin_lock(&d->page_lock);
		d->dying = DOM_DYING;
		spin_unlock(&d->page_lock);
		d->destroy_step = nr_units;
	}
	while (d->destroy_step) {
		const struct unit *u = units[d->destroy_step - 1];

		if (u->domain_relinquish && u->domain_relinquish(d) == -XEN_ERESTART)
			return -XEN_ERESTART;
		d->destroy_step--;
	}
	if (release_memory(d))
		return -XEN_ERESTART;
	d->dying = DOM_DEAD;
	send_global_virq(VIRQ_DOM_EXC);
	domain_put(d); /* the table's */
	return 0;
}
