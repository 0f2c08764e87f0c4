/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "model.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <uuid/uuid.h>

int domain_shutdown_reason(const struct domain *d)
{
	if (!(d->info.flags & XEN_DOMINF_shutdown))
		return -1;
	return (int)((d->info.flags >> XEN_DOMINF_shutdownshift) & XEN_DOMINF_shutdownmask);
}

static struct domain *domain_new(const struct xen_domctl_getdomaininfo *info)
{
	struct domain *d = calloc(1, sizeof(*d));

	if (!d)
		return NULL;
	d->domid = info->domain;
	d->generation = 1;
	uuid_unparse_lower(info->handle, d->uuid);
	d->info = *info;
	return d;
}

static void domain_free(struct domain *d)
{
	if (!d)
		return;
	free(d->name);
	free(d);
}

static void remember_gone(struct model *m, const struct domain *d)
{
	struct gone *g = &m->gone[m->next_gone++ % LIMIT_GONE];

	free(g->name);
	g->domid = d->domid;
	g->generation = d->generation;
	g->reason = domain_shutdown_reason(d);
	memcpy(g->uuid, d->uuid, sizeof(g->uuid));
	g->name = d->name ? strdup(d->name) : NULL;
}

/* What an entry of the new list means for the domain that was known: tells it. */
static void tell_changes(struct model *m, struct domain *d, uint32_t old_flags,
			 model_callback changed, void *arg)
{
	uint32_t now = d->info.flags, rose = now & ~old_flags, fell = old_flags & ~now;

	if (d->ended)
		return;
	if (rose & XEN_DOMINF_paused)
		changed(arg, MODEL_PAUSED, d);
	if (fell & XEN_DOMINF_paused)
		changed(arg, MODEL_UNPAUSED, d);
	if (rose & XEN_DOMINF_shutdown)
		changed(arg, MODEL_SHUTDOWN, d);
	if (now & XEN_DOMINF_dying) {
		d->ended = true;
		remember_gone(m, d);
		changed(arg, MODEL_DESTROYED, d);
	}
}

static void tell_appeared(struct model *m, struct domain *d, model_callback changed, void *arg)
{
	changed(arg, MODEL_APPEARED, d);
	tell_changes(m, d, d->info.flags & XEN_DOMINF_paused, changed, arg);
}

static void tell_forgotten(struct model *m, struct domain *d, model_callback changed, void *arg)
{
	if (!d->ended) {
		d->ended = true;
		remember_gone(m, d);
		changed(arg, MODEL_DESTROYED, d);
	}
	changed(arg, MODEL_FORGOTTEN, d);
	domain_free(d);
}

/* One comparison of old and new, kept until the model is complete. */
struct diff {
	struct domain *d;
	uint32_t old_flags;
	enum { DIFF_NEW, DIFF_KEPT, DIFF_RENUMBERED, DIFF_OLD } kind;
};

static bool same_domain(const struct domain *d, const struct xen_domctl_getdomaininfo *info)
{
	/* Ids are given again only after a long time: with another UUID under the
	 * same id it was given a new handle, unless the old one was on its way out. */
	return d->domid == info->domain &&
	       (!(d->info.flags & XEN_DOMINF_dying) || (info->flags & XEN_DOMINF_dying));
}

static void keep(struct diff *diff, struct domain *d, const struct xen_domctl_getdomaininfo *info)
{
	*diff = (struct diff){.d = d, .old_flags = d->info.flags, .kind = DIFF_KEPT};
	if (memcmp(info->handle, d->info.handle, sizeof(info->handle)) != 0) {
		diff->kind = DIFF_RENUMBERED;
		uuid_unparse_lower(info->handle, d->uuid);
	}
	d->info = *info;
}

/* Merge of two ascending lists. Returns the number of diffs, or -ENOMEM with
 * the model as it was (nothing is kept before everything new is allocated). */
static long merge(struct model *m, const struct xen_domctl_getdomaininfo *infos, size_t nr,
		  struct domain **fresh, struct diff *diffs)
{
	size_t i = 0, j = 0, n = 0;

