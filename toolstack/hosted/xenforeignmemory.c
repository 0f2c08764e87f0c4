/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * libxenforeignmemory.so.1 (xenforeignmemory.h) over a hosted hypervisor.
 *
 * A mapping holds a reference on each of its frames until it is unmapped here.
 * A plain munmap() keeps the references until the process ends, and so does
 * closing the handle before its mappings: the memory stays valid, as it does
 * with privcmd.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <xenforeignmemory.h>

#include "link.h"

struct mapping {
	struct mapping *next;
	char *addr;
	size_t pages;
	uint64_t mfn[]; /* HOST_FRAME_INVALID: nothing there, or unmapped again */
};

struct xenforeignmemory_handle {
	struct link link;
	xentoollog_logger *own_logger;
	xentoolcore_handle active;
	pthread_mutex_t lock; /* of maps */
	struct mapping *maps;
};

struct xenforeignmemory_resource_handle {
	void *addr;
	size_t pages;
};

static int restrict_handle(xentoolcore_handle *active, domid_t domid)
{
	return xenforeignmemory_restrict(container(active, xenforeignmemory_handle, active), domid);
}

xenforeignmemory_handle *xenforeignmemory_open(xentoollog_logger *logger, unsigned int open_flags)
{
	xenforeignmemory_handle *f;
	int error;

	f = calloc(1, sizeof(*f));
	if (!f)
		return NULL;
	if (!logger)
		logger = f->own_logger =
			(xentoollog_logger *)xtl_createlogger_stdiostream(stderr, XTL_PROGRESS, 0);
	if (!link_open(&f->link, logger, "xenforeignmemory", 0)) {
		f->link.adoptable = true;
		pthread_mutex_init(&f->lock, NULL);
		f->active.restrict_callback = restrict_handle;
		xentoolcore__register_active_handle(&f->active);
		return f;
	}
	error = errno;
	xtl_logger_destroy(f->own_logger);
	free(f);
	errno = error;
	return NULL;
}

int xenforeignmemory_close(xenforeignmemory_handle *f)
{
	struct mapping *m;

	if (!f)
		return 0;
	xentoolcore__deregister_active_handle(&f->active);
	/* The connection goes on while something is mapped: it holds the references. */
	if (!f->maps || f->link.pid != getpid())
		link_close(&f->link);
	while ((m = f->maps)) {
		f->maps = m->next;
		free(m);
	}
	pthread_mutex_destroy(&f->lock);
	xtl_logger_destroy(f->own_logger);
	free(f);
	return 0;
}

static struct mapping *new_mapping(size_t pages)
{
	struct mapping *m;

	if (!pages || pages > SIZE_MAX / HOST_PAGE) {
		errno = EINVAL;
		return NULL;
	}
	m = malloc(sizeof(*m) + pages * sizeof(m->mfn[0]));
	if (m)
		m->pages = pages;
	return m;
}

static void store_frames(struct mapping *m, size_t at, const struct host_frame *frame, size_t n,
			 int *err)
{
	size_t i;

	for (i = 0; i < n; i++) {
		m->mfn[at + i] = frame[i].error ? HOST_FRAME_INVALID : frame[i].mfn;
		if (err)
			err[at + i] = frame[i].error;
	}
}

/* Take references of all frames; frames that fail are invalid. On a failure of
 * the whole none is held. */
static int acquire_gfns(struct link *l, struct mapping *m, uint32_t dom, const xen_pfn_t *gfn,
			int *err)
{
	struct host_frame frame[HOST_FRAMES];
	size_t i, n;
	int error;

	for (i = 0; i < m->pages; i += n) {
		struct host_request req = {.op = HOST_MAP_FOREIGN, .arg = {dom}};

		n = m->pages - i < HOST_FRAMES ? m->pages - i : HOST_FRAMES;
		req.count = n;
		if (link_call(l, &req, gfn + i, n * sizeof(gfn[0]), frame, n * sizeof(frame[0])) <
		    0)
			goto fail;
		store_frames(m, i, frame, n, err);
	}
	return 0;
fail:
	error = errno;
	link_unmap_frames(l, m->mfn, i);
	errno = error;
	return -1;
}

/* Move the frames of @m within [@addr, @end) to @out. */
static size_t take_frames(struct mapping *m, const char *addr, const char *end, uint64_t *out)
{
	size_t i, n = 0;

	for (i = 0; i < m->pages; i++) {
		const char *page = m->addr + i * HOST_PAGE;

		if (page < addr || page >= end)
			continue;
		if (m->mfn[i] != HOST_FRAME_INVALID)
			out[n++] = m->mfn[i];
		m->mfn[i] = HOST_FRAME_INVALID;
	}
	return n;
}

static bool overlaps(const struct mapping *m, const char *addr, const char *end)
{
	return m->addr < end && addr < m->addr + m->pages * HOST_PAGE;
}

static bool is_empty(const struct mapping *m)
{
	size_t i;

	for (i = 0; i < m->pages; i++)
		if (m->mfn[i] != HOST_FRAME_INVALID)
			return false;
	return true;
}

/*
 * Forget what is recorded for a range and drop its references.  Also for a
 * range that is mapped anew: whatever was there is gone, be it by MAP_FIXED or
 * by a munmap() behind our back.  So records never overlap.
 */
static int retire(xenforeignmemory_handle *f, const char *addr, size_t pages)
{
	const char *end = addr + pages * HOST_PAGE;
	struct mapping **p, *m;
	uint64_t *mfn = malloc(pages * sizeof(*mfn));
	size_t n = 0;
	int rc;

	if (!mfn)
		return -1;
	pthread_mutex_lock(&f->lock);
	for (p = &f->maps; (m = *p);) {
		if (overlaps(m, addr, end))
			n += take_frames(m, addr, end, mfn + n);
		if (overlaps(m, addr, end) && is_empty(m)) {
			*p = m->next;
			free(m);
		} else {
			p = &m->next;
		}
	}
	pthread_mutex_unlock(&f->lock);
	rc = link_unmap_frames(&f->link, mfn, n);
	free(mfn);
	return rc;
}

