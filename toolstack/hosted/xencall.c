/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* libxencall.so.1 (xencall.h) over a hosted hypervisor. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>

#include <xencall.h>

#include "buffers.h"

struct xencall_handle {
	struct link link;
	struct buffers buffers;
	xentoollog_logger *own_logger;
	xentoolcore_handle active;
};

/* In front of what xencall_alloc_buffer returns. */
struct buffer_header {
	size_t pages;
} __attribute__((aligned(64)));

/* A restricted process may make no hypercall at all, as with privcmd. */
static int restrict_handle(xentoolcore_handle *active, domid_t domid)
{
	xencall_handle *x = container(active, xencall_handle, active);

	return xentoolcore__restrict_by_dup2_null(x->link.fd);
}

xencall_handle *xencall_open(xentoollog_logger *logger, unsigned int open_flags)
{
	xencall_handle *x = calloc(1, sizeof(*x));
	int error;

	if (!x)
		return NULL;
	if (!logger)
		logger = x->own_logger =
			(xentoollog_logger *)xtl_createlogger_stdiostream(stderr, XTL_PROGRESS, 0);
	if (link_open(&x->link, logger, "xencall", 0))
		goto fail;
	x->link.adoptable = true;
	if (buffers_init(&x->buffers, &x->link)) {
		error = errno;
		link_close(&x->link);
		errno = error;
		goto fail;
	}
	x->active.restrict_callback = restrict_handle;
	xentoolcore__register_active_handle(&x->active);
	return x;
fail:
	error = errno;
	xtl_logger_destroy(x->own_logger);
	free(x);
	errno = error;
	return NULL;
}

int xencall_close(xencall_handle *x)
{
	if (!x)
		return 0;
	xentoolcore__deregister_active_handle(&x->active);
	buffers_fini(&x->buffers);
	link_close(&x->link);
	xtl_logger_destroy(x->own_logger);
	free(x);
	return 0;
}

int xencall_fd(xencall_handle *x)
{
	return x->link.fd;
}

/* After a fork the arena is somewhere else. */
static int own(xencall_handle *x)
{
	return link_adopt(&x->link) || buffers_adopt(&x->buffers, &x->link) ? -1 : 0;
}

static long call(xencall_handle *x, unsigned int op, uint64_t a1, uint64_t a2, uint64_t a3,
		 uint64_t a4, uint64_t a5)
{
	struct host_request req = {
		.op = HOST_HYPERCALL,
		.arg = {a1, a2, a3, a4, a5, op},
	};

	if (own(x))
		return -1;
	req.arg[6] = buffers_base(&x->buffers);
	return link_call(&x->link, &req, NULL, 0, NULL, 0);
}

int xencall0(xencall_handle *x, unsigned int op)
{
	return (int)call(x, op, 0, 0, 0, 0, 0);
}

int xencall1(xencall_handle *x, unsigned int op, uint64_t arg1)
{
	return (int)call(x, op, arg1, 0, 0, 0, 0);
}

int xencall2(xencall_handle *x, unsigned int op, uint64_t arg1, uint64_t arg2)
{
	return (int)call(x, op, arg1, arg2, 0, 0, 0);
}

long xencall2L(xencall_handle *x, unsigned int op, uint64_t arg1, uint64_t arg2)
{
	return call(x, op, arg1, arg2, 0, 0, 0);
}

int xencall3(xencall_handle *x, unsigned int op, uint64_t arg1, uint64_t arg2, uint64_t arg3)
{
	return (int)call(x, op, arg1, arg2, arg3, 0, 0);
}

int xencall4(xencall_handle *x, unsigned int op, uint64_t arg1, uint64_t arg2, uint64_t arg3,
	     uint64_t arg4)
{
	return (int)call(x, op, arg1, arg2, arg3, arg4, 0);
}

int xencall5(xencall_handle *x, unsigned int op, uint64_t arg1, uint64_t arg2, uint64_t arg3,
	     uint64_t arg4, uint64_t arg5)
{
	return (int)call(x, op, arg1, arg2, arg3, arg4, arg5);
}

void *xencall_alloc_buffer_pages(xencall_handle *x, size_t nr_pages)
{
	return own(x) ? NULL : buffers_alloc(&x->buffers, &x->link, nr_pages);
}

void xencall_free_buffer_pages(xencall_handle *x, void *p, size_t nr_pages)
{
	buffers_free(&x->buffers, &x->link, p, nr_pages);
}

void *xencall_alloc_buffer(xencall_handle *x, size_t size)
{
	struct buffer_header *h;
	size_t pages;

	if (size > SIZE_MAX - sizeof(*h) - HOST_PAGE) {
		errno = ENOMEM;
		return NULL;
	}
	pages = (size + sizeof(*h) + HOST_PAGE - 1) / HOST_PAGE;
	h = own(x) ? NULL : buffers_alloc(&x->buffers, &x->link, pages);
	if (!h)
		return NULL;
	h->pages = pages;
	return h + 1;
}

void xencall_free_buffer(xencall_handle *x, void *p)
{
	struct buffer_header *h = p;

	if (h)
		buffers_free(&x->buffers, &x->link, h - 1, h[-1].pages);
}

/* Arena pages are never swapped or moved as the hypervisor sees them. */
int xencall_buffers_never_fault(xencall_handle *x)
{
	return 1;
}
