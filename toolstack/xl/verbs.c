/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * The table of verbs: every verb of Xen 4.17's xl, in the order and with the
 * words that `xl help' has there, so that scripts and habits find what they
 * expect.  Help, completion and the check of the manual page read it too.
 */
#include "verbs.h"

#include "cmds.h"
#include "verb_texts.h"

/* A verb that is recognised but does nothing: @reason says why. */
#define MISSING(verb, what, args, does, reason)                                                    \
	{                                                                                          \
		.name = (verb), .flags = (what), .arguments = (args), .description = (does),       \
		.missing = (reason)                                                                \
	}

#define SHOWS	0
#define CHANGES VERB_CHANGES
#define DRYRUN	(VERB_CHANGES | VERB_DRYRUN)

#define NO_IOMMU   "devices cannot be given to guests without an IOMMU driver"
#define NO_DEVICES "guests have no such devices yet"
#define NO_PSR	   "cache and bandwidth allocation is not controlled"
#define NO_FLASK   "there is no Flask policy"
#define NO_MODEL   "guests have no device model"
#define NO_SAVING  "a guest's state cannot be saved or moved yet"
#define NO_MEMORY  "the daemon does not change memory of running guests yet"
#define NO_EVENTS  "the daemon does not send such events yet"
#define NO_PASSING "the daemon does not pass them to the hypervisor yet"

const struct verb verbs[] = {
	{
		.name = "create",
		.run = cmd_create,
		.flags = VERB_CHANGES | VERB_DRYRUN,
		.completes = "file",
		.description = "Create a domain from config file <filename>",
		.arguments = "<ConfigFile> [options] [vars]",
		.options = CREATE_OPTIONS,
	},
	MISSING("config-update", DRYRUN, "<Domain> <ConfigFile> [options] [vars]",
		"Update a running domain's saved configuration, used when rebuilding the "
		"domain after reboot.\n"
		"WARNING: xl now has better capability to manage domain configuration, avoid "
		"using this command when possible",
		"the daemon does not replace stored configurations yet"),
	{
		.name = "list",
		.run = cmd_list,
		.completes = "domain",
		.description = "List information about all/some domains",
		.arguments = "[options] [Domain]\n",
		.options = "-l, --long              Output all VM details\n"
			   "-v, --verbose           Prints out UUIDs and security context\n"
			   "-Z, --context           Prints out security context\n"
			   "-c, --cpupool           Prints the cpupool the domain is in\n"
			   "-n, --numa              Prints out NUMA node affinity\n"
			   "--json                  Print the same as JSON.",
	},
	{
		.name = "destroy",
		.run = cmd_destroy,
		.flags = VERB_CHANGES,
		.min_args = 1,
		.completes = "domain",
		.description = "Terminate a domain immediately",
		.arguments = "[options] <Domain>\n",
		.options = "-f                      Permit destroying domain 0, which will only "
			   "succeed\n"
			   "                        when run from disaggregated toolstack domain "
			   "with a\n"
			   "                        hardware domain distinct from domain 0.",
	},
	{
		.name = "shutdown",
		.run = cmd_shutdown,
		.flags = VERB_CHANGES,
		.completes = "domain",
		.description = "Issue a shutdown signal to a domain",
		.arguments = "[options] <-a|Domain>",
		.options =
			"-a, --all               Shutdown all guest domains.\n"
			"-h                      Print this help.\n"
			"-F                      Fallback to ACPI power event for HVM guests with\n"
			"                        no PV drivers.\n"
			"-w, --wait              Wait for guest(s) to shutdown.\n",
	},
	{
		.name = "reboot",
		.run = cmd_reboot,
		.flags = VERB_CHANGES,
		.completes = "domain",
		.description = "Issue a reboot signal to a domain",
		.arguments = "[options] <-a|Domain>",
		.options =
			"-a, --all               Shutdown all guest domains.\n"
			"-h                      Print this help.\n"
			"-F                      Fallback to ACPI reset event for HVM guests with\n"
			"                        no PV drivers.\n"
			"-w, --wait              Wait for guest(s) to reboot.\n",
	},
	MISSING("pci-attach", CHANGES, "<Domain> <PCI_SPEC_STRING>",
		"Insert a new pass-through pci device", NO_IOMMU),
	MISSING("pci-detach", CHANGES, "<Domain> <PCI_SPEC_STRING>",
		"Remove a domain's pass-through pci device", NO_IOMMU),
	MISSING("pci-list", SHOWS, "<Domain>", "List pass-through pci devices for a domain",
		NO_IOMMU),
	MISSING("pci-assignable-add", CHANGES, "[options] <BDF>",
		"Make a device assignable for pci-passthru", NO_IOMMU),
	MISSING("pci-assignable-remove", CHANGES, "[options] <BDF>|NAME",
		"Remove a device from being assignable", NO_IOMMU),
	MISSING("pci-assignable-list", SHOWS, "[options]", "List all the assignable pci devices",
		NO_IOMMU),
	{
		.name = "pause",
		.run = cmd_pause,
		.flags = VERB_CHANGES,
		.min_args = 1,
		.completes = "domain",
		.description = "Pause execution of a domain",
		.arguments = "<Domain>",
	},
	{
		.name = "unpause",
		.run = cmd_unpause,
		.flags = VERB_CHANGES,
		.min_args = 1,
		.completes = "domain",
		.description = "Unpause a paused domain",
		.arguments = "<Domain>",
	},
	{
		.name = "console",
		.run = cmd_console,
		.min_args = 1,
		.completes = "domain",
		.description = "Attach to domain's console",
		.arguments =
			"[options] <Domain>\n"
			"-t <type>       console type, pv , serial or vuart\n"
			"-n <number>     console number\n"
			"-e <escape>     character that detaches, such as ^] (the default) or none",
	},
	MISSING("vncviewer", SHOWS,
		"[options] <Domain>\n"
		"--autopass               Pass VNC password to viewer via stdin and\n"
		"                         -autopass\n"
		"--vncviewer-autopass     (consistency alias for --autopass)",
		"Attach to domain's VNC server.", NO_MODEL),
	MISSING("save", CHANGES, "[options] <Domain> <CheckpointFile> [<ConfigFile>]",
		"Save a domain state to restore later", NO_SAVING),
	MISSING("migrate", CHANGES, "[options] <Domain> <host>", "Migrate a domain to another host",
		NO_SAVING),
	MISSING("restore", CHANGES, "[options] [<ConfigFile>] <CheckpointFile>",
		"Restore a domain from a saved state", NO_SAVING),
	MISSING("migrate-receive", CHANGES, "- for internal use only",
		"Restore a domain from a saved state", NO_SAVING),
	MISSING("dump-core", CHANGES, "<Domain> <filename>", "Core dump a domain",
		"the daemon does not write core dumps yet"),
	MISSING("cd-insert", DRYRUN, "<Domain> <VirtualDevice> <path>",
		"Insert a cdrom into a guest's cd drive", NO_MODEL),
	MISSING("cd-eject", DRYRUN, "<Domain> <VirtualDevice>",
		"Eject a cdrom from a guest's cd drive", NO_MODEL),
	MISSING("mem-max", CHANGES, "<Domain> <MemMB['b'[bytes]|'k'[KB]|'m'[MB]|'g'[GB]|'t'[TB]]>",
		"Set the maximum amount reservation for a domain", NO_MEMORY),
	MISSING("mem-set", CHANGES, "<Domain> <MemMB['b'[bytes]|'k'[KB]|'m'[MB]|'g'[GB]|'t'[TB]]>",
		"Set the current memory usage for a domain", NO_MEMORY),
	MISSING("button-press", CHANGES, "<Domain> <Button>",
		"Indicate an ACPI button press to the domain", NO_MODEL),
	{
		.name = "vcpu-list",
		.run = cmd_vcpu_list,
		.completes = "domain",
		.description = "List the VCPUs for all/some domains",
		.arguments = "[Domain, ...]",
		.options = "--json                  Print the same as JSON.",
	},
	{
		.name = "vcpu-pin",
		.run = cmd_vcpu_pin,
		.flags = VERB_CHANGES | VERB_DRYRUN,
		.min_args = 3,
		.completes = "domain none",
		.description = "Set which CPUs a VCPU can use",
		.arguments =
			"[option] <Domain> <VCPU|all> <Hard affinity|-|all> <Soft affinity|-|all>",
		.options = "-f, --force        undo an override pinning done by the kernel\n"
			   "--ignore-global-affinity-masks Ignore global masks in xl.conf",
	},
	{
		.name = "vcpu-set",
		.run = cmd_vcpu_set,
		.flags = VERB_CHANGES,
		.min_args = 2,
		.completes = "domain none",
		.description = "Set the number of active VCPUs allowed for the domain",
		.arguments = "[option] <Domain> <vCPUs>",
		.options = "-i, --ignore-host  Don't limit the vCPU based on the host CPU count",
	},
	{
		.name = "vm-list",
		.run = cmd_vm_list,
		.description = "List guest domains, excluding dom0, stubdoms, etc.",
		.options = "--json                  Print the same as JSON.",
	},
	{
		.name = "info",
		.run = cmd_info,
		.completes = "key",
		.description = "Get information about Xen host",
		.arguments = "[options] [KEY]",
		.options = "-n, --numa              List host NUMA topology information\n"
			   "--json                  Print the same as JSON.\n"
			   "\n"
			   "KEY selects the lines whose label starts with it.",
	},
	MISSING("sharing", SHOWS, "[Domain]", "Get information about page sharing",
		"pages are never shared between guests"),
	{
		.name = "sched-credit",
		.run = cmd_sched_credit,
		.flags = VERB_CHANGES,
		.description = "Get/set credit scheduler parameters",
		.arguments = "[-d <Domain> [-w[=WEIGHT]|-c[=CAP]]] [-s [-t TSLICE] [-r RATELIMIT]] "
			     "[-p CPUPOOL]",
		.options = SCHED_CREDIT_OPTIONS,
	},
	{
		.name = "sched-credit2",
		.run = cmd_sched_credit2,
		.flags = CHANGES,
		.description = "Get/set credit2 scheduler parameters",
		.arguments = "[-d <Domain> [-w[=WEIGHT]]] [-p CPUPOOL]",
		.options = SCHED_CREDIT2_OPTIONS,
	},
	{
		.name = "sched-rtds",
		.run = cmd_sched_rtds,
		.flags = VERB_CHANGES,
		.description = "Get/set rtds scheduler parameters",
		.arguments = "[-d <Domain> [-v[=VCPUID/all]] [-p[=PERIOD]] [-b[=BUDGET]] "
			     "[-e[=Extratime]]]",
		.options = SCHED_RTDS_OPTIONS,
	},
	{
		.name = "domid",
		.run = cmd_domid,
		.min_args = 1,
		.completes = "domain",
		.description = "Convert a domain name to domain id",
		.arguments = "<DomainName>",
	},
	{
		.name = "domname",
		.run = cmd_domname,
		.min_args = 1,
		.description = "Convert a domain id to domain name",
		.arguments = "<DomainId>",
	},
	{
		.name = "rename",
		.run = cmd_rename,
		.flags = VERB_CHANGES,
		.min_args = 2,
		.completes = "domain",
		.description = "Rename a domain",
		.arguments = "<Domain> <NewDomainName>",
	},
	MISSING("trigger", CHANGES, "<Domain> <nmi|reset|init|power|sleep|s3resume> [<VCPU>]",
		"Send a trigger to a domain", NO_EVENTS),
	MISSING("sysrq", CHANGES, "<Domain> <letter>", "Send a sysrq to a domain", NO_EVENTS),
	MISSING("debug-keys", CHANGES, "<Keys>", "Send debug keys to Xen", NO_PASSING),
	MISSING("set-parameters", CHANGES, "<Params>", "Set hypervisor parameters", NO_PASSING),
	{
		.name = "dmesg",
		.run = cmd_dmesg,
		.description = "Read and/or clear dmesg buffer",
		.arguments = "[-c]",
		.options = "  -c                        Clear dmesg buffer as well as printing it",
	},
	{
		.name = "top",
		.run = cmd_top,
		.description = "Monitor a host and the domains in real time",
		.arguments = "",
		.options = TOP_OPTIONS,
	},
	MISSING("network-attach", DRYRUN,
		"<Domain> [type=<type>] [mac=<mac>] [bridge=<bridge>] [ip=<ip>] "
		"[script=<script>] [backend=<BackDomain>] [vifname=<name>] [rate=<rate>] "
		"[model=<model>] [accel=<accel>] [mtu=<mtu>]",
		"Create a new virtual network device", NO_DEVICES),
	MISSING("network-list", SHOWS, "<Domain(s)>",
		"List virtual network interfaces for a domain", NO_DEVICES),
	MISSING("network-detach", CHANGES, "<Domain> <DevId|mac>",
		"Destroy a domain's virtual network device", NO_DEVICES),
	MISSING("channel-list", SHOWS, "<Domain(s)>", "List virtual channel devices for a domain",
		NO_DEVICES),
	MISSING("block-attach", DRYRUN, "<Domain> <disk-spec-component(s)>...",
		"Create a new virtual block device", NO_DEVICES),
	MISSING("block-list", SHOWS, "<Domain(s)>", "List virtual block devices for a domain",
		NO_DEVICES),
	MISSING("block-detach", CHANGES, "[option] <Domain> <DevId>",
		"Destroy a domain's virtual block device", NO_DEVICES),
	MISSING("vtpm-attach", DRYRUN, "<Domain> [uuid=<uuid>] [backend=<BackDomain>]",
		"Create a new virtual TPM device", NO_DEVICES),
	MISSING("vtpm-list", SHOWS, "<Domain(s)>", "List virtual TPM devices for a domain",
		NO_DEVICES),
	MISSING("vtpm-detach", CHANGES, "<Domain> <DevId|uuid>",
		"Destroy a domain's virtual TPM device", NO_DEVICES),
	MISSING("vkb-attach", DRYRUN, "<Domain> <vkb-spec-component(s)>...",
		"Create a new virtual keyboard device", NO_DEVICES),
	MISSING("vkb-list", SHOWS, "<Domain(s)>", "List virtual keyboard devices for a domain",
		NO_DEVICES),
	MISSING("vkb-detach", CHANGES, "<Domain> <DevId>",
		"Destroy a domain's virtual keyboard device", NO_DEVICES),
	MISSING("vdispl-attach", DRYRUN,
		"<Domain> [backend=<BackDomain>] [be-alloc=<BackAlloc>] "
		"[connectors='<Connectors>']",
		"Create a new virtual display device", NO_DEVICES),
	MISSING("vdispl-list", SHOWS, "<Domain(s)>", "List virtual display devices for a domain",
		NO_DEVICES),
	MISSING("vdispl-detach", CHANGES, "<Domain> <DevId>",
		"Destroy a domain's virtual display device", NO_DEVICES),
	MISSING("vsnd-attach", DRYRUN, "<Domain> <vsnd-spec-component(s)>...",
		"Create a new virtual sound device", NO_DEVICES),
	MISSING("vsnd-list", SHOWS, "<Domain(s)>", "List virtual display devices for a domain",
		NO_DEVICES),
	MISSING("vsnd-detach", CHANGES, "<Domain> <DevId>",
		"Destroy a domain's virtual sound device", NO_DEVICES),
	{
		.name = "uptime",
		.run = cmd_uptime,
		.completes = "domain",
		.description = "Print uptime for all/some domains",
		.arguments = "[-s] [Domain]",
		.options = "--json                  Print the same as JSON.",
	},
	{
		.name = "claims",
		.run = cmd_claims,
		.description = "List outstanding claim information about all domains",
		.options = "--json                  Print the same as JSON.",
	},
	{
		.name = "cpupool-create",
		.run = cmd_cpupool_create,
		.flags = VERB_CHANGES | VERB_DRYRUN,
		.completes = "file",
		.description = "Create a new CPU pool",
		.arguments = "[options] [<ConfigFile>] [Variable=value ...]",
		.options = CPUPOOL_CREATE_OPTIONS,
	},
	{
		.name = "cpupool-list",
		.run = cmd_cpupool_list,
		.completes = "pool",
		.description = "List CPU pools on host",
		.arguments = "[-c|--cpus] [<CPU Pool>]",
		.options = "-c, --cpus                     Output list of CPUs used by a pool\n"
			   "--json                         Print the same as JSON.",
	},
	{
		.name = "cpupool-destroy",
		.run = cmd_cpupool_destroy,
		.flags = VERB_CHANGES,
		.min_args = 1,
		.completes = "pool",
		.description = "Deactivates a CPU pool",
		.arguments = "<CPU Pool>",
	},
	{
		.name = "cpupool-rename",
		.run = cmd_cpupool_rename,
		.flags = VERB_CHANGES,
		.min_args = 2,
		.completes = "pool none",
		.description = "Renames a CPU pool",
		.arguments = "<CPU Pool> <new name>",
	},
	{
		.name = "cpupool-cpu-add",
		.run = cmd_cpupool_cpu_add,
		.flags = VERB_CHANGES,
		.min_args = 2,
		.completes = "pool none",
		.description = "Adds a CPU to a CPU pool",
		.arguments = "<CPU Pool> <CPU nr>|node:<node nr>",
	},
	{
		.name = "cpupool-cpu-remove",
		.run = cmd_cpupool_cpu_remove,
		.flags = VERB_CHANGES,
		.min_args = 2,
		.completes = "pool none",
		.description = "Removes a CPU from a CPU pool",
		.arguments = "<CPU Pool> <CPU nr>|node:<node nr>",
	},
	{
		.name = "cpupool-migrate",
		.run = cmd_cpupool_migrate,
		.flags = VERB_CHANGES,
		.min_args = 2,
		.completes = "domain pool",
		.description = "Moves a domain into a CPU pool",
		.arguments = "<Domain> <CPU Pool>",
	},
	{
		.name = "cpupool-numa-split",
		.run = cmd_cpupool_numa_split,
		.flags = VERB_CHANGES,
		.description = "Splits up the machine into one CPU pool per NUMA node",
		.arguments = "",
	},
	MISSING("getenforce", SHOWS, "",
		"Returns the current enforcing mode of the Flask Xen security module", NO_FLASK),
	MISSING("setenforce", CHANGES, "<1|0|Enforcing|Permissive>",
		"Sets the current enforcing mode of the Flask Xen security module", NO_FLASK),
	MISSING("loadpolicy", CHANGES, "<policy file>",
		"Loads a new policy into the Flask Xen security module", NO_FLASK),
	MISSING("remus", CHANGES, "[options] <Domain> [<host>]", "Enable Remus HA for domain",
		NO_SAVING),
	MISSING("devd", CHANGES, "[options]",
		"Daemon that listens for devices and launches backends",
		"there are no backends to launch"),
	MISSING("psr-hwinfo", CHANGES, "[options]",
		"Show hardware information for Platform Shared Resource", NO_PSR),
	MISSING("psr-cmt-attach", CHANGES, "<Domain>",
		"Attach Cache Monitoring Technology service to a domain", NO_PSR),
	MISSING("psr-cmt-detach", CHANGES, "<Domain>",
		"Detach Cache Monitoring Technology service from a domain", NO_PSR),
	MISSING("psr-cmt-show", CHANGES, "<PSR-CMT-Type> <Domain>",
		"Show Cache Monitoring Technology information", NO_PSR),
	MISSING("psr-cat-set", CHANGES, "[options] <Domain> <CBM>",
		"Set cache capacity bitmasks(CBM) for a domain", NO_PSR),
	MISSING("psr-cat-show", CHANGES, "[options] <Domain>",
		"Show Cache Allocation Technology information", NO_PSR),
	MISSING("psr-mba-set", CHANGES, "[options] <Domain> <THRTL>",
		"Set throttling value (THRTL) for a domain", NO_PSR),
	MISSING("psr-mba-show", CHANGES, "<Domain>", "Show Memory Bandwidth Allocation information",
		NO_PSR),
	MISSING("usbctrl-attach", CHANGES,
		"<Domain> [type=pv] [version=<version>] [ports=<number>]",
		"Create a virtual USB controller for a domain", NO_DEVICES),
	MISSING("usbctrl-detach", CHANGES, "<Domain> <DevId>",
		"Remove the virtual USB controller specified by <DevId> for a domain", NO_DEVICES),
	MISSING("usbdev-attach", CHANGES,
		"<Domain> hostbus=<busnum> hostaddr=<devnum> [controller=<DevId> [port=<port>]]",
		"Attach a USB device to a domain", NO_DEVICES),
	MISSING("usbdev-detach", CHANGES, "<Domain> <controller> <port>",
		"Detach a USB device from a domain", NO_DEVICES),
	MISSING("usb-list", SHOWS, "<Domain>",
		"List information about all USB controllers and devices for a domain", NO_DEVICES),
	MISSING("qemu-monitor-command", CHANGES, "<Domain> <Command>",
		"Issue a qemu monitor command to the device model of a domain", NO_MODEL),
	{
		.name = "patch-status",
		.run = cmd_patch_status,
		.flags = VERB_OURS | VERB_PLUGIN,
		.completes = "advisory",
		.description = "Show which security fixes the running host still lacks",
		.arguments = "[options] [--verify [ID...]]",
		.options = "--advisory=ID           Only these advisories (XSA-191, 191, CVE-...), "
			   "separated\n"
			   "                        by commas.\n"
			   "--affected              Print only what the host is affected by.\n"
			   "--json                  Print the same as JSON.\n"
			   "--export=FILE           Write a CSAF VEX document for scanners (- for "
			   "stdout).\n"
			   "--import=FILE           Read advisories: xsa.json, OSV or CSAF 2.0.\n"
			   "--metrics               Print counts and ages for Prometheus.\n"
			   "--verify [ID...]        Run the guests that are evidence for these "
			   "advisories,\n"
			   "                        or for all, on a replica of the running "
			   "hypervisor\n"
			   "                        with its patches, and keep what they say.\n"
			   "--here                  With --verify: run them on this host, after "
			   "asking\n"
			   "                        (not with xl -f).\n"
			   "\n"
			   "Exit status: 0 nothing is affected, 1 a fix is pending, 2 affected "
			   "without "
			   "a fix\n"
			   "here, 3 it could not be told.",
	},
	{
		.name = "livepatch",
		.run = cmd_livepatch,
		.flags = DRYRUN | VERB_OURS,
		.min_args = 1,
		.completes = "action patch",
		.description = "List, keep, apply and revert live patches of the hypervisor",
		.arguments = LIVEPATCH_ARGUMENTS,
		.options = LIVEPATCH_OPTIONS,
	},
};
const size_t nr_verbs = sizeof(verbs) / sizeof(verbs[0]);
