/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "ctrl/domain.h"

#include <errno.h>
#include <string.h>

#include <xen/sched.h>

/* A domctl that carries nothing but its number and a domain. */
static int domain_simple(struct ctrl *ctrl, uint32_t cmd, uint32_t domid)
{
	struct xen_domctl op = {.cmd = cmd, .domain = domid};

	return ctrl_domctl(ctrl, &op);
}

void ctrl_domain_pvh_config(struct xen_domctl_createdomain *config, const uint8_t uuid[16],
			    unsigned int max_vcpus)
{
	memset(config, 0, sizeof(*config));
	memcpy(config->handle, uuid, sizeof(config->handle));
	config->flags = XEN_DOMCTL_CDF_hvm | XEN_DOMCTL_CDF_hap;
	config->max_vcpus = max_vcpus;
	config->max_evtchn_port = 1023; /* libxl's default */
	config->max_grant_frames = -1;
	config->max_maptrack_frames = -1;
	config->grant_opts = XEN_DOMCTL_GRANT_version(2);
	config->arch.emulation_flags = XEN_X86_EMU_LAPIC;
}

int ctrl_domain_create(struct ctrl *ctrl, uint32_t *domid,
		       const struct xen_domctl_createdomain *config)
{
	struct xen_domctl op = {.cmd = XEN_DOMCTL_createdomain, .domain = *domid};
	int ret;

	op.u.createdomain = *config;
	ret = ctrl_domctl(ctrl, &op);
	if (!ret)
		*domid = op.domain;
	return ret;
}

int ctrl_domain_destroy_step(struct ctrl *ctrl, uint32_t domid)
{
	int ret = domain_simple(ctrl, XEN_DOMCTL_destroydomain, domid);

	return ret == -ERESTART ? -EAGAIN : ret;
}

int ctrl_domain_destroy(struct ctrl *ctrl, uint32_t domid)
{
	int ret;

	/* Each call does a bounded amount of work, so this ends. */
	do {
		ret = ctrl_domain_destroy_step(ctrl, domid);
	} while (ret == -EAGAIN);
	return ret;
}

int ctrl_domain_pause(struct ctrl *ctrl, uint32_t domid)
{
	return domain_simple(ctrl, XEN_DOMCTL_pausedomain, domid);
}

int ctrl_domain_unpause(struct ctrl *ctrl, uint32_t domid)
{
	return domain_simple(ctrl, XEN_DOMCTL_unpausedomain, domid);
}

int ctrl_domain_resume(struct ctrl *ctrl, uint32_t domid)
{
	return domain_simple(ctrl, XEN_DOMCTL_resumedomain, domid);
}

int ctrl_domain_shutdown(struct ctrl *ctrl, uint32_t domid, unsigned int reason)
{
	struct sched_remote_shutdown arg = {.domain_id = domid, .reason = reason};

	return ctrl_hypercall(ctrl, __HYPERVISOR_sched_op, SCHEDOP_remote_shutdown, &arg,
			      sizeof(arg));
}

int ctrl_domain_info(struct ctrl *ctrl, uint32_t domid, struct xen_domctl_getdomaininfo *info)
{
	struct xen_domctl op = {.cmd = XEN_DOMCTL_getdomaininfo, .domain = domid};
	int ret = ctrl_domctl(ctrl, &op);

	if (ret)
		return ret;
	/* The hypercall answers with the next domain when this one is missing. */
	if (op.domain != domid)
		return -ESRCH;
	*info = op.u.getdomaininfo;
	return 0;
}

int ctrl_domain_list(struct ctrl *ctrl, uint32_t first, struct xen_domctl_getdomaininfo *info,
		     unsigned int max)
{
	struct xen_sysctl op = {.cmd = XEN_SYSCTL_getdomaininfolist};
	struct xen_domctl_getdomaininfo *buf;
	int ret;

	if (!max)
		return 0;
	buf = ctrl_buffer_alloc(ctrl, max * sizeof(*buf));
	if (!buf)
		return -ENOMEM;
	op.u.getdomaininfolist.first_domain = first;
	op.u.getdomaininfolist.max_domains = max;
	set_xen_guest_handle(op.u.getdomaininfolist.buffer, buf);
	ret = ctrl_sysctl(ctrl, &op);
	if (!ret) {
		ret = op.u.getdomaininfolist.num_domains <= max
			      ? (int)op.u.getdomaininfolist.num_domains
			      : -EPROTO;
		if (ret > 0)
			memcpy(info, buf, (size_t)ret * sizeof(*buf));
	}
	ctrl_buffer_free(ctrl, buf);
	return ret;
}

int ctrl_domain_set_handle(struct ctrl *ctrl, uint32_t domid, const uint8_t uuid[16])
{
	struct xen_domctl op = {.cmd = XEN_DOMCTL_setdomainhandle, .domain = domid};

	memcpy(op.u.setdomainhandle.handle, uuid, sizeof(op.u.setdomainhandle.handle));
	return ctrl_domctl(ctrl, &op);
}

