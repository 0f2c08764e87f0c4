/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* libxengnttab.so.1 (xengnttab.h), the consumer's half, over a hosted hypervisor. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <xengnttab.h>

#include "link.h"

struct mapping {
	struct mapping *next;
	char *addr;
	uint32_t count;
	uint64_t handle[];
};

struct xengntdev_handle {
	struct link link;
	xentoollog_logger *logger, *own_logger;
	xentoolcore_handle active;
	pthread_mutex_t lock; /* of maps and the two numbers */
	struct mapping *maps;
	uint32_t nr_mapped, max_grants; /* max_grants 0: no limit */
};

/* As gntdev: a restricted process cannot use grants at all. */
static int restrict_handle(xentoolcore_handle *active, domid_t domid)
{
	return xentoolcore__restrict_by_dup2_null(
		container(active, xengnttab_handle, active)->link.fd);
}

xengnttab_handle *xengnttab_open(xentoollog_logger *logger, unsigned int open_flags)
{
	xengnttab_handle *g;
	int error;

	g = calloc(1, sizeof(*g));
	if (!g)
		return NULL;
	if (!logger)
		logger = g->own_logger =
			(xentoollog_logger *)xtl_createlogger_stdiostream(stderr, XTL_PROGRESS, 0);
	g->logger = logger;
	if (!link_open(&g->link, logger, "xengnttab", 0)) {
		pthread_mutex_init(&g->lock, NULL);
		g->active.restrict_callback = restrict_handle;
		xentoolcore__register_active_handle(&g->active);
		return g;
	}
	error = errno;
	xtl_logger_destroy(g->own_logger);
	free(g);
	errno = error;
	return NULL;
}

int xengnttab_close(xengnttab_handle *g)
{
	struct mapping *m;

	if (!g)
		return 0;
	xentoolcore__deregister_active_handle(&g->active);
	while ((m = g->maps)) {
		g->maps = m->next;
		if (g->link.pid == getpid())
			munmap(m->addr, m->count * (size_t)HOST_PAGE);
		free(m);
	}
	link_close(&g->link); /* nacre-host unmaps the grants */
	pthread_mutex_destroy(&g->lock);
	xtl_logger_destroy(g->own_logger);
	free(g);
	return 0;
}

int xengnttab_fd(xengnttab_handle *g)
{
	return g->link.fd;
}

int xengnttab_set_max_grants(xengnttab_handle *g, uint32_t nr_grants)
{
	pthread_mutex_lock(&g->lock);
	g->max_grants = nr_grants;
	pthread_mutex_unlock(&g->lock);
	return 0;
}

/* Account for @n more grants. 0, or -1 with ENOMEM beyond the limit. */
static int reserve(xengnttab_handle *g, uint32_t n)
{
	int rc = 0;

	pthread_mutex_lock(&g->lock);
	if (g->max_grants && n > g->max_grants - g->nr_mapped)
		rc = -1;
	else
		g->nr_mapped += n;
	pthread_mutex_unlock(&g->lock);
	if (rc)
		errno = ENOMEM;
	return rc;
}

static void unreserve(xengnttab_handle *g, uint32_t n)
{
	pthread_mutex_lock(&g->lock);
	g->nr_mapped -= n;
	pthread_mutex_unlock(&g->lock);
}

static int unmap_handles(struct link *l, const uint64_t *handle, uint32_t n)
{
	uint32_t i, k;

	for (i = 0; i < n; i += k) {
		struct host_request req = {.op = HOST_GRANT_UNMAP};

		k = n - i < HOST_GRANTS ? n - i : HOST_GRANTS;
		req.count = k;
		if (link_call(l, &req, handle + i, k * sizeof(*handle), NULL, 0) < 0)
			return -1;
	}
	return 0;
}

