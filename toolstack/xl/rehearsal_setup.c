/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "rehearsal_setup.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "xl.h"

/* The races among the guests need two processors. */
#define REPLICA_CPUS	   2
#define REPLICA_MEMORY_MIB 512

bool setup_add_ids(struct json *ids, const char *words)
{
	while (*words) {
		size_t len = strcspn(words, ",");
		char id[80];

		snprintf(id, sizeof(id), "%.*s", len < sizeof(id) ? (int)len : (int)sizeof(id) - 1,
			 words);
		if (!json_append(ids, json_new_string(id)))
			return false;
		words += len + (words[len] == ',');
	}
	return true;
}

/* From now on a replica may run: nothing may end us before it has ended. */
static bool catch_signals(struct setup *s)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	signal(SIGPIPE, SIG_IGN);
	if (sigprocmask(SIG_BLOCK, &set, NULL) == 0)
		s->stop = signalfd(-1, &set, SFD_CLOEXEC);
	if (s->stop < 0)
		fprintf(stderr, "xl: cannot catch signals: %s\n", strerror(errno));
	return s->stop >= 0;
}

static bool prepare(struct setup *s)
{
	char directory[PATH_MAX], text[1024];
	int rc = instance_library("guests", directory, sizeof(directory));

	*s = (struct setup){.stop = -1};
	s->status = xl_call("patch.status", NULL, RPC_QUICK);
	if (!s->status)
		return false;
	if (rc || trials_open(&s->trials, directory, text, sizeof(text))) {
		fprintf(stderr, "xl: %s\n", rc ? strerror(-rc) : xl_safe(text));
		return false;
	}
	return catch_signals(s);
}

static bool choose(struct setup *s, struct rpc *rpc, const struct json *ids)
{
	struct rpc_error error;

	if (rehearse_choose(rpc, &s->trials, ids && ids->nr ? ids : NULL, &error))
		return true;
	xl_complain(&error);
	return false;
}

bool setup_begin(struct setup *s, const struct json *ids)
{
	struct rpc_error error;

	if (!prepare(s))
		return false;
	fputs("Starting a replica of the hypervisor\n", stderr);
	if (!replica_start(&s->replica, json_string(json_get(s->status, "keys"), ""), REPLICA_CPUS,
			   REPLICA_MEMORY_MIB, &error) ||
	    !rehearse_equip(&s->replica, s->status, &error)) {
		xl_complain(&error);
		return false;
	}
	return choose(s, s->replica.rpc, ids);
}

bool setup_here(struct setup *s, const struct json *ids)
{
	return prepare(s) && xl_connection() && choose(s, xl_connection(), ids);
}

void setup_end(struct setup *s)
{
	replica_stop(&s->replica);
	trials_close(&s->trials);
	json_free(s->status);
	if (s->stop >= 0)
		close(s->stop);
}
