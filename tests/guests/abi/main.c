/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Result codes of hypercalls that an ordinary guest gets wrong, on purpose.  The
 * expected ones are what Xen 4.17.7 gives (this program passes there, too).
 */
#include "lib.h"

#include <xen/errno.h>
#include <xen/event_channel.h>
#include <xen/grant_table.h>
#include <xen/hvm/hvm_op.h>
#include <xen/hvm/params.h>
#include <xen/memory.h>
#include <xen/sched.h>
#include <xen/vcpu.h>
#include <xen/version.h>

const char test_name[] = "abi";

/* Offered by the headers to toolstacks only. */
#define CMD_CLAIM_PAGES 24
#define BAD		BAD_POINTER

static unsigned int wrong, count;

static void want(const char *what, long got, long expected)
{
	count++;
	if (got == expected)
		return;
	wrong++;
	print("%s: %ld instead of %ld\n", what, got, expected);
}

#define MEM(cmd, arg)	  hypercall2(__HYPERVISOR_memory_op, cmd, arg)
#define SCHED(cmd, arg)	  hypercall2(__HYPERVISOR_sched_op, cmd, arg)
#define VER(cmd, arg)	  hypercall2(__HYPERVISOR_xen_version, cmd, arg)
#define HVM(cmd, arg)	  hypercall2(__HYPERVISOR_hvm_op, cmd, arg)
#define VCPU(cmd, v, arg) hypercall(__HYPERVISOR_vcpu_op, cmd, v, (uintptr_t)(arg), 0)
#define GNT(cmd, arg, n)  hypercall(__HYPERVISOR_grant_table_op, cmd, (uintptr_t)(arg), n, 0)

static void unknown(void)
{
	want("hypercall 63", hypercall(63, 0, 0, 0, 0), -XEN_ENOSYS);
	want("hypercall 0 (set_trap_table)", hypercall(0, 0, 0, 0, 0), -XEN_ENOSYS);
	want("mmu_update", hypercall(1, 0, 0, 0, 0), -XEN_ENOSYS);
	want("xsm_op", hypercall(__HYPERVISOR_xsm_op, (uintptr_t)BAD, 0, 0, 0), -XEN_ENOSYS);
	want("memory_op 62", MEM(62, NULL), -XEN_ENOSYS);
	want("sched_op 99", SCHED(99, NULL), -XEN_ENOSYS);
	want("xen_version 99", VER(99, NULL), -XEN_ENOSYS);
	want("vcpu_op 99", VCPU(99, 0, NULL), -XEN_ENOSYS);
	want("hvm_op 99", HVM(99, NULL), -XEN_ENOSYS);
	want("grant_table_op 99", GNT(99, NULL, 0), -XEN_ENOSYS);
}

static void bad_pointers(void)
{
	want("version.extraversion", VER(XENVER_extraversion, BAD), -XEN_EFAULT);
	want("version.get_features", VER(XENVER_get_features, BAD), -XEN_EFAULT);
	want("memory.memory_map", MEM(XENMEM_memory_map, BAD), -XEN_EFAULT);
	want("memory.add_to_physmap", MEM(XENMEM_add_to_physmap, BAD), -XEN_EFAULT);
	want("sched.poll", SCHED(SCHEDOP_poll, BAD), -XEN_EFAULT);
	want("sched.shutdown", SCHED(SCHEDOP_shutdown, BAD), -XEN_EFAULT);
	want("hvm.get_param", HVM(HVMOP_get_param, BAD), -XEN_EFAULT);
	want("vcpu.register_vcpu_info", VCPU(VCPUOP_register_vcpu_info, 0, BAD), -XEN_EFAULT);
	want("vcpu.get_runstate_info", VCPU(VCPUOP_get_runstate_info, 0, BAD), -XEN_EFAULT);
	want("gnttab.query_size", GNT(GNTTABOP_query_size, BAD, 1), -XEN_EFAULT);
	want("gnttab.setup_table", GNT(GNTTABOP_setup_table, BAD, 1), -XEN_EFAULT);
	want("evtchn.send", hypercall2(__HYPERVISOR_event_channel_op, EVTCHNOP_send, BAD),
	     -XEN_EFAULT);
}

