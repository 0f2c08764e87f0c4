/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "follow.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctx.h"
#include "xl.h"

const char *follow_action(const libxl_domain_config *config, int reason)
{
	static const char *const names[] = {
		[LIBXL_ACTION_ON_SHUTDOWN_DESTROY] = "destroy",
		[LIBXL_ACTION_ON_SHUTDOWN_RESTART] = "restart",
		[LIBXL_ACTION_ON_SHUTDOWN_RESTART_RENAME] = "rename-restart",
		[LIBXL_ACTION_ON_SHUTDOWN_PRESERVE] = "preserve",
		[LIBXL_ACTION_ON_SHUTDOWN_COREDUMP_DESTROY] = "coredump-destroy",
		[LIBXL_ACTION_ON_SHUTDOWN_COREDUMP_RESTART] = "coredump-restart",
		[LIBXL_ACTION_ON_SHUTDOWN_SOFT_RESET] = "soft-reset",
	};
	libxl_action_on_shutdown action = 0;

	if (reason == LIBXL_SHUTDOWN_REASON_POWEROFF)
		action = config->on_poweroff;
	else if (reason == LIBXL_SHUTDOWN_REASON_REBOOT)
		action = config->on_reboot;
	else if (reason == LIBXL_SHUTDOWN_REASON_CRASH)
		action = config->on_crash;
	else if (reason == LIBXL_SHUTDOWN_REASON_WATCHDOG)
		action = config->on_watchdog;
	else if (reason == LIBXL_SHUTDOWN_REASON_SOFT_RESET)
		action = config->on_soft_reset;
	if ((size_t)action < sizeof(names) / sizeof(names[0]) && names[action])
		return names[action];
	return "destroy";
}

static bool watch(struct follow *follow, uint32_t domid)
{
	follow->domid = domid;
	return !libxl_evenable_domain_death(xl_ctx(), domid, 0, &follow->watch);
}

static void unwatch(struct follow *follow)
{
	libxl_evdisable_domain_death(xl_ctx(), follow->watch);
	follow->watch = NULL;
}

bool follow_begin(struct follow *follow, uint32_t domid, const libxl_domain_config *config)
{
	*follow = (struct follow){.config = config};
	return watch(follow, domid);
}

/* Its end (of @type), with the reason if it has one.  False: it cannot be told. */
static bool await(const struct follow *follow, libxl_event_type type, int *reason)
{
	libxl_event_type got;
	libxl_event *event;

	do {
		if (libxl_event_wait(xl_ctx(), &event, LIBXL_EVENTMASK_ALL, NULL, NULL))
			return false;
		got = event->type;
		if (got == LIBXL_EVENT_TYPE_DOMAIN_SHUTDOWN && reason)
			*reason = event->u.domain_shutdown.shutdown_reason;
		libxl_event_free(xl_ctx(), event);
	} while (got != type && got != LIBXL_EVENT_TYPE_DOMAIN_DEATH);
	return true;
}

/* --- the next life ----------------------------------------------------------------------- */

static bool is_next(const struct follow *follow, const libxl_uuid *uuid, uint32_t domid)
{
	return domid != follow->domid && !libxl_uuid_compare(uuid, &follow->config->c_info.uuid);
}

static bool find_next(const struct follow *follow, uint32_t *domid)
{
	int i, nr = 0;
	libxl_vminfo *vms = libxl_list_vm(xl_ctx(), &nr);
	bool found = false;

	for (i = 0; vms && i < nr && !found; i++) {
		found = is_next(follow, &vms[i].uuid, vms[i].domid);
		*domid = vms[i].domid;
	}
	if (vms)
		libxl_vminfo_list_free(vms, nr);
	return found;
}

static bool event_is_next(const struct follow *follow, const struct json *event, uint32_t *domid)
{
	const struct json *domain = json_get(event, "domain");
	libxl_uuid uuid;

	*domid = (uint32_t)json_int(json_get(domain, "domid"), INVALID_DOMID);
	return !libxl_uuid_from_string(&uuid, json_string(json_get(domain, "uuid"), "")) &&
	       is_next(follow, &uuid, *domid);
}

/* It has the same UUID and another number.  libxl tells of ends only: that a domain begins is
 * an event of nacred's.  False: none came. */
static bool await_next(const struct follow *follow, uint32_t *domid)
{
	struct json *event = xl_call("event.subscribe", NULL, RPC_QUICK);
	bool found = event && find_next(follow, domid);

	while (event && !found) {
		json_free(event);
		event = xl_event(RPC_SLOW);
		found = event && event_is_next(follow, event, domid);
	}
	json_free(event);
	return found;
}

/* --- one life ---------------------------------------------------------------------------- */

/* What follows the end of one life.  True: it goes on with another. */
static bool after_shutdown(struct follow *follow, const char *action)
{
	uint32_t domid;

	if (!strcmp(action, "preserve") || !strcmp(action, "soft-reset"))
		return false;
	if (strcmp(action, "rename-restart") != 0) {
		fprintf(stderr, "Domain %u needs to be cleaned up: destroying the domain\n",
			follow->domid);
		if (!await(follow, LIBXL_EVENT_TYPE_DOMAIN_DEATH, NULL))
			return false;
	}
	unwatch(follow);
	if (!strstr(action, "restart"))
		return false;
	fputs("Done. Rebooting now\n", stderr);
	return await_next(follow, &domid) && watch(follow, domid);
}

static bool follow_life(struct follow *follow, int *status)
{
	const char *action;
	int reason = -1;

	fprintf(stderr, "Waiting for domain %s (domid %u) to die [pid %ld]\n",
		xl_safe(follow->config->c_info.name), follow->domid, (long)getpid());
	if (!await(follow, LIBXL_EVENT_TYPE_DOMAIN_SHUTDOWN, &reason)) {
		*status = EXIT_FAILURE;
		return false;
	}
	if (reason < 0) {
		fprintf(stderr, "Domain %u has been destroyed.\n", follow->domid);
		return false;
	}
	fprintf(stderr, "Domain %u has shut down, reason code %d 0x%x\n", follow->domid, reason,
		(unsigned int)reason);
	if (reason == LIBXL_SHUTDOWN_REASON_SUSPEND) {
		fputs("Domain has suspended.\n", stderr);
		return false;
	}
	action = follow_action(follow->config, reason);
	fprintf(stderr, "Action for shutdown reason code %d is %s\n", reason, action);
	return after_shutdown(follow, action);
}

int follow_domain(struct follow *follow)
{
	int status = EXIT_SUCCESS;

	while (follow_life(follow, &status))
		continue;
	if (follow->watch)
		unwatch(follow);
	if (status == EXIT_SUCCESS)
		fputs("Done. Exiting now\n", stderr);
	return status;
}