/* Map @m's frames and remember it; frees it on failure. */
static void *establish(xenforeignmemory_handle *f, struct mapping *m, void *addr, int prot,
		       int flags)
{
	void *p = link_mmap(&f->link, addr, prot, flags, m->mfn, m->pages);
	int error;

	if (p == MAP_FAILED || retire(f, p, m->pages)) {
		error = errno;
		link_unmap_frames(&f->link, m->mfn, m->pages);
		if (p != MAP_FAILED)
			munmap(p, m->pages * HOST_PAGE);
		free(m);
		errno = error;
		return NULL;
	}
	m->addr = p;
	pthread_mutex_lock(&f->lock);
	m->next = f->maps;
	f->maps = m;
	pthread_mutex_unlock(&f->lock);
	return p;
}

/* The first error of @err, negative, or 0. */
static int first_error(const int *err, size_t n)
{
	size_t i = 0;

	while (i < n && !err[i])
		i++;
	return i < n ? err[i] : 0;
}

void *xenforeignmemory_map2(xenforeignmemory_handle *f, uint32_t dom, void *addr, int prot,
			    int flags, size_t pages, const xen_pfn_t arr[], int err[])
{
	struct mapping *m = new_mapping(pages);
	int *own_err = NULL, error;

	if (!m)
		return NULL;
	if (!err) {
		err = own_err = calloc(pages, sizeof(*err));
		if (!err)
			goto fail;
	}
	if (acquire_gfns(&f->link, m, dom, arr, err))
		goto fail;
	error = own_err ? first_error(err, pages) : 0;
	if (error) {
		link_unmap_frames(&f->link, m->mfn, pages);
		errno = -error;
		goto fail;
	}
	free(own_err);
	return establish(f, m, addr, prot, flags);
fail:
	error = errno;
	free(own_err);
	free(m);
	errno = error;
	return NULL;
}

void *xenforeignmemory_map(xenforeignmemory_handle *f, uint32_t dom, int prot, size_t pages,
			   const xen_pfn_t arr[], int err[])
{
	return xenforeignmemory_map2(f, dom, NULL, prot, 0, pages, arr, err);
}

int xenforeignmemory_unmap(xenforeignmemory_handle *f, void *addr, size_t pages)
{
	if (!pages || pages > SIZE_MAX / HOST_PAGE) {
		errno = EINVAL;
		return -1;
	}
	/* Before the references go, so that nobody touches freed memory. */
	if (munmap(addr, pages * HOST_PAGE))
		return -1;
	return retire(f, addr, pages);
}

int xenforeignmemory_restrict(xenforeignmemory_handle *f, domid_t domid)
{
	return link_restrict(&f->link, domid);
}

/* As acquire_gfns, but one failure is the failure of the whole. */
static int acquire_resource(struct link *l, struct mapping *m, struct host_request *req)
{
	struct host_frame frame[HOST_FRAMES];
	size_t i, n;
	int error;

	for (i = 0; i < m->pages; i += n) {
		n = m->pages - i < HOST_FRAMES ? m->pages - i : HOST_FRAMES;
		req->arg[4] = n;
		if (link_call(l, req, NULL, 0, frame, n * sizeof(frame[0])) < 0)
			goto fail;
		store_frames(m, i, frame, n, NULL);
		req->arg[3] += n;
	}
	return 0;
fail:
	error = errno;
	link_unmap_frames(l, m->mfn, i);
	errno = error;
	return -1;
}

xenforeignmemory_resource_handle *
xenforeignmemory_map_resource(xenforeignmemory_handle *f, domid_t domid, unsigned int type,
			      unsigned int id, unsigned long frame, unsigned long nr_frames,
			      void **paddr, int prot, int flags)
{
	struct host_request req = {.op = HOST_MAP_RESOURCE, .arg = {domid, type, id, frame}};
	xenforeignmemory_resource_handle *res;
	struct mapping *m = NULL;

	/* As privcmd: what else is a choice of mmap(2) cannot be honoured. */
	if (flags & ~(MAP_SHARED | MAP_PRIVATE | MAP_FIXED)) {
		errno = EINVAL;
		return NULL;
	}
	res = calloc(1, sizeof(*res));
	if (res)
		m = new_mapping(nr_frames);
	if (!m)
		goto fail;
	if (acquire_resource(&f->link, m, &req)) {
		free(m);
		goto fail;
	}
	res->pages = nr_frames;
	res->addr = establish(f, m, *paddr, prot, flags);
	if (!res->addr)
		goto fail;
	*paddr = res->addr;
	return res;
fail:
	free(res); /* keeps errno */
	return NULL;
}

int xenforeignmemory_unmap_resource(xenforeignmemory_handle *f,
				    xenforeignmemory_resource_handle *res)
{
	int rc = res ? xenforeignmemory_unmap(f, res->addr, res->pages) : 0;

	free(res);
	return rc;
}

int xenforeignmemory_resource_size(xenforeignmemory_handle *f, domid_t domid, unsigned int type,
				   unsigned int id, size_t *size)
{
	struct host_request req = {.op = HOST_MAP_RESOURCE, .arg = {domid, type, id}};
	int64_t frames = link_call(&f->link, &req, NULL, 0, NULL, 0);

	if (frames < 0)
		return -1;
	*size = (size_t)frames * HOST_PAGE;
	return 0;
}