static void memory(void)
{
	struct xen_add_to_physmap map = {.domid = DOMID_SELF, .space = 99, .gpfn = 0x500};
	struct xen_remove_from_physmap remove = {.domid = DOMID_SELF, .gpfn = 0xd0000};
	struct xen_memory_map table = {.nr_entries = 1};
	struct xen_memory_reservation res = {.domid = DOMID_SELF, .nr_extents = 1};
	static uint8_t entry[20];
	domid_t self = DOMID_SELF, other = 0;

	want("current_reservation > 0", MEM(XENMEM_current_reservation, &self) > 0, 1);
	want("current_reservation of domain 0", MEM(XENMEM_current_reservation, &other),
	     -XEN_EPERM);
	want("maximum_gpfn", MEM(XENMEM_maximum_gpfn, &self), 0xfefff);
	want("add_to_physmap of space 99", MEM(XENMEM_add_to_physmap, &map), -XEN_EINVAL);
	map.space = XENMAPSPACE_grant_table;
	map.idx = 100000;
	want("add_to_physmap of grant frame 100000", MEM(XENMEM_add_to_physmap, &map), -XEN_EINVAL);
	map.domid = 0x7123;
	want("add_to_physmap for nobody", MEM(XENMEM_add_to_physmap, &map), -XEN_ESRCH);
	want("remove_from_physmap of a hole", MEM(XENMEM_remove_from_physmap, &remove),
	     -XEN_ENOENT);
	set_xen_guest_handle(table.buffer, entry);
	want("memory_map with room for 1", MEM(XENMEM_memory_map, &table), 0);
	want("memory_map's count", table.nr_entries, 1);
	want("machine_memory_map", MEM(XENMEM_machine_memory_map, &table), -XEN_ENOSYS);
	want("claim_pages", MEM(CMD_CLAIM_PAGES, &res), -XEN_EINVAL);
}

static void scheduling(void)
{
	struct sched_poll poll = {.nr_ports = 200};
	struct sched_remote_shutdown remote = {.domain_id = 0, .reason = SHUTDOWN_crash};
	struct sched_watchdog dog = {.id = 99, .timeout = 10};
	struct sched_pin_override pin = {.pcpu = 0};
	evtchn_port_t port = 100000;

	want("yield", SCHED(SCHEDOP_yield, NULL), 0);
	want("poll of 200 ports", SCHED(SCHEDOP_poll, &poll), -XEN_EINVAL);
	poll.nr_ports = 1;
	set_xen_guest_handle(poll.ports, &port);
	want("poll of port 100000", SCHED(SCHEDOP_poll, &poll), -XEN_EINVAL);
	want("remote_shutdown of domain 0", SCHED(SCHEDOP_remote_shutdown, &remote), -XEN_EPERM);
	remote.domain_id = 0x7123;
	want("remote_shutdown of nobody", SCHED(SCHEDOP_remote_shutdown, &remote), -XEN_ESRCH);
	want("watchdog 99", SCHED(SCHEDOP_watchdog, &dog), -XEN_EINVAL);
	dog.id = 1;
	want("watchdog 1 that was not made", SCHED(SCHEDOP_watchdog, &dog), -XEN_EINVAL);
	want("pin_override", SCHED(SCHEDOP_pin_override, &pin), -XEN_EPERM);
}

static void vcpus(void)
{
	struct vcpu_register_vcpu_info info = {.mfn = 0x500, .offset = 4090};
	struct vcpu_set_periodic_timer period = {.period_ns = 10};
	struct vcpu_set_singleshot_timer shot = {.flags = VCPU_SSHOTTMR_future};
	struct vcpu_runstate_info state;

	want("is_up 0", VCPU(VCPUOP_is_up, 0, NULL), 1);
	want("is_up 5000", VCPU(VCPUOP_is_up, 5000, NULL), -XEN_ENOENT);
	want("register_vcpu_info over a page's end", VCPU(VCPUOP_register_vcpu_info, 0, &info),
	     -XEN_ENXIO);
	info.offset = 0;
	info.mfn = 0xd0000;
	want("register_vcpu_info in a hole", VCPU(VCPUOP_register_vcpu_info, 0, &info),
	     -XEN_EINVAL);
	want("set_periodic_timer of 10 ns", VCPU(VCPUOP_set_periodic_timer, 0, &period),
	     -XEN_EINVAL);
	/* Xen 4.17 no longer heeds VCPU_SSHOTTMR_future. */
	want("set_singleshot_timer in the past", VCPU(VCPUOP_set_singleshot_timer, 0, &shot), 0);
	want("stop_singleshot_timer", VCPU(VCPUOP_stop_singleshot_timer, 0, NULL), 0);
	want("get_runstate_info", VCPU(VCPUOP_get_runstate_info, 0, &state), 0);
	want("runstate", state.state, RUNSTATE_running);
}