/* Map all references; none stays mapped on failure. */
static int map_refs(struct link *l, const struct host_grant_ref *ref, uint32_t n, bool readonly,
		    uint64_t *handle, uint64_t *mfn)
{
	struct host_grant grant[HOST_GRANTS];
	uint32_t i, j, k;
	int error;

	for (i = 0; i < n; i += k) {
		struct host_request req = {.op = HOST_GRANT_MAP, .arg = {readonly}};

		k = n - i < HOST_GRANTS ? n - i : HOST_GRANTS;
		req.count = k;
		if (link_call(l, &req, ref + i, k * sizeof(*ref), grant, k * sizeof(*grant)) < 0) {
			error = errno;
			unmap_handles(l, handle, i);
			errno = error;
			return -1;
		}
		for (j = 0; j < k; j++) {
			handle[i + j] = grant[j].handle;
			mfn[i + j] = grant[j].mfn;
		}
	}
	return 0;
}

struct notify {
	uint32_t offset, port; /* HOST_NO_NOTIFY_BYTE: none */
};

static int set_notify(struct link *l, uint64_t handle, const struct notify *notify)
{
	struct host_request req = {.op = HOST_GRANT_NOTIFY,
				   .arg = {handle, notify->offset, notify->port}};

	if (notify->offset == HOST_NO_NOTIFY_BYTE && notify->port == HOST_NO_NOTIFY_BYTE)
		return 0;
	return link_call(l, &req, NULL, 0, NULL, 0) < 0 ? -1 : 0;
}

/* Map @ref into memory as @m; on failure nothing is left and @m still allocated. */
static int establish(xengnttab_handle *g, struct mapping *m, const struct host_grant_ref *ref,
		     int prot, const struct notify *notify)
{
	uint64_t *mfn = calloc(m->count, sizeof(*mfn));
	int error;

	if (!mfn)
		return -1;
	if (map_refs(&g->link, ref, m->count, !(prot & PROT_WRITE), m->handle, mfn))
		goto fail;
	m->addr = MAP_FAILED;
	if (!set_notify(&g->link, m->handle[0], notify))
		m->addr = link_mmap(&g->link, NULL, prot, 0, mfn, m->count);
	if (m->addr == MAP_FAILED) {
		error = errno;
		unmap_handles(&g->link, m->handle, m->count);
		errno = error;
		goto fail;
	}
	free(mfn);
	return 0;
fail:
	free(mfn); /* keeps errno */
	return -1;
}

static void *map(xengnttab_handle *g, uint32_t count, const struct host_grant_ref *ref, int prot,
		 const struct notify *notify)
{
	struct mapping *m;
	int error;

	if (reserve(g, count))
		return NULL;
	m = calloc(1, sizeof(*m) + count * sizeof(m->handle[0]));
	if (m)
		m->count = count;
	if (m && !establish(g, m, ref, prot, notify)) {
		pthread_mutex_lock(&g->lock);
		m->next = g->maps;
		g->maps = m;
		pthread_mutex_unlock(&g->lock);
		return m->addr;
	}
	error = errno;
	free(m);
	unreserve(g, count);
	xtl_log(g->logger, XTL_ERROR, error, "xengnttab", "cannot map %u grant(s) of domain %u",
		count, ref[0].domid);
	errno = error;
	return NULL;
}

static const struct notify no_notify = {HOST_NO_NOTIFY_BYTE, HOST_NO_NOTIFY_BYTE};

/* @stride 0: all references are of domids[0]. */
static void *map_array(xengnttab_handle *g, uint32_t count, const uint32_t *domids, int stride,
		       const uint32_t *refs, int prot)
{
	struct host_grant_ref *ref;
	uint32_t i;
	void *p;

	if (!count || count > INT32_MAX / HOST_PAGE) {
		errno = EINVAL;
		return NULL;
	}
	ref = malloc(count * sizeof(*ref));
	if (!ref)
		return NULL;
	for (i = 0; i < count; i++)
		ref[i] = (struct host_grant_ref){domids[i * stride], refs[i]};
	p = map(g, count, ref, prot, &no_notify);
	free(ref); /* keeps errno */
	return p;
}

void *xengnttab_map_grant_refs(xengnttab_handle *g, uint32_t count, uint32_t *domids,
			       uint32_t *refs, int prot)
{
	return map_array(g, count, domids, 1, refs, prot);
}

