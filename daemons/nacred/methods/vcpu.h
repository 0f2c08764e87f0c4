/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* What the methods that change a domain's vCPUs share. */
#ifndef NACRED_METHODS_VCPU_H
#define NACRED_METHODS_VCPU_H

#include "fields.h"
#include "vcpus.h"

struct vcpu_change {
	struct domain *d;
	struct vcpus v; /* as they are; the method makes of it what they will be */
	struct json *before;
	bool dry_run;
};

/* Find the domain, read its vCPUs, check if_revision.  0, or -1 and @e;
 * vcpu_change_end() follows either way. */
int vcpu_change_begin(struct vcpu_change *c, struct nacred *n, const struct json *params,
		      struct rpc_error *e);
/* Answer and, unless it was a dry run, the event. */
int vcpu_change_done(struct vcpu_change *c, struct nacred *n, struct json **result,
		     struct rpc_error *e);
void vcpu_change_end(struct vcpu_change *c);

/* "Domain <id>:", with which libxl's messages begin, but not those about domain 0. */
void vcpu_prefix(char text[24], const struct domain *d);

extern const struct field fields_vcpu_changed[];

#endif
