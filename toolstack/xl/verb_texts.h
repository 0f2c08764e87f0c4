/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* The longer texts about options in the table of verbs: word for word as Xen's xl has them,
 * then what is ours. */
#ifndef NACRE_XL_VERB_TEXTS_H
#define NACRE_XL_VERB_TEXTS_H

/* Why some verbs do nothing. */
#define NO_IOMMU   "devices cannot be given to guests without an IOMMU driver"
#define NO_DEVICES "there is no backend for such devices yet"
#define NO_FLASK   "there is no Flask policy"
#define NO_MODEL   "guests have no device model"
#define NO_SAVING  "a guest's state cannot be saved or moved yet"

#define CREATE_OPTIONS                                                                             \
	"-c                      Connect to the console after the domain is created.\n"            \
	"-d                      Enable debug messages.\n"                                         \
	"-e                      Do not wait in the background for the death of the domain.\n"     \
	"-F                      Run in foreground until death of the domain.\n"                   \
	"-f FILE, --defconfig=FILE\n"                                                              \
	"                     Use the given configuration file.\n"                                 \
	"-h                      Print this help.\n"                                               \
	"-n, --dryrun            Dry run - prints the resulting configuration\n"                   \
	"                         (deprecated in favour of global -N option).\n"                   \
	"-p                      Leave the domain paused after it is created.\n"                   \
	"-q, --quiet             Quiet.\n"                                                         \
	"-V, --vncviewer         Connect to the VNC display after the domain is created.\n"        \
	"-A, --vncviewer-autopass\n"                                                               \
	"                        Pass VNC password to viewer via stdin.\n"                         \
	"--ignore-global-affinity-masks Ignore global masks in xl.conf."

#define SCHED_CREDIT_OPTIONS                                                                       \
	"-d DOMAIN, --domain=DOMAIN        Domain to modify\n"                                     \
	"-w WEIGHT, --weight=WEIGHT        Weight (int)\n"                                         \
	"-c CAP, --cap=CAP                 Cap (int)\n"                                            \
	"-s         --schedparam           Query / modify scheduler parameters\n"                  \
	"-t TSLICE, --tslice_ms=TSLICE     Set the timeslice, in milliseconds\n"                   \
	"-r RLIMIT, --ratelimit_us=RLIMIT  Set the scheduling rate limit, in microseconds\n"       \
	"-m DLY, --migration_delay_us=DLY  Set the migration delay, in microseconds\n"             \
	"-p CPUPOOL, --cpupool=CPUPOOL     Restrict output to CPUPOOL"

#define SCHED_CREDIT2_OPTIONS                                                                      \
	"-d DOMAIN, --domain=DOMAIN     Domain to modify\n"                                        \
	"-w WEIGHT, --weight=WEIGHT     Weight (int)\n"                                            \
	"-c CAP,    --cap=CAP           Cap (int)\n"                                               \
	"-s         --schedparam        Query / modify scheduler parameters\n"                     \
	"-r RLIMIT, --ratelimit_us=RLIMIT Set the scheduling rate limit, in microseconds\n"        \
	"-p CPUPOOL, --cpupool=CPUPOOL  Restrict output to CPUPOOL\n"                              \
	"--dry-run                      Check a change and print the difference\n"                 \
	"--stats                        Where the domains' time went\n"                            \
	"--drift                        Domains that differ from their file\n"                     \
	"--fix                          Mend what --drift finds\n"                                 \
	"--simulate                     What -d, -w and -c would do, any number of them\n"         \
	"-t SECONDS, --time=SECONDS     How long to simulate\n"                                    \
	"--load=LOAD                    What the domains want: measured, or busy\n"                \
	"--json                         Print JSON"

#define SCHED_RTDS_OPTIONS                                                                         \
	"-d DOMAIN, --domain=DOMAIN     Domain to modify\n"                                        \
	"-v VCPUID/all, --vcpuid=VCPUID/all    VCPU to modify or output;\n"                        \
	"               Using '-v all' to modify/output all vcpus\n"                               \
	"-p PERIOD, --period=PERIOD     Period (us)\n"                                             \
	"-b BUDGET, --budget=BUDGET     Budget (us)\n"                                             \
	"-e Extratime, --extratime=Extratime Extratime (1=yes, 0=no)\n"

