/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* The hypercall wrappers against a fake: arguments, bouncing, error codes. */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ctrl/domain.h"
#include "ctrl/evtchn.h"
#include "ctrl/gnttab.h"
#include "ctrl/host.h"
#include "ctrl/hvm.h"
#include "ctrl/sched.h"
#include "ctrl/vcpu.h"
#include "fake_xen.h"

static struct ctrl *ctrl;

static void setup(void)
{
	fake_reset();
	cr_assert_eq(ctrl_open(&ctrl), 0);
}

static void teardown(void)
{
	cr_assert_eq(fake.buffers, 0u);
	cr_assert_eq(fake.mappings, 0u);
	ctrl_close(ctrl);
}

TestSuite(ctrl, .init = setup, .fini = teardown);

static unsigned int again;

static int domctl_life(struct xen_domctl *op)
{
	if (op->interface_version != XEN_DOMCTL_INTERFACE_VERSION)
		return -EACCES;
	switch (op->cmd) {
	case XEN_DOMCTL_createdomain:
		if (op->u.createdomain.flags != (XEN_DOMCTL_CDF_hvm | XEN_DOMCTL_CDF_hap) ||
		    op->u.createdomain.handle[3] != 3 || op->u.createdomain.max_vcpus != 5)
			return -EINVAL;
		op->domain = 42;
		return 0;
	case XEN_DOMCTL_destroydomain:
		if (!again)
			return 0;
		again--;
		return again & 1 ? -EAGAIN : -ERESTART;
	case XEN_DOMCTL_getdomaininfo:
		op->domain = 9;
		op->u.getdomaininfo.domain = 9;
		op->u.getdomaininfo.flags = XEN_DOMINF_shutdown | 3u << XEN_DOMINF_shutdownshift;
		return 0;
	default:
		return 1;
	}
}

Test(ctrl, life_of_a_domain)
{
	uint8_t uuid[16] = {0, 1, 2, 3};
	struct xen_domctl_createdomain config;
	struct xen_domctl_getdomaininfo info;
	uint32_t domid = 0;

	fake.domctl = domctl_life;
	ctrl_domain_pvh_config(&config, uuid, 5);
	cr_assert_eq(ctrl_domain_create(ctrl, &domid, &config), 0);
	cr_assert_eq(domid, 42u);
	again = 7;
	cr_assert_eq(ctrl_domain_destroy(ctrl, 42), 0);
	cr_assert_eq(again, 0u);
	again = 2;
	cr_assert_eq(ctrl_domain_destroy_step(ctrl, 42), -EAGAIN);
	cr_assert_eq(ctrl_domain_destroy_step(ctrl, 42), -EAGAIN);
	cr_assert_eq(ctrl_domain_destroy_step(ctrl, 42), 0);
	/* The hypervisor skips to the next domain; the caller asked for one. */
	cr_assert_eq(ctrl_domain_info(ctrl, 8, &info), -ESRCH);
	cr_assert_eq(ctrl_domain_info(ctrl, 9, &info), 0);
	cr_assert(ctrl_domain_is_shutdown(&info));
	cr_assert_eq(ctrl_domain_shutdown_reason(&info), 3u);
}

Test(ctrl, errno_becomes_the_result)
{
	fake.fail_at = 1;
	fake.fail_errno = EPERM;
	cr_assert_eq(ctrl_domain_pause(ctrl, 1), -EPERM);
	cr_assert_eq(ctrl_domain_set_max_vcpus(ctrl, 1, 2), -ESRCH);
	cr_assert_eq(ctrl_domain_unpause(ctrl, FAKE_DOMID), -ENOSYS);
	cr_assert_eq(ctrl_domain_set_max_mem(ctrl, FAKE_DOMID, 4096), 0);
	cr_assert_eq(fake.max_kib, 4096u);
}

static int domctl_affinity(struct xen_domctl *op)
{
	struct xen_domctl_vcpuaffinity *a = &op->u.vcpuaffinity;

	if (op->cmd != XEN_DOMCTL_setvcpuaffinity && op->cmd != XEN_DOMCTL_getvcpuaffinity)
		return 1;
	if (op->cmd == XEN_DOMCTL_getvcpuaffinity && a->flags & XEN_VCPUAFFINITY_SOFT)
		a->cpumap_soft.bitmap.p[0] = 0x81;
	/* Only CPUs 0..3 are there. */
	if (op->cmd == XEN_DOMCTL_setvcpuaffinity && a->flags & XEN_VCPUAFFINITY_HARD) {
		a->cpumap_hard.bitmap.p[0] &= 0xf;
		a->cpumap_hard.bitmap.p[1] = 0;
	}
	return a->vcpu == 1 && a->cpumap_hard.nr_bits + a->cpumap_soft.nr_bits == 12 ? 0 : -EINVAL;
}