int ctrl_domain_set_max_vcpus(struct ctrl *ctrl, uint32_t domid, unsigned int max)
{
	struct xen_domctl op = {.cmd = XEN_DOMCTL_max_vcpus, .domain = domid};

	op.u.max_vcpus.max = max;
	return ctrl_domctl(ctrl, &op);
}

int ctrl_domain_set_max_mem(struct ctrl *ctrl, uint32_t domid, uint64_t max_kib)
{
	struct xen_domctl op = {.cmd = XEN_DOMCTL_max_mem, .domain = domid};

	op.u.max_mem.max_memkb = max_kib;
	return ctrl_domctl(ctrl, &op);
}

int ctrl_domain_set_paging_pool(struct ctrl *ctrl, uint32_t domid, uint64_t bytes)
{
	struct xen_domctl op = {.cmd = XEN_DOMCTL_set_paging_mempool_size, .domain = domid};
	int ret;

	op.u.paging_mempool.size = bytes;
	/* Preempted calls come back with -ERESTART only where no continuation is made. */
	do {
		ret = ctrl_domctl(ctrl, &op);
	} while (ret == -ERESTART);
	return ret;
}

int ctrl_domain_get_paging_pool(struct ctrl *ctrl, uint32_t domid, uint64_t *bytes)
{
	struct xen_domctl op = {.cmd = XEN_DOMCTL_get_paging_mempool_size, .domain = domid};
	int ret = ctrl_domctl(ctrl, &op);

	if (!ret)
		*bytes = op.u.paging_mempool.size;
	return ret;
}

int ctrl_domain_set_time_offset(struct ctrl *ctrl, uint32_t domid, int64_t seconds)
{
	struct xen_domctl op = {.cmd = XEN_DOMCTL_settimeoffset, .domain = domid};

	op.u.settimeoffset.time_offset_seconds = seconds;
	return ctrl_domctl(ctrl, &op);
}

int ctrl_domain_set_tsc(struct ctrl *ctrl, uint32_t domid, uint32_t mode, uint32_t khz)
{
	struct xen_domctl op = {.cmd = XEN_DOMCTL_settscinfo, .domain = domid};

	op.u.tsc_info.tsc_mode = mode;
	op.u.tsc_info.gtsc_khz = khz;
	return ctrl_domctl(ctrl, &op);
}

int ctrl_domain_trigger(struct ctrl *ctrl, uint32_t domid, uint32_t vcpu, uint32_t trigger)
{
	struct xen_domctl op = {.cmd = XEN_DOMCTL_sendtrigger, .domain = domid};

	op.u.sendtrigger.trigger = trigger;
	op.u.sendtrigger.vcpu = vcpu;
	return ctrl_domctl(ctrl, &op);
}

static int node_affinity(struct ctrl *ctrl, uint32_t cmd, uint32_t domid, uint8_t *nodes,
			 unsigned int nr_bits)
{
	struct xen_domctl op = {.cmd = cmd, .domain = domid};
	size_t bytes = (nr_bits + 7) / 8;
	uint8_t *buf = ctrl_buffer_alloc(ctrl, bytes);
	int ret;

	if (!buf)
		return -ENOMEM;
	memcpy(buf, nodes, bytes);
	op.u.nodeaffinity.nodemap.nr_bits = nr_bits;
	set_xen_guest_handle(op.u.nodeaffinity.nodemap.bitmap, buf);
	ret = ctrl_domctl(ctrl, &op);
	if (!ret)
		memcpy(nodes, buf, bytes);
	ctrl_buffer_free(ctrl, buf);
	return ret;
}

int ctrl_domain_set_node_affinity(struct ctrl *ctrl, uint32_t domid, const uint8_t *nodes,
				  unsigned int nr_bits)
{
	uint8_t copy[128];

	if (!nr_bits || nr_bits > sizeof(copy) * 8)
		return -EINVAL;
	memcpy(copy, nodes, (nr_bits + 7) / 8);
	return node_affinity(ctrl, XEN_DOMCTL_setnodeaffinity, domid, copy, nr_bits);
}

int ctrl_domain_get_node_affinity(struct ctrl *ctrl, uint32_t domid, uint8_t *nodes,
				  unsigned int nr_bits)
{
	if (!nr_bits)
		return -EINVAL;
	memset(nodes, 0, (nr_bits + 7) / 8);
	return node_affinity(ctrl, XEN_DOMCTL_getnodeaffinity, domid, nodes, nr_bits);
}

int ctrl_domain_set_virq_handler(struct ctrl *ctrl, uint32_t domid, uint32_t virq)
{
	struct xen_domctl op = {.cmd = XEN_DOMCTL_set_virq_handler, .domain = domid};

	op.u.set_virq_handler.virq = virq;
	return ctrl_domctl(ctrl, &op);
}
