/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "sched.h"

#include "ctrl/sched.h"
#include "events.h"
#include "pools.h"

int sched_unknown_parameter(const struct pools *pools, uint32_t id, const char *field,
			    struct rpc_error *e)
{
	const struct pool *p = pools_by_id(pools, id);
	const char *sched = ctrl_sched_name(p ? p->info.sched_id : UINT32_MAX);

	fail(e, XL_INVAL, "sched.unknown_parameter",
	     "the scheduler of cpupool %s is %s: it knows no %s", p && p->name ? p->name : "?",
	     sched, field);
	fail_hint(e, "weights, caps and the rate limit belong to credit2");
	return fail_field(e, "%s", field);
}

void sched_tell(struct nacred *n, const char *member, struct json *subject,
		const struct json *changes)
{
	if (!changes->nr) {
		json_free(subject);
		return;
	}
	json_set(subject, "changes", json_copy(changes));
	events_tell(n, "sched.changed", member, subject);
}
