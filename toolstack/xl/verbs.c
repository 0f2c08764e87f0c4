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

/* A verb by its parts, then other members by name. */
#define ROW(verb, function, what, min, args, does, ...)                                            \
	{                                                                                          \
		.name = (verb), .run = (function), .flags = (what), .min_args = (min),             \
		.arguments = (args), .description = (does), __VA_ARGS__                            \
	}

#define SHOWS	0
#define CHANGES VERB_CHANGES
#define DRYRUN	(VERB_CHANGES | VERB_DRYRUN)

#define NO_PSR "cache and bandwidth allocation is not controlled"

const struct verb verbs[] = {
	ROW("create", cmd_create, DRYRUN, 0, "<ConfigFile> [options] [vars]",
	    "Create a domain from config file <filename>", .completes = "file",
	    .options = CREATE_OPTIONS),
	ROW("config-update", cmd_config_update, DRYRUN, 0, "<Domain> <ConfigFile> [options] [vars]",
	    "Update a running domain's saved configuration, used when rebuilding the "
	    "domain after reboot.\n"
	    "WARNING: xl now has better capability to manage domain configuration, avoid "
	    "using this command when possible",
	    .completes = "domain none", .options = CONFIG_UPDATE_OPTIONS),
	ROW("list", cmd_list, SHOWS, 0, "[options] [Domain]\n",
	    "List information about all/some domains", .completes = "domain",
	    .options = "-l, --long              Output all VM details\n"
		       "-v, --verbose           Prints out UUIDs and security context\n"
		       "-Z, --context           Prints out security context\n"
		       "-c, --cpupool           Prints the cpupool the domain is in\n"
		       "-n, --numa              Prints out NUMA node affinity\n"
		       "--json                  Print the same as JSON."),
	ROW("destroy", cmd_destroy, CHANGES, 1, "[options] <Domain>\n",
	    "Terminate a domain immediately", .completes = "domain",
	    .options = "-f                      Permit destroying domain 0, which will only "
		       "succeed\n"
		       "                        when run from disaggregated toolstack domain "
		       "with a\n"
		       "                        hardware domain distinct from domain 0."),
	ROW("shutdown", cmd_shutdown, CHANGES, 0, "[options] <-a|Domain>",
	    "Issue a shutdown signal to a domain", .completes = "domain",
	    .options = "-a, --all               Shutdown all guest domains.\n"
		       "-h                      Print this help.\n"
		       "-F                      Fallback to ACPI power event for HVM guests with\n"
		       "                        no PV drivers.\n"
		       "-w, --wait              Wait for guest(s) to shutdown.\n"),
	ROW("reboot", cmd_reboot, CHANGES, 0, "[options] <-a|Domain>",
	    "Issue a reboot signal to a domain", .completes = "domain",
	    .options = "-a, --all               Shutdown all guest domains.\n"
		       "-h                      Print this help.\n"
		       "-F                      Fallback to ACPI reset event for HVM guests with\n"
		       "                        no PV drivers.\n"
		       "-w, --wait              Wait for guest(s) to reboot.\n"),
	ROW("pci-attach", cmd_pci_attach, CHANGES, 2, "<Domain> <PCI_SPEC_STRING>",
	    "Insert a new pass-through pci device", .missing = NO_IOMMU,
	    .completes = "domain none"),
	ROW("pci-detach", cmd_pci_detach, CHANGES, 2, "<Domain> <PCI_SPEC_STRING>",
	    "Remove a domain's pass-through pci device", .missing = NO_IOMMU,
	    .completes = "domain none"),
	ROW("pci-list", cmd_device_list, SHOWS, 1, "<Domain>",
	    "List pass-through pci devices for a domain", .completes = "domain",
	    .options = JSON_OPTION),
	ROW("pci-assignable-add", cmd_pci_assignable_add, CHANGES, 1, "[options] <BDF>",
	    "Make a device assignable for pci-passthru", .missing = NO_IOMMU,
	    .options = PCI_ASSIGNABLE_ADD_OPTIONS),
	ROW("pci-assignable-remove", cmd_pci_assignable_remove, CHANGES, 1, "[options] <BDF>|NAME",
	    "Remove a device from being assignable", .missing = NO_IOMMU,
	    .options = PCI_ASSIGNABLE_REMOVE_OPTIONS),
	ROW("pci-assignable-list", cmd_pci_assignable_list, SHOWS, 0, "[options]",
	    "List all the assignable pci devices", .options = PCI_ASSIGNABLE_LIST_OPTIONS),
	ROW("pause", cmd_pause, CHANGES, 1, "<Domain>", "Pause execution of a domain",
	    .completes = "domain"),
	ROW("unpause", cmd_unpause, CHANGES, 1, "<Domain>", "Unpause a paused domain",
	    .completes = "domain"),
	ROW("console", cmd_console, SHOWS, 1,
	    "[options] <Domain>\n"
	    "-t <type>       console type, pv , serial or vuart\n"
	    "-n <number>     console number\n"
	    "-e <escape>     character that detaches, such as ^] (the default) or none",
	    "Attach to domain's console", .completes = "domain"),
	ROW("vncviewer", cmd_vncviewer, SHOWS, 1,
	    "[options] <Domain>\n"
	    "--autopass               Pass VNC password to viewer via stdin and\n"
	    "                         -autopass\n"
	    "--vncviewer-autopass     (consistency alias for --autopass)",
	    "Attach to domain's VNC server.", .missing = NO_MODEL, .completes = "domain none"),
	ROW("save", cmd_unsupported, CHANGES, 2,
	    "[options] <Domain> <CheckpointFile> [<ConfigFile>]",
	    "Save a domain state to restore later", .missing = NO_SAVING,
	    .completes = "domain none", .options = SAVE_OPTIONS),
	ROW("migrate", cmd_unsupported, CHANGES, 2, "[options] <Domain> <host>",
	    "Migrate a domain to another host", .missing = NO_SAVING, .completes = "domain none",
	    .options = MIGRATE_OPTIONS),
	ROW("restore", cmd_restore, CHANGES, 1, "[options] [<ConfigFile>] <CheckpointFile>",
	    "Restore a domain from a saved state", .missing = NO_SAVING,
	    .options = RESTORE_OPTIONS),
	ROW("migrate-receive", cmd_unsupported_service, CHANGES, 0, "- for internal use only",
	    "Restore a domain from a saved state", .missing = NO_SAVING),
	ROW("dump-core", cmd_dump_core, CHANGES, 2, "<Domain> <filename>", "Core dump a domain",
	    .completes = "domain file"),
	ROW("cd-insert", cmd_cd, DRYRUN, 3, "<Domain> <VirtualDevice> <path>",
	    "Insert a cdrom into a guest's cd drive", .missing = NO_MODEL,
	    .completes = "domain none"),
	ROW("cd-eject", cmd_cd, DRYRUN, 2, "<Domain> <VirtualDevice>",
	    "Eject a cdrom from a guest's cd drive", .missing = NO_MODEL,
	    .completes = "domain none"),
	ROW("mem-max", cmd_mem_max, CHANGES, 2,
	    "<Domain> <MemMB['b'[bytes]|'k'[KB]|'m'[MB]|'g'[GB]|'t'[TB]]>",
	    "Set the maximum amount reservation for a domain", .completes = "domain none"),
	ROW("mem-set", cmd_mem_set, CHANGES, 2,
	    "<Domain> <MemMB['b'[bytes]|'k'[KB]|'m'[MB]|'g'[GB]|'t'[TB]]>",
	    "Set the current memory usage for a domain", .completes = "domain none"),
	ROW("button-press", cmd_button_press, CHANGES, 2, "<Domain> <Button>",
	    "Indicate an ACPI button press to the domain", .completes = "domain none",
	    .options = BUTTON_PRESS_OPTIONS),
	ROW("vcpu-list", cmd_vcpu_list, SHOWS, 0, "[Domain, ...]",
	    "List the VCPUs for all/some domains", .completes = "domain", .options = JSON_OPTION),
	ROW("vcpu-pin", cmd_vcpu_pin, DRYRUN, 3,
	    "[option] <Domain> <VCPU|all> <Hard affinity|-|all> <Soft affinity|-|all>",
	    "Set which CPUs a VCPU can use", .completes = "domain none",
	    .options = "-f, --force        undo an override pinning done by the kernel\n"
		       "--ignore-global-affinity-masks Ignore global masks in xl.conf"),
	ROW("vcpu-set", cmd_vcpu_set, CHANGES, 2, "[option] <Domain> <vCPUs>",
	    "Set the number of active VCPUs allowed for the domain", .completes = "domain none",
	    .options = "-i, --ignore-host  Don't limit the vCPU based on the host CPU count"),
	ROW("vm-list", cmd_vm_list, SHOWS, 0, NULL,
	    "List guest domains, excluding dom0, stubdoms, etc.", .options = JSON_OPTION),
	ROW("info", cmd_info, SHOWS, 0, "[options] [KEY]", "Get information about Xen host",
	    .completes = "key",
	    .options = "-n, --numa              List host NUMA topology information\n"
		       "--json                  Print the same as JSON.\n"
		       "\n"
		       "KEY selects the lines whose label starts with it."),
	ROW("sharing", cmd_sharing, SHOWS, 0, "[Domain]", "Get information about page sharing",
	    .completes = "domain", .options = JSON_OPTION),
	ROW("sched-credit", cmd_sched_credit, CHANGES, 0,
	    "[-d <Domain> [-w[=WEIGHT]|-c[=CAP]]] [-s [-t TSLICE] [-r RATELIMIT]] "
	    "[-p CPUPOOL]",
	    "Get/set credit scheduler parameters", .options = SCHED_CREDIT_OPTIONS),
	ROW("sched-credit2", cmd_sched_credit2, CHANGES, 0,
	    "[-d <Domain> [-w[=WEIGHT]]] [-p CPUPOOL]", "Get/set credit2 scheduler parameters",
	    .options = SCHED_CREDIT2_OPTIONS),
	ROW("sched-rtds", cmd_sched_rtds, CHANGES, 0,
	    "[-d <Domain> [-v[=VCPUID/all]] [-p[=PERIOD]] [-b[=BUDGET]] "
	    "[-e[=Extratime]]]",
	    "Get/set rtds scheduler parameters", .options = SCHED_RTDS_OPTIONS),
	ROW("domid", cmd_domid, SHOWS, 1, "<DomainName>", "Convert a domain name to domain id",
	    .completes = "domain"),
	ROW("domname", cmd_domname, SHOWS, 1, "<DomainId>", "Convert a domain id to domain name"),
	ROW("rename", cmd_rename, CHANGES, 2, "<Domain> <NewDomainName>", "Rename a domain",
	    .completes = "domain"),
	ROW("trigger", cmd_trigger, CHANGES, 2,
	    "<Domain> <nmi|reset|init|power|sleep|s3resume> [<VCPU>]", "Send a trigger to a domain",
	    .completes = "domain none"),
	ROW("sysrq", cmd_sysrq, CHANGES, 2, "<Domain> <letter>", "Send a sysrq to a domain",
	    .completes = "domain none"),
	ROW("debug-keys", cmd_debug_keys, CHANGES, 1, "<Keys>", "Send debug keys to Xen"),
	ROW("set-parameters", cmd_set_parameters, CHANGES, 1, "<Params>",
	    "Set hypervisor parameters"),
	ROW("dmesg", cmd_dmesg, SHOWS, 0, "[-c]", "Read and/or clear dmesg buffer",
	    .options = "  -c                        Clear dmesg buffer as well as printing it"),
	ROW("top", cmd_top, SHOWS, 0, "", "Monitor a host and the domains in real time",
	    .options = TOP_OPTIONS),
	ROW("network-attach", cmd_network_attach, DRYRUN, 1,
	    "<Domain> [type=<type>] [mac=<mac>] [bridge=<bridge>] [ip=<ip>] "
	    "[script=<script>] [backend=<BackDomain>] [vifname=<name>] [rate=<rate>] "
	    "[model=<model>] [accel=<accel>] [mtu=<mtu>]",
	    "Create a new virtual network device", .missing = NO_DEVICES,
	    .completes = "domain none"),
	ROW("network-list", cmd_device_list, SHOWS, 1, "<Domain(s)>",
	    "List virtual network interfaces for a domain", .completes = "domain",
	    .options = JSON_OPTION),
	ROW("network-detach", cmd_device_detach, CHANGES, 2, "<Domain> <DevId|mac>",
	    "Destroy a domain's virtual network device", .missing = NO_DEVICES,
	    .completes = "domain none"),
	ROW("channel-list", cmd_device_list, SHOWS, 1, "<Domain(s)>",
	    "List virtual channel devices for a domain", .completes = "domain",
	    .options = JSON_OPTION),
	ROW("block-attach", cmd_block_attach, DRYRUN, 2, "<Domain> <disk-spec-component(s)>...",
	    "Create a new virtual block device", .missing = NO_DEVICES, .completes = "domain none"),
	ROW("block-list", cmd_device_list, SHOWS, 1, "<Domain(s)>",
	    "List virtual block devices for a domain", .completes = "domain",
	    .options = JSON_OPTION),
	ROW("block-detach", cmd_device_detach, CHANGES, 2, "[option] <Domain> <DevId>",
	    "Destroy a domain's virtual block device", .missing = NO_DEVICES,
	    .completes = "domain none", .options = BLOCK_DETACH_OPTIONS),
	ROW("vtpm-attach", cmd_vtpm_attach, DRYRUN, 1,
	    "<Domain> [uuid=<uuid>] [backend=<BackDomain>]", "Create a new virtual TPM device",
	    .missing = NO_DEVICES, .completes = "domain none"),
	ROW("vtpm-list", cmd_device_list, SHOWS, 1, "<Domain(s)>",
	    "List virtual TPM devices for a domain", .completes = "domain", .options = JSON_OPTION),
	ROW("vtpm-detach", cmd_device_detach, CHANGES, 2, "<Domain> <DevId|uuid>",
	    "Destroy a domain's virtual TPM device", .missing = NO_DEVICES,
	    .completes = "domain none"),
	ROW("vkb-attach", cmd_device_attach, DRYRUN, 2, "<Domain> <vkb-spec-component(s)>...",
	    "Create a new virtual keyboard device", .missing = NO_DEVICES,
	    .completes = "domain none"),
	ROW("vkb-list", cmd_device_list, SHOWS, 1, "<Domain(s)>",
	    "List virtual keyboard devices for a domain", .completes = "domain",
	    .options = JSON_OPTION),
	ROW("vkb-detach", cmd_device_detach, CHANGES, 2, "<Domain> <DevId>",
	    "Destroy a domain's virtual keyboard device", .missing = NO_DEVICES,
	    .completes = "domain none"),
	ROW("vdispl-attach", cmd_vdispl_attach, DRYRUN, 1,
	    "<Domain> [backend=<BackDomain>] [be-alloc=<BackAlloc>] "
	    "[connectors='<Connectors>']",
	    "Create a new virtual display device", .missing = NO_DEVICES,
	    .completes = "domain none", .options = VDISPL_ATTACH_OPTIONS),
	ROW("vdispl-list", cmd_device_list, SHOWS, 1, "<Domain(s)>",
	    "List virtual display devices for a domain", .completes = "domain",
	    .options = JSON_OPTION),
	ROW("vdispl-detach", cmd_device_detach, CHANGES, 2, "<Domain> <DevId>",
	    "Destroy a domain's virtual display device", .missing = NO_DEVICES,
	    .completes = "domain none"),
	ROW("vsnd-attach", cmd_device_attach, DRYRUN, 2, "<Domain> <vsnd-spec-component(s)>...",
	    "Create a new virtual sound device", .missing = NO_DEVICES, .completes = "domain none"),
	ROW("vsnd-list", cmd_device_list, SHOWS, 1, "<Domain(s)>",
	    "List virtual display devices for a domain", .completes = "domain",
	    .options = JSON_OPTION),
	ROW("vsnd-detach", cmd_device_detach, CHANGES, 2, "<Domain> <DevId>",
	    "Destroy a domain's virtual sound device", .missing = NO_DEVICES,
	    .completes = "domain none"),
	ROW("uptime", cmd_uptime, SHOWS, 0, "[-s] [Domain]", "Print uptime for all/some domains",
	    .completes = "domain", .options = JSON_OPTION),
	ROW("claims", cmd_claims, SHOWS, 0, NULL,
	    "List outstanding claim information about all domains", .options = JSON_OPTION),
	ROW("cpupool-create", cmd_cpupool_create, DRYRUN, 0,
	    "[options] [<ConfigFile>] [Variable=value ...]", "Create a new CPU pool",
	    .completes = "file", .options = CPUPOOL_CREATE_OPTIONS),
	ROW("cpupool-list", cmd_cpupool_list, SHOWS, 0, "[-c|--cpus] [<CPU Pool>]",
	    "List CPU pools on host", .completes = "pool",
	    .options = "-c, --cpus                     Output list of CPUs used by a pool\n"
		       "--json                         Print the same as JSON."),
	ROW("cpupool-destroy", cmd_cpupool_destroy, CHANGES, 1, "<CPU Pool>",
	    "Deactivates a CPU pool", .completes = "pool"),
	ROW("cpupool-rename", cmd_cpupool_rename, CHANGES, 2, "<CPU Pool> <new name>",
	    "Renames a CPU pool", .completes = "pool none"),
	ROW("cpupool-cpu-add", cmd_cpupool_cpu_add, CHANGES, 2,
	    "<CPU Pool> <CPU nr>|node:<node nr>", "Adds a CPU to a CPU pool",
	    .completes = "pool none"),
	ROW("cpupool-cpu-remove", cmd_cpupool_cpu_remove, CHANGES, 2,
	    "<CPU Pool> <CPU nr>|node:<node nr>", "Removes a CPU from a CPU pool",
	    .completes = "pool none"),
	ROW("cpupool-migrate", cmd_cpupool_migrate, CHANGES, 2, "<Domain> <CPU Pool>",
	    "Moves a domain into a CPU pool", .completes = "domain pool"),
	ROW("cpupool-numa-split", cmd_cpupool_numa_split, CHANGES, 0, "",
	    "Splits up the machine into one CPU pool per NUMA node"),
	ROW("getenforce", cmd_getenforce, SHOWS, 0, "",
	    "Returns the current enforcing mode of the Flask Xen security module",
	    .missing = NO_FLASK),
	ROW("setenforce", cmd_setenforce, CHANGES, 0, "<1|0|Enforcing|Permissive>",
	    "Sets the current enforcing mode of the Flask Xen security module",
	    .missing = NO_FLASK),
	ROW("loadpolicy", cmd_loadpolicy, CHANGES, 0, "<policy file>",
	    "Loads a new policy into the Flask Xen security module", .missing = NO_FLASK),
	ROW("remus", cmd_unsupported, CHANGES, 2, "[options] <Domain> [<host>]",
	    "Enable Remus HA for domain", .missing = NO_SAVING, .completes = "domain none",
	    .options = REMUS_OPTIONS),
	ROW("devd", cmd_unsupported_service, CHANGES, 0, "[options]",
	    "Daemon that listens for devices and launches backends",
	    .missing = "there are no backends to launch", .options = DEVD_OPTIONS),
	ROW("psr-hwinfo", cmd_psr_hwinfo, CHANGES, 0, "[options]",
	    "Show hardware information for Platform Shared Resource", .missing = NO_PSR,
	    .options = PSR_HWINFO_OPTIONS),
	ROW("psr-cmt-attach", cmd_psr_cmt, CHANGES, 1, "<Domain>",
	    "Attach Cache Monitoring Technology service to a domain", .missing = NO_PSR,
	    .completes = "domain none"),
	ROW("psr-cmt-detach", cmd_psr_cmt, CHANGES, 1, "<Domain>",
	    "Detach Cache Monitoring Technology service from a domain", .missing = NO_PSR,
	    .completes = "domain none"),
	ROW("psr-cmt-show", cmd_psr_cmt_show, CHANGES, 1, "<PSR-CMT-Type> <Domain>",
	    "Show Cache Monitoring Technology information", .missing = NO_PSR,
	    .completes = "domain none", .options = PSR_CMT_SHOW_OPTIONS),
	ROW("psr-cat-set", cmd_psr_cat_set, CHANGES, 2, "[options] <Domain> <CBM>",
	    "Set cache capacity bitmasks(CBM) for a domain", .missing = NO_PSR,
	    .completes = "domain none", .options = PSR_CAT_SET_OPTIONS),
	ROW("psr-cat-show", cmd_psr_show, CHANGES, 0, "[options] <Domain>",
	    "Show Cache Allocation Technology information", .missing = NO_PSR,
	    .completes = "domain none", .options = PSR_CAT_SHOW_OPTIONS),
	ROW("psr-mba-set", cmd_psr_mba_set, CHANGES, 0, "[options] <Domain> <THRTL>",
	    "Set throttling value (THRTL) for a domain", .missing = NO_PSR,
	    .completes = "domain none", .options = PSR_MBA_SET_OPTIONS),
	ROW("psr-mba-show", cmd_psr_show, CHANGES, 0, "<Domain>",
	    "Show Memory Bandwidth Allocation information", .missing = NO_PSR,
	    .completes = "domain none"),
	ROW("usbctrl-attach", cmd_device_attach, CHANGES, 1,
	    "<Domain> [type=pv] [version=<version>] [ports=<number>]",
	    "Create a virtual USB controller for a domain", .missing = NO_DEVICES,
	    .completes = "domain none"),
	ROW("usbctrl-detach", cmd_device_detach, CHANGES, 2, "<Domain> <DevId>",
	    "Remove the virtual USB controller specified by <DevId> for a domain",
	    .missing = NO_DEVICES, .completes = "domain none"),
	ROW("usbdev-attach", cmd_device_attach, CHANGES, 2,
	    "<Domain> hostbus=<busnum> hostaddr=<devnum> [controller=<DevId> [port=<port>]]",
	    "Attach a USB device to a domain", .missing = NO_DEVICES, .completes = "domain none"),
	ROW("usbdev-detach", cmd_device_detach, CHANGES, 3, "<Domain> <controller> <port>",
	    "Detach a USB device from a domain", .missing = NO_DEVICES, .completes = "domain none"),
	ROW("usb-list", cmd_device_list, SHOWS, 1, "<Domain>",
	    "List information about all USB controllers and devices for a domain",
	    .completes = "domain", .options = JSON_OPTION),
	ROW("qemu-monitor-command", cmd_unsupported, CHANGES, 2, "<Domain> <Command>",
	    "Issue a qemu monitor command to the device model of a domain", .missing = NO_MODEL,
	    .completes = "domain none"),
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
