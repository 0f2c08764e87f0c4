/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>

#include "daemon.h"
#include "guest.h"
#include "log.h"
#include "store.h"

#define MAX_DOMID 0x7ff0u
#define RETRY_US  20000
#define RETRY_MAX 500 /* ten seconds in a row */

void daemon_publish_tty(struct daemon *d, uint32_t domid, const char *name)
{
	char path[64];
	int rc;

	if (!d->store)
		return;
	snprintf(path, sizeof(path), "/local/domain/%u/console/tty", domid);
	rc = store_write(d->store, XBT_NULL, path, name);
	if (rc)
		log_warning("%s: %s", path, strerror(-rc));
}

static bool read_number(struct daemon *d, uint32_t domid, const char *node, uint64_t max,
			uint64_t *out)
{
	char path[64];

	snprintf(path, sizeof(path), "/local/domain/%u/console/%s", domid, node);
	return store_read_u64(d->store, XBT_NULL, path, out) == 0 && *out <= max;
}

/* Consoles of other kinds are not ours; no type means ours, as for xenconsoled of Xen. */
static bool wants_us(struct daemon *d, uint32_t domid)
{
	char *type;
	bool ours;

	if (store_readf(d->store, XBT_NULL, &type, "/local/domain/%u/console/type", domid))
		return true;
	ours = !strcmp(type, "xenconsoled");
	free(type);
	return ours;
}

static int on_retry(sd_event_source *s, uint64_t usec, void *arg);

/*
 * The event channels of a killed process are closed some time after its end,
 * of which nothing tells.
 */
static void look_again_soon(struct daemon *d)
{
	if (d->retry_set || d->retries++ >= RETRY_MAX)
		return;
	d->retry_set = sd_event_add_time_relative(d->event, NULL, CLOCK_MONOTONIC, RETRY_US, 0,
						  on_retry, d) >= 0;
}

static struct guest *serve(struct daemon *d, uint32_t domid, uint64_t gfn, uint32_t port)
{
	char fallback[24], *name = NULL;
	struct guest *g;

	snprintf(fallback, sizeof(fallback), "domid-%u", domid);
	store_readf(d->store, XBT_NULL, &name, "/local/domain/%u/name", domid);
	g = guest_new(d, domid, name && *name ? name : fallback, gfn, port);
	free(name);
	if (g)
		d->retries = 0;
	else
		look_again_soon(d);
	return g;
}

struct guest *discover_domain(struct daemon *d, uint32_t domid)
{
	struct guest *g = daemon_find(d, domid);
	uint64_t gfn, port;
	enum hyper_state state;

	if (!d->store || !domid || domid >= MAX_DOMID)
		return g;
	if (!read_number(d, domid, "ring-ref", INT64_MAX, &gfn) ||
	    !read_number(d, domid, "port", UINT32_MAX, &port) || !wants_us(d, domid))
		return g; /* not complete; a guest that is being removed is seen by its end */
	if (g && g->gfn == gfn && g->remote_port == port)
		return g;
	state = hyper_domain_state(d->hyper, domid);
	if (state == HYPER_GONE || state == HYPER_DYING)
		return g;
	if (g)
		guest_free(g);
	return serve(d, domid, gfn, (uint32_t)port);
}

/* A name is "KIND-DOMAIN-...": the domain is no more, or is another by now. */
static bool nobody_waits(void *arg, const char *name)
{
	struct daemon *d = arg;
	const char *number = strchr(name, '-');
	uint32_t domid = number ? (uint32_t)strtoul(number + 1, NULL, 10) : 0;
	enum hyper_state state = number ? hyper_domain_state(d->hyper, domid) : HYPER_GONE;

	/* Guests that are found take theirs at once. */
	return state == HYPER_GONE || state == HYPER_DYING || daemon_find(d, domid);
}

/* Watch every domain's console nodes; a second watch of the same is EEXIST. */
static void look_at_all(struct daemon *d)
{
	char **names, path[64];
	unsigned int i, nr;
	unsigned long domid;
	char *end;

	if (store_directory(d->store, XBT_NULL, "/local/domain", &names, &nr))
		return;
	for (i = 0; i < nr; i++) {
		domid = strtoul(names[i], &end, 10);
		/* Who is served already is watched, too. */
		if (*end || !domid || domid >= MAX_DOMID || daemon_find(d, (uint32_t)domid))
			continue;
		snprintf(path, sizeof(path), "/local/domain/%lu/console", domid);
		store_watch(d->store, path, names[i]);
		discover_domain(d, (uint32_t)domid);
	}
	store_free_list(names);
	kept_drop(&d->kept, nobody_waits, d);
}

static int on_retry(sd_event_source *s, uint64_t usec, void *arg)
{
	struct daemon *d = arg;

	d->retry_set = false;
	if (d->store)
		look_at_all(d);
	return 0;
}

static void drop_dead(struct daemon *d)
{
	struct guest *g, *next;
	enum hyper_state state;
	char path[64], token[16];

	hyper_list_domains(d->hyper);
	for (g = d->guests; g; g = next) {
		next = g->next;
		state = hyper_listed_state(d->hyper, g->domid);
		if (state != HYPER_GONE && state != HYPER_DYING)
			continue;
		snprintf(path, sizeof(path), "/local/domain/%u/console", g->domid);
		snprintf(token, sizeof(token), "%u", g->domid);
		store_unwatch(d->store, path, token);
		guest_free(g);
	}
}

static void handle(struct daemon *d, const char *path, const char *token)
{
	if (!strcmp(path, "@introduceDomain"))
		look_at_all(d);
	else if (!strcmp(path, "@releaseDomain"))
		drop_dead(d);
	else
		discover_domain(d, (uint32_t)strtoul(token, NULL, 10));
}

static int on_watch(sd_event_source *s, int fd, uint32_t revents, void *arg)
{
	struct daemon *d = arg;
	const char *token;
	char *path;
	int rc = store_next_event(d->store, &path, &token);

	if (rc > 0) {
		handle(d, path, token);
		free(path);
	} else if (rc < 0 || (revents & (EPOLLHUP | EPOLLERR))) {
		log_warning("xenstored is gone; guests go on");
		discover_disconnect(d);
	}
	return 0;
}

void discover_disconnect(struct daemon *d)
{
	d->watches = sd_event_source_disable_unref(d->watches);
	store_close(d->store);
	d->store = NULL;
}

int discover_connect(struct daemon *d)
{
	int rc;

	discover_disconnect(d);
	rc = store_open(&d->store);
	if (rc) {
		d->store = NULL;
		return -rc;
	}
	rc = store_watch(d->store, "@introduceDomain", "introduce");
	if (!rc)
		rc = store_watch(d->store, "@releaseDomain", "release");
	if (!rc)
		rc = sd_event_add_io(d->event, &d->watches, store_fd(d->store), EPOLLIN, on_watch,
				     d);
	if (rc < 0)
		discover_disconnect(d);
	return rc < 0 ? -rc : 0;
}