static void versions(void)
{
	struct xen_feature_info features = {.submap_idx = 1};
	static char text[1024];
	struct {
		uint32_t len;
		unsigned char buf[64];
	} id = {.len = 64};

	want("version", VER(XENVER_version, NULL), 4 << 16 | 17);
	want("pagesize", VER(XENVER_pagesize, NULL), 4096);
	want("get_features 1", VER(XENVER_get_features, &features), -XEN_EINVAL);
	features.submap_idx = 0;
	want("get_features 0", VER(XENVER_get_features, &features), 0);
	want("commandline", VER(XENVER_commandline, text), 0);
	want("commandline is hidden", streq(text, "<denied>"), 1);
	want("build_id", VER(XENVER_build_id, &id), -XEN_EPERM);
}

static void hvm(void)
{
	struct xen_hvm_param param = {.domid = DOMID_SELF, .index = 200};

	want("get_param 200", HVM(HVMOP_get_param, &param), -XEN_EINVAL);
	want("set_param 200", HVM(HVMOP_set_param, &param), -XEN_EINVAL);
	param.index = HVM_PARAM_CONSOLE_PFN;
	want("get_param of CONSOLE_PFN", HVM(HVMOP_get_param, &param), 0);
	want("set_param of CONSOLE_PFN", HVM(HVMOP_set_param, &param), -XEN_EPERM);
	param.index = HVM_PARAM_IDENT_PT;
	want("get_param of IDENT_PT", HVM(HVMOP_get_param, &param), -XEN_EPERM);
	param.domid = 0;
	param.index = HVM_PARAM_CONSOLE_PFN;
	want("get_param of domain 0", HVM(HVMOP_get_param, &param), -XEN_EINVAL);
	param.domid = 0x7123;
	want("get_param of nobody", HVM(HVMOP_get_param, &param), -XEN_ESRCH);
}

static void grants(void)
{
	struct gnttab_query_size size = {.dom = DOMID_SELF};
	struct gnttab_map_grant_ref map = {
		.dom = 0x7123, .host_addr = 0x500000, .flags = GNTMAP_host_map};
	struct gnttab_unmap_grant_ref unmap = {.handle = 77777, .host_addr = 0x500000};
	struct gnttab_get_version version = {.dom = DOMID_SELF};

	want("query_size", GNT(GNTTABOP_query_size, &size, 1), 0);
	want("query_size's status", size.status, GNTST_okay);
	size.dom = 0;
	want("query_size of domain 0", GNT(GNTTABOP_query_size, &size, 1), 0);
	want("query_size's status of domain 0", size.status, GNTST_permission_denied);
	want("map_grant_ref of nobody's", GNT(GNTTABOP_map_grant_ref, &map, 1), 0);
	want("map_grant_ref's status of nobody's", map.status, GNTST_bad_domain);
	map.dom = (domid_t)cpuid(0x40000004, 0).c;
	map.ref = 60000;
	want("map_grant_ref 60000", GNT(GNTTABOP_map_grant_ref, &map, 1), 0);
	want("map_grant_ref's status of 60000", map.status, GNTST_bad_gntref);
	want("unmap_grant_ref", GNT(GNTTABOP_unmap_grant_ref, &unmap, 1), 0);
	want("unmap_grant_ref's status", unmap.status, GNTST_bad_handle);
	want("get_version", GNT(GNTTABOP_get_version, &version, 1), 0);
	want("version", version.version, 1);
}

/* Control of others: refused before anything is looked at. */
static void control(void)
{
	static uint32_t op[64] = {0, 0x15};

	op[0] = 1;
	want("domctl.createdomain", hypercall(__HYPERVISOR_domctl, (uintptr_t)op, 0, 0, 0),
	     -XEN_EPERM);
	op[0] = 3;
	want("sysctl.physinfo", hypercall(__HYPERVISOR_sysctl, (uintptr_t)op, 0, 0, 0), -XEN_EPERM);
	op[1] = 0x14;
	want("sysctl of another version", hypercall(__HYPERVISOR_sysctl, (uintptr_t)op, 0, 0, 0),
	     -XEN_EACCES);
	want("domctl of another version", hypercall(__HYPERVISOR_domctl, (uintptr_t)op, 0, 0, 0),
	     -XEN_EACCES);
	want("domctl with a bad pointer", hypercall(__HYPERVISOR_domctl, (uintptr_t)BAD, 0, 0, 0),
	     -XEN_EFAULT);
}

void test_main(void)
{
	unknown();
	bad_pointers();
	memory();
	scheduling();
	vcpus();
	versions();
	hvm();
	grants();
	control();
	check(!wrong, "%u of %u results differ", wrong, count);
	pass();
}
