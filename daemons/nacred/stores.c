/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "stores.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <store.h>
#include <xen/xen.h>

#include "lifecycle.h"
#include "limits.h"
#include "log.h"
#include "nodes.h"
#include "undo.h"
#include "wait.h"
#include "world.h"

#define TOKEN_DOMAINS "domains"
#define TOKEN_WAIT    "wait"
#define TOKEN_NAME    "name"
#define TOKEN_POOLS   "pools"
#define TOKEN_CONSOLE "console"
#define POOLS_PATH    "/local/pool"
#define NAME_PATH     "/local/domain/%u/name"
#define CONSOLE_PATH  "/local/domain/%u/console/tty"

static void schedule_retry(struct nacred *n)
{
	sd_event_source_set_time_relative(n->store_retry, LIMIT_STORE_RETRY_MSEC * 1000ull);
	sd_event_source_set_enabled(n->store_retry, SD_EVENT_ONESHOT);
}

static void disconnect(struct nacred *n)
{
	n->watch_io = sd_event_source_disable_unref(n->watch_io);
	if (n->watch)
		store_close(n->watch);
	if (n->store)
		store_close(n->store);
	n->watch = n->store = NULL;
	for (size_t i = 0; i < n->model.nr; i++) {
		n->model.domains[i]->name_watched = false;
		n->model.domains[i]->console_watched = false;
	}
}

static void lost(struct nacred *n, const char *why)
{
	if (!n->store && !n->watch)
		return;
	log_entry(SD_WARNING, LOG_FIELDS(.id = LOG_ID_STORE_AWAY),
		  "xenstored is away (%s); waiting for it to come back", why);
	disconnect(n);
	schedule_retry(n);
}

/* The number in /local/domain/<number>@tail; false for any other path. */
static bool domid_of_path(const char *path, const char *tail, unsigned int *domid)
{
	static const char prefix[] = "/local/domain/";
	char *end;
	unsigned long id;

	if (strncmp(path, prefix, sizeof(prefix) - 1) != 0 ||
	    !isdigit((unsigned char)path[sizeof(prefix) - 1]))
		return false;
	id = strtoul(path + sizeof(prefix) - 1, &end, 10);
	*domid = (unsigned int)id;
	return id < DOMID_FIRST_RESERVED && strcmp(end, tail) == 0;
}

static void one_event(struct nacred *n, const char *path, const char *token)
{
	struct rpc_error e;
	unsigned int domid;

	if (strcmp(token, TOKEN_WAIT) == 0) {
		wait_path_changed(n, path);
		return;
	}
	if (strcmp(token, TOKEN_NAME) == 0) {
		if (domid_of_path(path, "/name", &domid))
			world_name_changed(n, domid);
		return;
	}
	if (strcmp(token, TOKEN_CONSOLE) == 0) {
		if (domid_of_path(path, "/console/tty", &domid))
			world_console_changed(n, domid);
		return;
	}
	/* Others made, renamed or ended a CPU pool. */
	if (strcmp(token, TOKEN_POOLS) == 0 ? pools_refresh(n, &e) : world_refresh(n, &e))
		log_error("%s", e.message);
}

static int on_watch(sd_event_source *s, int fd, uint32_t revents, void *arg)
{
	struct nacred *n = arg;
	const char *token;
	char *path;
	int rc = 0;

	while (n->watch && (rc = store_next_event(n->watch, &path, &token)) > 0) {
		one_event(n, path, token);
		free(path);
	}
	if (rc < 0 && rc != -EAGAIN)
		lost(n, strerror(-rc));
	else if (revents & (EPOLLHUP | EPOLLERR))
		lost(n, "connection closed");
	return 0;
}