#define TOP_OPTIONS                                                                                \
	"-b, --batch              Print the table for programs; no keys\n"                         \
	"-d SECONDS, --delay=SECONDS  Seconds between updates (default 3)\n"                       \
	"-i N, --iterations=N     Updates before it ends\n"                                        \
	"-n, --networks           Show data of network interfaces\n"                               \
	"-x, --vbds               Show data of block devices\n"                                    \
	"-v, --vcpus              Show data of vCPUs\n"                                            \
	"-r, --repeat-header      Print the header before each domain\n"                           \
	"-f, --full-name          Do not cut names"

#define CPUPOOL_CREATE_OPTIONS                                                                     \
	"-h, --help                   Print this help.\n"                                          \
	"-f FILE, --defconfig=FILE    Use the given configuration file.\n"                         \
	"-n, --dryrun                 Dry run - prints the resulting configuration.\n"             \
	"                              (deprecated in favour of global -N option).\n"              \
	"\n"                                                                                       \
	"See the xlcpupool.cfg(5) manpage for more information."

#define LIVEPATCH_ARGUMENTS                                                                        \
	"[options] <Action> [arguments]\n"                                                         \
	"\n"                                                                                       \
	"list                          Print all payloads\n"                                       \
	"status                        Print what is applied and what is wanted\n"                 \
	"upload <File> [<Name>]        Keep a payload, hand it to the hypervisor\n"                \
	"load <File> [<Name>]          The same, and apply it\n"                                   \
	"apply <Name>                  Apply it, also when the daemon starts again\n"              \
	"revert <Name>                 Revert it\n"                                                \
	"replace <Name>                Apply it in place of all that is applied\n"                 \
	"unload <Name>                 Forget it\n"                                                \
	"rehearse [-a ID,...] [--json] <File>...\n"                                                \
	"                              Try them on a replica: guests before and\n"                 \
	"                              after, reverted, and applied once more\n"                   \
	"plan [<Action>] <Name>        Print what an action would do, or why not\n"                \
	"policy [unsigned=allow|refuse] [wanted=<Name>,...]\n"                                     \
	"                              Print or change what is allowed and wanted"

#define LIVEPATCH_OPTIONS                                                                          \
	"-t MS, --timeout=MS     Milliseconds for the CPUs to meet.\n"                             \
	"--whole                 Also apply what it depends on, or revert what was\n"              \
	"                        applied later.\n"                                                 \
	"--once                  Leave the policy as it is.\n"                                     \
	"--nodeps                Apply it whatever it depends on.\n"                               \
	"--if-revision=REVISION  Only if the set is still at this revision.\n"                     \
	"--json                  Print the answer as JSON."

#define JSON_OPTION "--json                  Print the same as JSON."

#define CONFIG_UPDATE_OPTIONS                                                                      \
	"-h                      Print this help.\n"                                               \
	"-f FILE, --defconfig=FILE\n"                                                              \
	"                     Use the given configuration file.\n"                                 \
	"-d                      Enable debug messages.\n"                                         \
	""

#define PCI_ASSIGNABLE_ADD_OPTIONS                                                                 \
	"-n NAME, --name=NAME    Name the assignable device.\n"                                    \
	"-h                      Print this help.\n"                                               \
	""

#define PCI_ASSIGNABLE_REMOVE_OPTIONS                                                              \
	"-h                      Print this help.\n"                                               \
	"-r                      Attempt to re-assign the device to the\n"                         \
	"                        original driver."

#define PCI_ASSIGNABLE_LIST_OPTIONS                                                                \
	"-h                      Print this help.\n"                                               \
	"-n, --show-names        Display assignable device names where\n"                          \
	"                        supplied.\n"                                                      \
	"\n"                                                                                       \
	"--json                  Print the same as JSON."

#define SAVE_OPTIONS                                                                               \
	"-h  Print this help.\n"                                                                   \
	"-c  Leave domain running after creating the snapshot.\n"                                  \
	"-p  Leave domain paused after creating the snapshot.\n"                                   \
	"-D  Store the domain id in the configuration."

#define MIGRATE_OPTIONS                                                                            \
	"-h              Print this help.\n"                                                       \
	"-C <config>     Send <config> instead of config file from creation.\n"                    \
	"-s <sshcommand> Use <sshcommand> instead of ssh.  String will be passed\n"                \
	"                to sh. If empty, run <host> instead of ssh <host> xl\n"                   \
	"                migrate-receive [-d -e]\n"                                                \
	"-e              Do not wait in the background (on <host>) for the death\n"                \
	"                of the domain.\n"                                                         \
	"--debug         Print huge (!) amount of debug during the migration process.\n"           \
	"-p              Do not unpause domain after migrating it.\n"                              \
	"-D              Preserve the domain id"

