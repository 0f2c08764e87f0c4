/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Sizes and offsets of Xen 4.17's public structures on amd64.  If a line fails,
 * the installed libxen-dev speaks another ABI than the one Nacre implements. */
#include <stddef.h>
#include <stdint.h>
#include <xen/xen.h>
#include <xen/domctl.h>
#include <xen/sysctl.h>
#include <xen/memory.h>
#include <xen/event_channel.h>
#include <xen/grant_table.h>
#include <xen/vcpu.h>
#include <xen/version.h>
#include <xen/sched.h>
#include <xen/hvm/hvm_op.h>
#include <xen/hvm/save.h>
#include <xen/arch-x86/hvm/start_info.h>
#include <xen/io/console.h>
#include <xen/io/xs_wire.h>
#include <hv/nacre_sysctl.h>

#define SIZE(type, bytes) _Static_assert(sizeof(type) == (bytes), #type)
#define OFFSET(type, member, bytes)                                                                \
	_Static_assert(offsetof(type, member) == (bytes), #type "." #member)

_Static_assert(XEN_DOMCTL_INTERFACE_VERSION == 0x15, "domctl of 4.17");
_Static_assert(XEN_SYSCTL_INTERFACE_VERSION == 0x15, "sysctl of 4.17");
SIZE(struct shared_info, 3136);
SIZE(struct vcpu_info, 64);
SIZE(struct vcpu_time_info, 32);
SIZE(struct vcpu_runstate_info, 48);
SIZE(struct xen_domctl, 144);
SIZE(struct xen_domctl_createdomain, 64);
SIZE(struct xen_domctl_getdomaininfo, 112);
SIZE(struct xen_domctl_vcpuaffinity, 40);
SIZE(struct xen_domctl_getvcpuinfo, 24);
SIZE(struct xen_domctl_scheduler_op, 24);
SIZE(struct xen_domctl_hvmcontext, 16);
SIZE(struct xen_domctl_cpu_policy, 40);
SIZE(struct xen_sysctl, 136);
SIZE(struct xen_sysctl_physinfo, 112);
SIZE(struct xen_sysctl_getdomaininfolist, 24);
SIZE(struct xen_sysctl_cputopoinfo, 16);
SIZE(struct xen_sysctl_numainfo, 24);
SIZE(struct xen_sysctl_readconsole, 24);
SIZE(struct xen_sysctl_livepatch_op, 72);
SIZE(struct xen_sysctl_cpupool_op, 40);
SIZE(struct xen_memory_reservation, 32);
SIZE(struct xen_add_to_physmap, 24);
SIZE(struct xen_add_to_physmap_batch, 32);
SIZE(struct xen_memory_map, 16);
SIZE(struct xen_mem_acquire_resource, 32);
SIZE(struct evtchn_status, 24);
SIZE(struct evtchn_alloc_unbound, 8);
SIZE(struct evtchn_bind_interdomain, 12);
SIZE(struct grant_entry_v1, 8);
SIZE(struct gnttab_map_grant_ref, 32);
SIZE(struct gnttab_copy, 40);
SIZE(struct gnttab_setup_table, 24);
SIZE(struct vcpu_register_vcpu_info, 16);
SIZE(struct vcpu_set_singleshot_timer, 16);
SIZE(struct sched_poll, 24);
SIZE(struct xen_hvm_param, 16);
SIZE(struct hvm_hw_cpu, 1032);
SIZE(struct hvm_save_header, 24);
SIZE(struct hvm_save_descriptor, 8);
SIZE(struct hvm_start_info, 56);
SIZE(struct hvm_memmap_table_entry, 24);
SIZE(struct hvm_modlist_entry, 32);
SIZE(struct xencons_interface, 3088);
SIZE(struct xenstore_domain_interface, 2076);
SIZE(struct xsd_sockmsg, 16);
SIZE(struct xen_build_id, 4);
SIZE(struct nacre_sysctl_livepatch_info, 112);
OFFSET(struct nacre_sysctl_livepatch_info, build_id, 48);
SIZE(struct nacre_sysctl_sched_stats, 32);
OFFSET(struct nacre_sysctl_sched_stats, buffer, 24);
SIZE(struct nacre_sched_record, 272);
OFFSET(struct nacre_sched_record, sum, 48);
SIZE(struct nacre_sched_counts, 224);
OFFSET(struct nacre_sched_counts, wake_delay, 64);
SIZE(struct xen_feature_info, 8);
OFFSET(struct shared_info, evtchn_pending, 2048);
OFFSET(struct shared_info, evtchn_mask, 2560);
OFFSET(struct shared_info, wc_version, 3072);
OFFSET(struct shared_info, arch, 3088);
OFFSET(struct vcpu_info, evtchn_pending_sel, 8);
OFFSET(struct vcpu_info, time, 32);
OFFSET(struct xen_domctl, u, 16);
OFFSET(struct xen_sysctl, u, 8);
OFFSET(struct xen_domctl_getdomaininfo, cpu_time, 56);
OFFSET(struct xen_domctl_getdomaininfo, handle, 76);
OFFSET(struct xen_domctl_createdomain, arch, 56);
OFFSET(struct xen_sysctl_physinfo, hw_cap, 80);
OFFSET(struct xen_sysctl_physinfo, total_pages, 40);
OFFSET(struct xencons_interface, out_cons, 3080);
OFFSET(struct xenstore_domain_interface, req_cons, 2048);
