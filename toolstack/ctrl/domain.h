/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Life of a domain and its figures (domctl and sysctl of Xen 4.17). */
#ifndef CTRL_DOMAIN_H
#define CTRL_DOMAIN_H

#include <stdbool.h>

#include "ctrl/ctrl.h"

/* @domid: in 0 to let the hypervisor choose, out the id given.
 * -ENOMEM, -EINVAL, -EEXIST (the id is taken), -EPERM. */
int ctrl_domain_create(struct ctrl *ctrl, uint32_t *domid,
		       const struct xen_domctl_createdomain *config);
/* A PVH domain as libxl asks for it: hvm, hap, LAPIC emulated, defaults elsewhere. */
void ctrl_domain_pvh_config(struct xen_domctl_createdomain *config, const uint8_t uuid[16],
			    unsigned int max_vcpus);
/* Repeats until the domain's memory is given back: the domain is gone afterwards
 * except for frames that others still map.  -ESRCH: no such domain. */
int ctrl_domain_destroy(struct ctrl *ctrl, uint32_t domid);
/* One step only, for callers with an event loop: 0 done, -EAGAIN call again. */
int ctrl_domain_destroy_step(struct ctrl *ctrl, uint32_t domid);
int ctrl_domain_pause(struct ctrl *ctrl, uint32_t domid);
int ctrl_domain_unpause(struct ctrl *ctrl, uint32_t domid);
/* Restart vCPUs after a suspend that was cancelled. */
int ctrl_domain_resume(struct ctrl *ctrl, uint32_t domid);
/* End it at once with @reason (SHUTDOWN_*), as the guest's own SCHEDOP_shutdown. */
int ctrl_domain_shutdown(struct ctrl *ctrl, uint32_t domid, unsigned int reason);
/* Exactly this domain: -ESRCH when it is not there. */
int ctrl_domain_info(struct ctrl *ctrl, uint32_t domid, struct xen_domctl_getdomaininfo *info);
/* Up to @max domains with id >= @first, ascending; returns how many. */
int ctrl_domain_list(struct ctrl *ctrl, uint32_t first, struct xen_domctl_getdomaininfo *info,
		     unsigned int max);
int ctrl_domain_set_handle(struct ctrl *ctrl, uint32_t domid, const uint8_t uuid[16]);
int ctrl_domain_set_max_vcpus(struct ctrl *ctrl, uint32_t domid, unsigned int max);
/* Limit of memory in KiB; ~0 for none. */
int ctrl_domain_set_max_mem(struct ctrl *ctrl, uint32_t domid, uint64_t max_kib);
/* Pool for nested page tables, in bytes (a multiple of the page size). */
int ctrl_domain_set_paging_pool(struct ctrl *ctrl, uint32_t domid, uint64_t bytes);
int ctrl_domain_get_paging_pool(struct ctrl *ctrl, uint32_t domid, uint64_t *bytes);
/* Wall clock of the guest minus the host's, in seconds. */
int ctrl_domain_set_time_offset(struct ctrl *ctrl, uint32_t domid, int64_t seconds);
/* @mode: XEN_CPUID tsc mode, 0 default, 1 always emulate, 2 never emulate. */
int ctrl_domain_set_tsc(struct ctrl *ctrl, uint32_t domid, uint32_t mode, uint32_t khz);
/* XEN_DOMCTL_SENDTRIGGER_*; -ENOSYS where the guest has no such line. */
int ctrl_domain_trigger(struct ctrl *ctrl, uint32_t domid, uint32_t vcpu, uint32_t trigger);
/* NUMA placement as a bitmap of nodes. */
int ctrl_domain_set_node_affinity(struct ctrl *ctrl, uint32_t domid, const uint8_t *nodes,
				  unsigned int nr_bits);
int ctrl_domain_get_node_affinity(struct ctrl *ctrl, uint32_t domid, uint8_t *nodes,
				  unsigned int nr_bits);
/* Deliver a global VIRQ (VIRQ_DOM_EXC, ...) to @domid instead of domain 0. */
int ctrl_domain_set_virq_handler(struct ctrl *ctrl, uint32_t domid, uint32_t virq);

/* Meaning of xen_domctl_getdomaininfo.flags. */
static inline bool ctrl_domain_is_dying(const struct xen_domctl_getdomaininfo *info)
{
	return info->flags & XEN_DOMINF_dying;
}
static inline bool ctrl_domain_is_shutdown(const struct xen_domctl_getdomaininfo *info)
{
	return info->flags & XEN_DOMINF_shutdown;
}
/* Only when shut down. */
static inline unsigned int ctrl_domain_shutdown_reason(const struct xen_domctl_getdomaininfo *info)
{
	return (info->flags >> XEN_DOMINF_shutdownshift) & XEN_DOMINF_shutdownmask;
}

#endif
