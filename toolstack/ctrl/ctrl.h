/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Typed wrappers over the hypercalls that a toolstack makes, on top of Xen's
 * stable libraries (xencall, xenforeignmemory).  The same code runs hosted and
 * in a Linux dom0.
 *
 * Every function returns 0 (or a documented non-negative value) or -errno; the
 * hypervisor's errno values and Linux's are the same for all codes used here.
 * A handle may be used by one thread at a time; no call blocks for longer than
 * its hypercall.
 */
#ifndef CTRL_CTRL_H
#define CTRL_CTRL_H

#include <stddef.h>
#include <stdint.h>

#include <xencall.h>
#include <xenforeignmemory.h>
#include <xen/xen.h>
#include <xen/domctl.h>
#include <xen/sysctl.h>

#define CTRL_PAGE_SHIFT 12
#define CTRL_PAGE_SIZE	(1ul << CTRL_PAGE_SHIFT)

struct ctrl {
	xencall_handle *call;
	xenforeignmemory_handle *fmem;
};

/* Open both libraries.  -ENOENT or -EACCES: no hypervisor reachable from here. */
int ctrl_open(struct ctrl **out);
/* NULL is allowed. */
void ctrl_close(struct ctrl *ctrl);

/*
 * Issue a domctl / sysctl: @op is copied to hypercall-safe memory, completed
 * with the interface version, and copied back (also after an error).
 */
int ctrl_domctl(struct ctrl *ctrl, struct xen_domctl *op);
int ctrl_sysctl(struct ctrl *ctrl, struct xen_sysctl *op);

/* hypercall(@nr, @cmd, &arg): @arg of @size bytes is bounced both ways.
 * The result may be positive. */
int ctrl_hypercall(struct ctrl *ctrl, unsigned int nr, unsigned int cmd, void *arg, size_t size);

/* Zeroed memory that may be named in hypercall arguments, or NULL. */
void *ctrl_buffer_alloc(struct ctrl *ctrl, size_t size);
/* NULL is allowed. */
void ctrl_buffer_free(struct ctrl *ctrl, void *buf);

#endif