#define RESTORE_OPTIONS                                                                            \
	"-h                       Print this help.\n"                                              \
	"-p                       Do not unpause domain after restoring it.\n"                     \
	"-e                       Do not wait in the background for the death of the domain.\n"    \
	"-d                       Enable debug messages.\n"                                        \
	"-V, --vncviewer          Connect to the VNC display after the domain is created.\n"       \
	"-A, --vncviewer-autopass Pass VNC password to viewer via stdin."

#define BUTTON_PRESS_OPTIONS "<Button> may be 'power' or 'sleep'."

#define BLOCK_DETACH_OPTIONS "-f, --force        do not wait for the domain to release the device"

#define VDISPL_ATTACH_OPTIONS                                                                      \
	"    BackAlloc  - set to 1 to if backend allocates display buffers\n"                      \
	"    Connectors - list of connector's description in ID:WxH format,\n"                     \
	"                 where: ID - unique connector ID, W - connector width,\n"                 \
	"                 H - connector height: connectors='id0:800x600;id1:1024x768'\n"           \
	""

#define REMUS_OPTIONS                                                                              \
	"-i MS                   Checkpoint domain memory every MS milliseconds (def. 200ms).\n"   \
	"-u                      Disable memory checkpoint compression.\n"                         \
	"-s <sshcommand>         Use <sshcommand> instead of ssh.  String will be passed\n"        \
	"                        to sh. If empty, run <host> instead of \n"                        \
	"                        ssh <host> xl migrate-receive -r [-e]\n"                          \
	"-e                      Do not wait in the background (on <host>) for the death\n"        \
	"                        of the domain.\n"                                                 \
	"-N <netbufscript>       Use netbufscript to setup network buffering instead of the\n"     \
	"                        default script (/etc/xen/scripts/remus-netbuf-setup).\n"          \
	"-F                      Enable unsafe configurations [-b|-n|-d flags]. Use this option\n" \
	"                        with caution as failover may not work as intended.\n"             \
	"-b                      Replicate memory checkpoints to /dev/null (blackhole).\n"         \
	"                        Works only in unsafe mode.\n"                                     \
	"-n                      Disable network output buffering. Works only in unsafe mode.\n"   \
	"-d                      Disable disk replication. Works only in unsafe mode.\n"           \
	"-c                      Enable COLO HA. It is conflict with -i and -b, and memory\n"      \
	"                        checkpoint must be disabled.\n"                                   \
	"-p                      Use COLO userspace proxy."

#define DEVD_OPTIONS                                                                               \
	"-F                      Run in the foreground.\n"                                         \
	"-p, --pidfile [FILE]    Write PID to pidfile when daemonizing."

#define PSR_HWINFO_OPTIONS                                                                         \
	"-m, --cmt       Show Cache Monitoring Technology (CMT) hardware info\n"                   \
	"-a, --cat       Show Cache Allocation Technology (CAT) hardware info\n"                   \
	"-b, --mba       Show Memory Bandwidth Allocation (MBA) hardware info\n"                   \
	""

#define PSR_CMT_SHOW_OPTIONS                                                                       \
	"Available monitor types:\n"                                                               \
	"\"cache-occupancy\":         Show L3 cache occupancy(KB)\n"                               \
	"\"total-mem-bandwidth\":     Show total memory bandwidth(KB/s)\n"                         \
	"\"local-mem-bandwidth\":     Show local memory bandwidth(KB/s)\n"                         \
	""

#define PSR_CAT_SET_OPTIONS                                                                        \
	"-s <socket>       Specify the socket to process, otherwise all sockets are processed\n"   \
	"-l <level>        Specify the cache level to process, otherwise L3 cache is processed\n"  \
	"-c                Set code CBM if CDP is supported\n"                                     \
	"-d                Set data CBM if CDP is supported\n"                                     \
	""

#define PSR_CAT_SHOW_OPTIONS                                                                       \
	"-l <level>        Specify the cache level to process, otherwise L3 cache is processed\n"  \
	""

#define PSR_MBA_SET_OPTIONS                                                                        \
	"-s <socket>       Specify the socket to process, otherwise all sockets are processed\n"   \
	""

#endif
