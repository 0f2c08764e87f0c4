/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* A library handle's connection to nacre-host, and memory mapped through it. */
#ifndef NACRE_HOSTED_LINK_H
#define NACRE_HOSTED_LINK_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <xen/xen.h>
#include <xentoollog.h>

#include "protocol.h"

struct link {
	int fd;
	int ram_fd;	   /* the machine's RAM */
	int area_fd;	   /* the link area */
	pid_t pid;	   /* who opened it */
	bool adoptable;	   /* a forked child gets a connection of its own at first use */
	int restricted_to; /* domain, or -1 */
	uint64_t ram_size, low_size, area_size;
	pthread_mutex_t lock; /* one request at a time */
};

/*
 * Connect to the instance of $NACRE_RUNDIR, or the default one.  @cookie names
 * an events connection to act for, 0: none.  0, or -1 with errno set and one
 * line logged (@logger may be NULL).
 */
int link_open(struct link *l, xentoollog_logger *logger, const char *who, uint64_t cookie);
/* Open an events connection: its descriptor, or -1 with errno. @cookie: output. */
int link_open_events(xentoollog_logger *logger, const char *who, bool cloexec, uint64_t *cookie);
/* The cookie of a descriptor that link_open_events returned. 0 or -1 with errno. */
int link_cookie(int fd, uint64_t *cookie);
void link_close(struct link *l);
/*
 * In a forked child: a connection of its own, under the same descriptors.  The
 * libraries' headers forbid such use of a handle, but xl makes its handle before
 * daemon(3) and goes on with it afterwards, which the kernel's devices let pass.
 * What the parent had mapped stays the parent's.  0; -1 with errno, EBADF when
 * hypercalls were restricted away.  Nothing happens in the opener itself.
 */
int link_adopt(struct link *l);

/*
 * One round trip.  @body is @body_len bytes; the reply's array goes to @out,
 * which holds @out_len bytes.  Returns the reply's result (>= 0, arrays'
 * lengths are checked by the callee), or -1 with errno.  EBADF: in a forked
 * child, unless the link is adoptable.  ECONNRESET: the instance is gone.
 */
int64_t link_call(struct link *l, const struct host_request *req, const void *body, size_t body_len,
		  void *out, size_t out_len);

/*
 * Map @n machine frames in a row, from @addr on if that is given with
 * MAP_FIXED in @flags.  Frames of HOST_FRAME_INVALID become inaccessible
 * pages.  Not inherited over fork.  MAP_FAILED with errno.
 */
void *link_mmap(struct link *l, void *addr, int prot, int flags, const uint64_t *mfn, size_t n);

/* Drop one reference of each valid frame. 0 or -1 with errno. */
int link_unmap_frames(struct link *l, const uint64_t *mfn, size_t n);

/* libxentoolcore's internal interface: it makes xentoolcore_restrict_all()
 * reach every open handle.  The layout is fixed by its soname. */
typedef struct xentoolcore_handle {
	int (*restrict_callback)(struct xentoolcore_handle *handle, domid_t domid);
	struct {
		struct xentoolcore_handle *next, **prev;
	} entry;
} xentoolcore_handle;

void xentoolcore__register_active_handle(xentoolcore_handle *handle);
void xentoolcore__deregister_active_handle(xentoolcore_handle *handle);
int xentoolcore__restrict_by_dup2_null(int fd);

/* Tell nacre-host to serve this connection for @domid only. 0 or -1, errno. */
int link_restrict(struct link *l, domid_t domid);

#define container(ptr, type, member) ((type *)((char *)(ptr)-offsetof(type, member)))

#endif