static int connect_both(struct nacred *n)
{
	int rc = store_open(&n->store);

	if (!rc)
		rc = store_open(&n->watch);
	if (!rc)
		rc = store_watch(n->watch, "@introduceDomain", TOKEN_DOMAINS);
	if (!rc)
		rc = store_watch(n->watch, "@releaseDomain", TOKEN_DOMAINS);
	if (!rc)
		rc = store_watch(n->watch, POOLS_PATH, TOKEN_POOLS);
	if (!rc)
		rc = sd_event_add_io(n->loop, &n->watch_io, store_fd(n->watch), EPOLLIN, on_watch,
				     n);
	if (rc >= 0)
		return 0;
	disconnect(n);
	return rc;
}

/* A connection is new: xenstored may have started with nothing. */
static void after_connect(struct nacred *n)
{
	struct rpc_error e;
	int rc;

	if (world_refresh(n, &e)) {
		log_error("%s", e.message);
		return;
	}
	rc = nodes_dom0(n->store, model_by_domid(&n->model, 0));
	if (!rc)
		rc = nodes_sweep(n->store, &n->model);
	if (rc)
		log_error("cannot write domain 0's xenstore nodes: %s", strerror(-rc));
	undo_recover(n);
	lifecycle_mend(n);
	world_name_domains(n);
	world_watch_consoles(n);
	wait_rewatch(n);
}

static int on_retry(sd_event_source *s, uint64_t usec, void *arg)
{
	struct nacred *n = arg;

	if (connect_both(n)) {
		schedule_retry(n);
		return 0;
	}
	log_notice("connected to xenstored");
	after_connect(n);
	return 0;
}

int stores_start(struct nacred *n)
{
	int rc = sd_event_add_time_relative(n->loop, &n->store_retry, CLOCK_MONOTONIC, 0, 0,
					    on_retry, n);

	if (rc < 0)
		return rc;
	if (connect_both(n)) {
		log_warning("xenstored cannot be reached yet");
		schedule_retry(n);
		return 0;
	}
	sd_event_source_set_enabled(n->store_retry, SD_EVENT_OFF);
	after_connect(n);
	return 0;
}

void stores_stop(struct nacred *n)
{
	disconnect(n);
	n->store_retry = sd_event_source_disable_unref(n->store_retry);
}

struct store *stores_get(struct nacred *n, struct rpc_error *e)
{
	if (n->store)
		return n->store;
	fail(e, XL_FAIL, "xenstore.unreachable", "xenstored cannot be reached");
	fail_hint(e, "is it running? see log/xenstored.log in %s", n->rundir);
	return NULL;
}

void stores_failed(struct nacred *n, int err)
{
	err = abs(err);
	if (err == EPIPE || err == ECONNRESET || err == EBADF || err == EIO || err == ENOTCONN)
		lost(n, strerror(err));
}

int stores_watch(struct nacred *n, const char *path)
{
	return n->watch ? store_watch(n->watch, path, TOKEN_WAIT) : -ENOTCONN;
}

void stores_unwatch(struct nacred *n, const char *path)
{
	if (n->watch)
		store_unwatch(n->watch, path, TOKEN_WAIT);
}

void stores_watch_name(struct nacred *n, struct domain *d)
{
	char path[40];

	snprintf(path, sizeof(path), NAME_PATH, d->domid);
	if (n->watch && !d->name_watched)
		d->name_watched = !store_watch(n->watch, path, TOKEN_NAME);
}

void stores_unwatch_name(struct nacred *n, struct domain *d)
{
	char path[40];

	snprintf(path, sizeof(path), NAME_PATH, d->domid);
	if (n->watch && d->name_watched)
		store_unwatch(n->watch, path, TOKEN_NAME);
	d->name_watched = false;
}

void stores_watch_console(struct nacred *n, struct domain *d)
{
	char path[48];

	snprintf(path, sizeof(path), CONSOLE_PATH, d->domid);
	if (n->watch && !d->console_watched)
		d->console_watched = !store_watch(n->watch, path, TOKEN_CONSOLE);
}

void stores_unwatch_console(struct nacred *n, struct domain *d)
{
	char path[48];

	snprintf(path, sizeof(path), CONSOLE_PATH, d->domid);
	if (n->watch && d->console_watched)
		store_unwatch(n->watch, path, TOKEN_CONSOLE);
	d->console_watched = false;
}
