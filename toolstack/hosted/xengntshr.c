/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * The halves of libxengnttab.so.1 that a hosted instance does not have.
 * Sharing pages: domain 0 has no memory of its own there that it could grant.
 * DMA buffers: there is no device.
 */
#include <errno.h>
#include <stddef.h>

#include <xengnttab.h>
#include <xentoollog.h>

xengntshr_handle *xengntshr_open(xentoollog_logger *logger, unsigned int open_flags)
{
	if (logger)
		xtl_log(logger, XTL_ERROR, ENOSYS, "xengntshr",
			"domain 0 of a hosted instance has no memory to share");
	errno = ENOSYS;
	return NULL;
}

/* No handle exists; NULL may be closed. */
int xengntshr_close(xengntshr_handle *xgs)
{
	return 0;
}

static int no_device(void)
{
	errno = ENOSYS;
	return -1;
}

int xengntshr_fd(xengntshr_handle *xgs)
{
	return no_device();
}

void *xengntshr_share_pages(xengntshr_handle *xgs, uint32_t domid, int count, uint32_t *refs,
			    int writable)
{
	errno = ENOSYS;
	return NULL;
}

void *xengntshr_share_page_notify(xengntshr_handle *xgs, uint32_t domid, uint32_t *ref,
				  int writable, uint32_t notify_offset, evtchn_port_t notify_port)
{
	errno = ENOSYS;
	return NULL;
}

int xengntshr_unshare(xengntshr_handle *xgs, void *start_address, uint32_t count)
{
	return no_device();
}

int xengnttab_dmabuf_exp_from_refs(xengnttab_handle *xgt, uint32_t domid, uint32_t flags,
				   uint32_t count, const uint32_t *refs, uint32_t *fd)
{
	return no_device();
}

int xengnttab_dmabuf_exp_wait_released(xengnttab_handle *xgt, uint32_t fd, uint32_t wait_to_ms)
{
	return no_device();
}

int xengnttab_dmabuf_imp_to_refs(xengnttab_handle *xgt, uint32_t domid, uint32_t fd, uint32_t count,
				 uint32_t *refs)
{
	return no_device();
}

int xengnttab_dmabuf_imp_release(xengnttab_handle *xgt, uint32_t fd)
{
	return no_device();
}
