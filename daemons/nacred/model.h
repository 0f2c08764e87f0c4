/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * The domains that exist, as the hypervisor listed them last.  Pure data: what
 * changed between two lists is told to a callback.
 */
#ifndef NACRED_MODEL_H
#define NACRED_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <xen/xen.h>
#include <xen/domctl.h>

#include "limits.h"
#include "records.h"

struct domain {
	uint32_t domid;
	char uuid[UUID_TEXT];
	char *name; /* NULL: unknown */
	unsigned int generation;
	double start_time; /* seconds since the epoch, 0: unknown */
	bool ended;	   /* its destruction was told */
	bool handled;	   /* what its shutdown asks for was begun */
	struct xen_domctl_getdomaininfo info;
	bool name_watched;    /* others made it: stores.c hears of a new name */
	bool console_watched; /* stores.c hears when its console is there */
};

/* A domain that was there: who asks to wait for its end learns how it went. */
struct gone {
	uint32_t domid;
	char uuid[UUID_TEXT];
	char *name;
	unsigned int generation;
	int reason; /* SHUTDOWN_*, -1: killed without one */
};

struct model {
	struct domain **domains; /* ascending ids */
	size_t nr;
	struct gone gone[LIMIT_GONE]; /* a ring */
	unsigned int next_gone;
};

enum model_change {
	MODEL_APPEARED,
	MODEL_RENUMBERED, /* another UUID under the same id, without having gone */
	MODEL_PAUSED,
	MODEL_UNPAUSED,
	MODEL_SHUTDOWN,
	MODEL_DESTROYED, /* dying or gone: once per domain */
	MODEL_FORGOTTEN, /* gone; the struct is freed after the callback */
};

typedef void (*model_callback)(void *arg, enum model_change what, struct domain *d);

/*
 * Take over the list @infos (ascending ids, @nr entries).  The callback runs
 * after the model is complete; it must not call model_apply. 0 or -ENOMEM
 * (nothing changed).
 */
int model_apply(struct model *m, const struct xen_domctl_getdomaininfo *infos, size_t nr,
		model_callback changed, void *arg);
void model_free(struct model *m);

struct domain *model_by_domid(const struct model *m, uint32_t domid);
/* A living domain goes before one that is dying. */
struct domain *model_by_uuid(const struct model *m, const char *uuid);
struct domain *model_by_name(const struct model *m, const char *name);
/* The latest that fits; NULL strings and domid -1 fit nothing. */
const struct gone *model_gone(const struct model *m, const char *text, int64_t domid);

/* SHUTDOWN_* or -1 when it has not shut down. */
int domain_shutdown_reason(const struct domain *d);
static inline bool domain_dying(const struct domain *d)
{
	return d->info.flags & XEN_DOMINF_dying;
}

#endif
