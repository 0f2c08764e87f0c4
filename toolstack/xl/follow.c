/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "follow.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "xl.h"

const char *follow_action(const struct json *config, int64_t reason)
{
	/* By SHUTDOWN_*; suspend (2) has no action. */
	static const char *const keys[] = {"on_poweroff", "on_reboot",	 NULL,
					   "on_crash",	  "on_watchdog", "on_soft_reset"};
	static const char *const names[][2] = {
		{"restart_rename", "rename-restart"},
		{"coredump_destroy", "coredump-destroy"},
		{"coredump_restart", "coredump-restart"},
		{"soft_reset", "soft-reset"},
	};
	const char *action = NULL;
	size_t i;

	if (reason >= 0 && reason < 6 && keys[reason])
		action = json_string(json_get(config, keys[reason]), NULL);
	for (i = 0; action && i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(action, names[i][0]))
			return names[i][1];
	return action ? action : "destroy";
}

/* The domain's next life has the same UUID and another number, and takes orders; 0: none came. */
static int64_t next_life(const char *uuid, int64_t old)
{
	struct json *events = xl_call("event.subscribe", NULL, RPC_QUICK), *event, *get;
	struct rpc_error error;
	int64_t domid = 0;

	json_free(events);
	get = events ? xl_try("domain.get", rpc_domain(uuid), RPC_QUICK, NULL, &error) : NULL;
	if (!json_bool(json_get(json_get(get, "state"), "building"), false))
		domid = json_int(json_get(get, "domid"), 0);
	json_free(get);
	while (events && (!domid || domid == old)) {
		const struct json *domain;

		event = xl_event(RPC_SLOW);
		if (!event)
			return 0;
		domain = json_get(event, "domain");
		if (!strcmp(json_string(json_get(domain, "uuid"), ""), uuid))
			domid = json_int(json_get(domain, "domid"), 0);
		json_free(event);
	}
	return domid;
}

/* What follows the end of one life: the next domid, 0 for none. */
static int64_t after_shutdown(int64_t domid, const char *uuid, const char *action)
{
	bool restart = strstr(action, "restart");
	struct json *reply;

	if (!strcmp(action, "preserve") || !strcmp(action, "soft-reset"))
		return 0;
	if (strcmp(action, "rename-restart") != 0) {
		fprintf(stderr, "Domain %lld needs to be cleaned up: destroying the domain\n",
			(long long)domid);
		reply = xl_wait(domid, "destroyed");
		json_free(reply);
		if (!reply)
			return 0;
	}
	if (!restart)
		return 0;
	fputs("Done. Rebooting now\n", stderr);
	return next_life(uuid, domid);
}

static int64_t follow_life(int64_t domid, const char *name, const char *uuid,
			   const struct json *config)
{
	const char *action;
	const struct json *reason;
	struct json *reply;
	int64_t code;

	fprintf(stderr, "Waiting for domain %s (domid %lld) to die [pid %ld]\n", xl_safe(name),
		(long long)domid, (long)getpid());
	reply = xl_wait(domid, "shutdown");
	if (!reply)
		return -1;
	reason = json_get(reply, "shutdown_reason");
	if (!reason || reason->type != JSON_INT) {
		fprintf(stderr, "Domain %lld has been destroyed.\n", (long long)domid);
		json_free(reply);
		return 0;
	}
	code = json_int(reason, 0);
	json_free(reply);
	fprintf(stderr, "Domain %lld has shut down, reason code %lld 0x%llx\n", (long long)domid,
		(long long)code, (unsigned long long)code);
	if (code == 2) {
		fputs("Domain has suspended.\n", stderr);
		return 0;
	}
	action = follow_action(config, code);
	fprintf(stderr, "Action for shutdown reason code %lld is %s\n", (long long)code, action);
	return after_shutdown(domid, uuid, action);
}

int follow_domain(const struct json *created, const struct json *config)
{
	const char *name = json_string(json_get(created, "name"), "");
	const char *uuid = json_string(json_get(created, "uuid"), "");
	int64_t domid = json_int(json_get(created, "domid"), -1);

	while (domid > 0)
		domid = follow_life(domid, name, uuid, config);
	if (domid < 0)
		return EXIT_FAILURE;
	fputs("Done. Exiting now\n", stderr);
	return EXIT_SUCCESS;
}
