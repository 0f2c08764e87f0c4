/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* What the sched.* methods share. */
#ifndef NACRED_METHODS_SCHED_H
#define NACRED_METHODS_SCHED_H

#include "fields.h"
#include "nacred.h"

/* "sched.unknown_parameter": pool @id's scheduler has no @field. Always -1. */
int sched_unknown_parameter(const struct pools *pools, uint32_t id, const char *field,
			    struct rpc_error *e);
/* "sched.changed", unless @changes of revision_answer() is empty; takes @subject, which
 * becomes @member of the event. */
void sched_tell(struct nacred *n, const char *member, struct json *subject,
		const struct json *changes);

/* @weight and @cap (NULL: not to be changed) for @d in libxl's order, with its words.
 * 0, or -1 and @e with the field. */
int sched_check_shares(const struct nacred *n, const struct domain *d, const struct json *weight,
		       const struct json *cap, struct rpc_error *e);

#endif