Test(ctrl, affinity_goes_in_and_out)
{
	uint8_t hard[2] = {0x3c, 0x0f}, soft[2] = {0xff, 0xff};

	fake.domctl = domctl_affinity;
	cr_assert_eq(ctrl_vcpu_set_affinity(ctrl, 3, 1, hard, NULL, 12), 0);
	cr_assert_eq(hard[0], 0x0c);
	cr_assert_eq(hard[1], 0);
	cr_assert_eq(ctrl_vcpu_get_affinity(ctrl, 3, 1, NULL, soft, 12), 0);
	cr_assert_eq(soft[0], 0x81);
	cr_assert_eq(soft[1], 0);
	cr_assert_eq(ctrl_vcpu_get_affinity(ctrl, 3, 1, NULL, soft, 0), -EINVAL);
}

static uint32_t claimed_domains;

static int sysctl_list(struct xen_sysctl *op)
{
	struct xen_sysctl_getdomaininfolist *l = &op->u.getdomaininfolist;

	if (op->cmd != XEN_SYSCTL_getdomaininfolist)
		return -ENOSYS;
	for (uint32_t i = 0; i < 3 && i < l->max_domains; i++)
		l->buffer.p[i].domain = (domid_t)(l->first_domain + i);
	l->num_domains = claimed_domains;
	return 0;
}

Test(ctrl, list_of_domains)
{
	struct xen_domctl_getdomaininfo info[4];

	fake.sysctl = sysctl_list;
	claimed_domains = 3;
	cr_assert_eq(ctrl_domain_list(ctrl, 5, info, 4), 3);
	cr_assert_eq(info[2].domain, 7);
	/* More than there was room for: never believed. */
	claimed_domains = 5;
	cr_assert_eq(ctrl_domain_list(ctrl, 5, info, 4), -EPROTO);
	cr_assert_eq(ctrl_domain_list(ctrl, 5, info, 0), 0);
}

static size_t log_size;

static int sysctl_console(struct xen_sysctl *op)
{
	struct xen_sysctl_readconsole *c = &op->u.readconsole;

	if (op->cmd != XEN_SYSCTL_readconsole)
		return -ENOSYS;
	if (c->count > log_size)
		c->count = (uint32_t)log_size;
	memset(c->buffer.p, 'x', c->count);
	if (c->clear)
		log_size = 0;
	c->index += c->count;
	return 0;
}

Test(ctrl, console_ring_of_any_size)
{
	static const size_t sizes[] = {0, 1, 65535, 65536, 65537, 300000};
	char *text;
	size_t len;

	fake.sysctl = sysctl_console;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		log_size = sizes[i];
		cr_assert_eq(ctrl_host_console_read(ctrl, 0, &text, &len), 0);
		cr_assert_eq(len, sizes[i]);
		cr_assert_eq(strlen(text), len);
		free(text);
	}
	cr_assert_eq(ctrl_host_console_read(ctrl, 1, &text, &len), 0);
	cr_assert_eq(len, 300000u);
	cr_assert_eq(log_size, 0u);
	free(text);
	log_size = 100u << 20;
	cr_assert_eq(ctrl_host_console_read(ctrl, 0, &text, &len), -ENOBUFS);
	cr_assert_null(text);
}

Test(ctrl, populate_tells_how_far_it_came)
{
	static xen_pfn_t gfns[1500];

	for (size_t i = 0; i < 1500; i++)
		gfns[i] = i + 1;
	fake.free_pages = 1100;
	cr_assert_eq(ctrl_memory_populate(ctrl, FAKE_DOMID, 0, gfns, 1500), 1100);
	fake_reset();
	cr_assert_eq(ctrl_memory_populate(ctrl, FAKE_DOMID, 0, gfns, 1500), 1500);
	fake_reset();
	fake.fail_at = 2;
	fake.fail_errno = EFAULT;
	cr_assert_eq(ctrl_memory_populate(ctrl, FAKE_DOMID, 0, gfns, 1500), -EFAULT);
}

Test(ctrl, grants_outside_of_the_reserved_entries_are_refused)
{
	struct ctrl_grant grant = {8, 0, 1};

	cr_assert_eq(ctrl_gnttab_seed(ctrl, FAKE_DOMID, &grant, 1), -EINVAL);
	grant = (struct ctrl_grant){1, 0, 1ull << 32};
	cr_assert_eq(ctrl_gnttab_seed(ctrl, FAKE_DOMID, &grant, 1), -EINVAL);
	grant = (struct ctrl_grant){1, 3, 0x1234};
	cr_assert_eq(ctrl_gnttab_seed(ctrl, FAKE_DOMID, &grant, 1), 0);
	cr_assert_eq(fake.grants[1].domid, 3);
	cr_assert_eq(fake.grants[1].frame, 0x1234u);
	cr_assert_eq(fake.grants[1].flags, GTF_permit_access);
}
