/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <xencall.h>
#include <xenevtchn.h>
#include <xenforeignmemory.h>
#include <xengnttab.h>
#include <xen/domctl.h>
#include <xen/sysctl.h>

#include "hyper.h"

#define LIST_DOMAINS 64 /* a call */

struct list {
	struct xen_sysctl sysctl;
	xen_domctl_getdomaininfo_t info[LIST_DOMAINS];
};

struct hyper {
	xencall_handle *call;
	xenevtchn_handle *evtchn;
	xengnttab_handle *gnttab;
	xenforeignmemory_handle *memory;
	struct xen_domctl *domctl; /* hypercall buffers */
	struct list *list;
	uint8_t listed[DOMID_FIRST_RESERVED]; /* enum hyper_state */
};

int hyper_open(struct hyper **out)
{
	struct hyper *h = calloc(1, sizeof(*h));
	int rc;

	if (!h)
		return ENOMEM;
	errno = 0;
	h->call = xencall_open(NULL, 0);
	if (h->call)
		h->evtchn = xenevtchn_open(NULL, 0);
	if (h->evtchn)
		h->memory = xenforeignmemory_open(NULL, 0);
	if (h->memory)
		h->domctl = xencall_alloc_buffer(h->call, sizeof(*h->domctl));
	if (h->domctl)
		h->list = xencall_alloc_buffer(h->call, sizeof(*h->list));
	if (!h->list) {
		rc = errno ? errno : EIO;
		hyper_close(h);
		return rc;
	}
	h->gnttab = xengnttab_open(NULL, 0); /* frames can be mapped without */
	*out = h;
	return 0;
}

void hyper_close(struct hyper *h)
{
	if (!h)
		return;
	if (h->list)
		xencall_free_buffer(h->call, h->list);
	if (h->domctl)
		xencall_free_buffer(h->call, h->domctl);
	if (h->gnttab)
		xengnttab_close(h->gnttab);
	if (h->memory)
		xenforeignmemory_close(h->memory);
	if (h->evtchn)
		xenevtchn_close(h->evtchn);
	if (h->call)
		xencall_close(h->call);
	free(h);
}

int hyper_map(struct hyper *h, uint32_t domid, uint32_t grant, uint64_t gfn,
	      struct hyper_page *page)
{
	xen_pfn_t pfn = gfn;
	int err = 0;

	memset(page, 0, sizeof(*page));
	if (h->gnttab)
		page->addr =
			xengnttab_map_grant_ref(h->gnttab, domid, grant, PROT_READ | PROT_WRITE);
	if (page->addr) {
		page->by_grant = true;
		return 0;
	}
	errno = 0;
	page->addr = xenforeignmemory_map(h->memory, domid, PROT_READ | PROT_WRITE, 1, &pfn, &err);
	if (page->addr && !err)
		return 0;
	if (page->addr)
		xenforeignmemory_unmap(h->memory, page->addr, 1);
	page->addr = NULL;
	return err ? abs(err) : errno ? errno : EINVAL;
}

void hyper_unmap(struct hyper *h, struct hyper_page *page)
{
	if (!page->addr)
		return;
	if (page->by_grant)
		xengnttab_unmap(h->gnttab, page->addr, 1);
	else
		xenforeignmemory_unmap(h->memory, page->addr, 1);
	page->addr = NULL;
}

int hyper_bind(struct hyper *h, uint32_t domid, uint32_t remote_port)
{
	int port = xenevtchn_bind_interdomain(h->evtchn, domid, remote_port);

	return port < 0 ? -(errno ? errno : EINVAL) : port;
}

int hyper_bind_virq(struct hyper *h, unsigned int virq)
{
	int port = xenevtchn_bind_virq(h->evtchn, virq);

	return port < 0 ? -(errno ? errno : EINVAL) : port;
}

void hyper_unbind(struct hyper *h, int port)
{
	if (port >= 0)
		xenevtchn_unbind(h->evtchn, (evtchn_port_t)port);
}

void hyper_notify(struct hyper *h, int port)
{
	if (port >= 0)
		xenevtchn_notify(h->evtchn, (evtchn_port_t)port);
}

int hyper_fd(struct hyper *h)
{
	return xenevtchn_fd(h->evtchn);
}

int hyper_pending(struct hyper *h)
{
	/* The library may block when nothing is there: its header says to ask. */
	struct pollfd p = {.fd = xenevtchn_fd(h->evtchn), .events = POLLIN};

	if (poll(&p, 1, 0) <= 0)
		return -1;
	return xenevtchn_pending(h->evtchn);
}

void hyper_unmask(struct hyper *h, int port)
{
	if (port >= 0)
		xenevtchn_unmask(h->evtchn, (evtchn_port_t)port);
}

static enum hyper_state state_of(const xen_domctl_getdomaininfo_t *info)
{
	if (info->flags & XEN_DOMINF_dying)
		return HYPER_DYING;
	return info->flags & XEN_DOMINF_shutdown ? HYPER_SHUTDOWN : HYPER_RUNNING;
}

/* From @first on; how many, or -1. */
static int list_some(struct hyper *h, uint32_t first)
{
	struct xen_sysctl *s = &h->list->sysctl;

	memset(s, 0, sizeof(*s));
	s->cmd = XEN_SYSCTL_getdomaininfolist;
	s->interface_version = XEN_SYSCTL_INTERFACE_VERSION;
	s->u.getdomaininfolist.first_domain = (domid_t)first;
	s->u.getdomaininfolist.max_domains = LIST_DOMAINS;
	set_xen_guest_handle(s->u.getdomaininfolist.buffer, h->list->info);
	if (xencall1(h->call, __HYPERVISOR_sysctl, (uint64_t)(uintptr_t)s) < 0)
		return -1;
	return (int)s->u.getdomaininfolist.num_domains;
}

void hyper_list_domains(struct hyper *h)
{
	uint32_t next = 0;
	int n;

	memset(h->listed, HYPER_GONE, sizeof(h->listed));
	do {
		n = list_some(h, next);
		if (n < 0)
			memset(h->listed, HYPER_UNKNOWN, sizeof(h->listed));
		for (int i = 0; i < n && i < LIST_DOMAINS; i++) {
			const xen_domctl_getdomaininfo_t *info = &h->list->info[i];

			if (info->domain < DOMID_FIRST_RESERVED)
				h->listed[info->domain] = (uint8_t)state_of(info);
			next = info->domain + 1u;
		}
	} while (n == LIST_DOMAINS && next < DOMID_FIRST_RESERVED);
}

enum hyper_state hyper_listed_state(const struct hyper *h, uint32_t domid)
{
	return domid < DOMID_FIRST_RESERVED ? (enum hyper_state)h->listed[domid] : HYPER_GONE;
}

enum hyper_state hyper_domain_state(struct hyper *h, uint32_t domid)
{
	const struct xen_domctl_getdomaininfo *info = &h->domctl->u.getdomaininfo;

	memset(h->domctl, 0, sizeof(*h->domctl));
	h->domctl->cmd = XEN_DOMCTL_getdomaininfo;
	h->domctl->interface_version = XEN_DOMCTL_INTERFACE_VERSION;
	h->domctl->domain = (domid_t)domid;
	if (xencall1(h->call, __HYPERVISOR_domctl, (uint64_t)(uintptr_t)h->domctl) < 0)
		return errno == ESRCH ? HYPER_GONE : HYPER_UNKNOWN;
	/* The hypervisor answers with the next domain where this one is not. */
	if (info->domain != domid)
		return HYPER_GONE;
	return state_of(info);
}
