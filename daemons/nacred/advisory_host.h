/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* What runs on this host, as advisories ask for it. */
#ifndef NACRED_ADVISORY_HOST_H
#define NACRED_ADVISORY_HOST_H

#include "error.h"
#include "host_facts.h"
#include "manifest.h"

struct nacred;

struct advisory_host {
	struct host_facts facts;
	struct manifests manifests; /* installed, local, and those of builds seen running */
	struct live_patch *payloads;
};

/* Ask the hypervisor and look at the daemons. 0, or -1 with @e filled. */
int advisory_host_open(struct advisory_host *h, struct nacred *n, struct rpc_error *e);
void advisory_host_close(struct advisory_host *h);

/* Keep the manifests of what runs: an upgrade replaces the installed ones, and nacred
 * that is started again afterwards must still know what the old builds contain. */
void advisory_host_keep(const struct advisory_host *h, const struct nacred *n);

/* Whether those of all that runs are kept already: then a start need not read any. */
bool advisory_host_is_kept(const struct nacred *n);

#endif
