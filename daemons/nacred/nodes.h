/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* The nodes that libxl keeps in xenstore for a domain and for domain 0. */
#ifndef NACRED_NODES_H
#define NACRED_NODES_H

#include <stdint.h>

#include "config.h"
#include "model.h"

struct store;

struct nodes_spec {
	uint32_t domid;
	const char *uuid, *name, *type;
	double start_time;
	unsigned int max_vcpus;
	const uint8_t *online; /* bitmap of vCPUs */
	uint64_t max_kib, target_kib;
	uint64_t store_gfn, console_gfn;
	uint32_t store_port, console_port;
};

/* All functions: 0 or -errno. */

/* All nodes of a new domain in one transaction, then introduce it to xenstored. */
int nodes_write(struct store *s, const struct nodes_spec *spec);
/* Everything about a domain that has gone; nodes that do not exist are no error. */
int nodes_remove(struct store *s, uint32_t domid, const char *uuid);
/* Rename in /local/domain and /vm. */
int nodes_rename(struct store *s, uint32_t domid, const char *uuid, const char *name);
/* The domain goes on as @uuid: its /vm directory moves. */
int nodes_change_uuid(struct store *s, uint32_t domid, const char *old_uuid, const char *uuid,
		      const char *name, double start_time);
/* What a guest is asked to have and may have at most, in KiB; -ENOENT or -EINVAL where others
 * made it without these nodes.  Neither is changed then. */
int nodes_memory(struct store *s, uint32_t domid, uint64_t *target_kib, uint64_t *max_kib);
/* The same to write, with what /vm says of it; the guest sees a new target at once. */
int nodes_set_memory(struct store *s, uint32_t domid, const char *uuid, uint64_t target_kib,
		     uint64_t max_kib);
/* What a dom0's start leaves (name, memory, pool); may be repeated. */
int nodes_dom0(struct store *s, const struct domain *dom0);
/* Remove what was left of domains that are not in @m. */
int nodes_sweep(struct store *s, const struct model *m);

#endif