	for (j = 0; j < nr; j++) {
		while (i < m->nr && m->domains[i]->domid < infos[j].domain)
			i++;
		if (i < m->nr && same_domain(m->domains[i], &infos[j]))
			continue;
		fresh[j] = domain_new(&infos[j]);
		if (!fresh[j])
			return -ENOMEM;
	}
	for (i = 0, j = 0; i < m->nr || j < nr;) {
		struct domain *old = i < m->nr ? m->domains[i] : NULL;

		if (old && (j == nr || old->domid < infos[j].domain ||
			    (old->domid == infos[j].domain && fresh[j]))) {
			diffs[n++] = (struct diff){.d = old, .kind = DIFF_OLD};
			i++;
			if (j == nr || old->domid < infos[j].domain)
				continue;
		}
		if (fresh[j]) {
			diffs[n++] = (struct diff){.d = fresh[j], .kind = DIFF_NEW};
		} else {
			keep(&diffs[n++], old, &infos[j]);
			fresh[j] = old;
			i++;
		}
		j++;
	}
	return (long)n;
}

static void tell(struct model *m, const struct diff *diff, model_callback changed, void *arg)
{
	switch (diff->kind) {
	case DIFF_NEW:
		tell_appeared(m, diff->d, changed, arg);
		break;
	case DIFF_OLD:
		tell_forgotten(m, diff->d, changed, arg);
		break;
	case DIFF_RENUMBERED:
		changed(arg, MODEL_RENUMBERED, diff->d);
		tell_changes(m, diff->d, diff->old_flags, changed, arg);
		break;
	case DIFF_KEPT:
		tell_changes(m, diff->d, diff->old_flags, changed, arg);
		break;
	}
}

int model_apply(struct model *m, const struct xen_domctl_getdomaininfo *infos, size_t nr,
		model_callback changed, void *arg)
{
	struct domain **fresh = calloc(nr + 1, sizeof(struct domain *));
	struct diff *diffs = calloc(nr + m->nr + 1, sizeof(*diffs));
	long n = -ENOMEM, i;
	size_t j;

	if (fresh && diffs)
		n = merge(m, infos, nr, fresh, diffs);
	if (n < 0) {
		for (j = 0; fresh && j < nr; j++)
			domain_free(fresh[j]);
		free(fresh);
		free(diffs);
		return -ENOMEM;
	}
	free(m->domains);
	m->domains = fresh;
	m->nr = nr;
	for (i = 0; i < n; i++)
		tell(m, &diffs[i], changed, arg);
	free(diffs);
	return 0;
}

void model_free(struct model *m)
{
	size_t i;

	for (i = 0; i < m->nr; i++)
		domain_free(m->domains[i]);
	free(m->domains);
	for (i = 0; i < LIMIT_GONE; i++)
		free(m->gone[i].name);
	memset(m, 0, sizeof(*m));
}

struct domain *model_by_domid(const struct model *m, uint32_t domid)
{
	size_t from = 0, to = m->nr;

	while (from < to) {
		size_t middle = from + (to - from) / 2;
		struct domain *d = m->domains[middle];

		if (d->domid == domid)
			return d;
		if (d->domid < domid)
			from = middle + 1;
		else
			to = middle;
	}
	return NULL;
}

struct domain *model_by_uuid(const struct model *m, const char *uuid)
{
	struct domain *dying = NULL;
	size_t i;

	for (i = 0; i < m->nr; i++) {
		if (strcmp(m->domains[i]->uuid, uuid) != 0)
			continue;
		if (!domain_dying(m->domains[i]))
			return m->domains[i];
		dying = m->domains[i];
	}
	return dying;
}

struct domain *model_by_name(const struct model *m, const char *name)
{
	struct domain *dying = NULL;
	size_t i;

	for (i = 0; i < m->nr; i++) {
		if (!m->domains[i]->name || strcmp(m->domains[i]->name, name) != 0)
			continue;
		if (!domain_dying(m->domains[i]))
			return m->domains[i];
		dying = m->domains[i];
	}
	return dying;
}

const struct gone *model_gone(const struct model *m, const char *text, int64_t domid)
{
	unsigned int back;

	for (back = 1; back <= LIMIT_GONE && back <= m->next_gone; back++) {
		const struct gone *g = &m->gone[(m->next_gone - back) % LIMIT_GONE];

		if (g->domid == domid)
			return g;
		if (text && (strcmp(g->uuid, text) == 0 || (g->name && strcmp(g->name, text) == 0)))
			return g;
	}
	return NULL;
}