void *xengnttab_map_domain_grant_refs(xengnttab_handle *g, uint32_t count, uint32_t domid,
				      uint32_t *refs, int prot)
{
	return map_array(g, count, &domid, 0, refs, prot);
}

void *xengnttab_map_grant_ref(xengnttab_handle *g, uint32_t domid, uint32_t ref, int prot)
{
	return map_array(g, 1, &domid, 0, &ref, prot);
}

void *xengnttab_map_grant_ref_notify(xengnttab_handle *g, uint32_t domid, uint32_t ref, int prot,
				     uint32_t notify_offset, evtchn_port_t notify_port)
{
	struct host_grant_ref r = {domid, ref};
	struct notify notify = {notify_offset, notify_port};

	return map(g, 1, &r, prot, &notify);
}

int xengnttab_unmap(xengnttab_handle *g, void *start_address, uint32_t count)
{
	struct mapping **p, *m;
	int rc;

	pthread_mutex_lock(&g->lock);
	for (p = &g->maps; (m = *p); p = &m->next)
		if (m->addr == start_address)
			break;
	if (m && m->count == count)
		*p = m->next;
	else
		m = NULL; /* as gntdev: a mapping goes as a whole */
	pthread_mutex_unlock(&g->lock);
	if (!m) {
		errno = EINVAL;
		return -1;
	}
	munmap(m->addr, m->count * (size_t)HOST_PAGE);
	rc = unmap_handles(&g->link, m->handle, m->count);
	unreserve(g, count);
	free(m);
	return rc;
}

/* One grant, mapped for the time of a copy. NULL with a GNTST_ code in @status. */
static struct mapping *map_for_copy(xengnttab_handle *g, const union xengnttab_copy_ptr *end,
				    uint16_t len, int prot, int16_t *status)
{
	struct host_grant_ref ref = {end->foreign.domid, end->foreign.ref};
	struct mapping *m;

	*status = GNTST_bad_copy_arg;
	if (end->foreign.offset > HOST_PAGE || len > HOST_PAGE - end->foreign.offset)
		return NULL;
	*status = GNTST_general_error;
	m = calloc(1, sizeof(*m) + sizeof(m->handle[0]));
	if (!m)
		return NULL;
	m->count = 1;
	*status = GNTST_okay;
	if (!establish(g, m, &ref, prot, &no_notify))
		return m;
	*status = GNTST_bad_gntref;
	free(m);
	return NULL;
}

static void unmap_after_copy(xengnttab_handle *g, struct mapping *m)
{
	if (!m)
		return;
	munmap(m->addr, HOST_PAGE);
	unmap_handles(&g->link, m->handle, 1);
	free(m);
}

static int16_t copy_one(xengnttab_handle *g, const xengnttab_grant_copy_segment_t *s)
{
	struct mapping *from = NULL, *to = NULL;
	int16_t status = GNTST_okay;

	if (!(s->flags & (GNTCOPY_source_gref | GNTCOPY_dest_gref)))
		return GNTST_bad_copy_arg;
	if (s->flags & GNTCOPY_source_gref)
		from = map_for_copy(g, &s->source, s->len, PROT_READ, &status);
	if (status == GNTST_okay && (s->flags & GNTCOPY_dest_gref))
		to = map_for_copy(g, &s->dest, s->len, PROT_READ | PROT_WRITE, &status);
	if (status == GNTST_okay)
		memmove(to ? to->addr + s->dest.foreign.offset : s->dest.virt,
			from ? from->addr + s->source.foreign.offset : s->source.virt, s->len);
	unmap_after_copy(g, to);
	unmap_after_copy(g, from);
	return status;
}

int xengnttab_grant_copy(xengnttab_handle *g, uint32_t count, xengnttab_grant_copy_segment_t *segs)
{
	uint32_t i;

	for (i = 0; i < count; i++)
		segs[i].status = copy_one(g, &segs[i]);
	return 0;
}
