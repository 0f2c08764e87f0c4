/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* The verbs' functions, under the file that defines them. */
#ifndef NACRE_XL_CMDS_H
#define NACRE_XL_CMDS_H

#include <stdbool.h>

#include "verbs.h"

/* cmd_create.c */
int cmd_create(const struct verb *verb, int argc, char **argv);

/* cmd_list.c */
int cmd_list(const struct verb *verb, int argc, char **argv);
int cmd_claims(const struct verb *verb, int argc, char **argv);
int cmd_vm_list(const struct verb *verb, int argc, char **argv);

/* cmd_state.c */
int cmd_destroy(const struct verb *verb, int argc, char **argv);
int cmd_pause(const struct verb *verb, int argc, char **argv);
int cmd_unpause(const struct verb *verb, int argc, char **argv);
int cmd_rename(const struct verb *verb, int argc, char **argv);

/* cmd_memory.c */
int cmd_mem_max(const struct verb *verb, int argc, char **argv);
int cmd_mem_set(const struct verb *verb, int argc, char **argv);

/* cmd_signal.c */
int cmd_trigger(const struct verb *verb, int argc, char **argv);
int cmd_button_press(const struct verb *verb, int argc, char **argv);
int cmd_sysrq(const struct verb *verb, int argc, char **argv);
int cmd_debug_keys(const struct verb *verb, int argc, char **argv);
int cmd_set_parameters(const struct verb *verb, int argc, char **argv);

/* cmd_dump_core.c */
int cmd_dump_core(const struct verb *verb, int argc, char **argv);

/* cmd_config_update.c */
int cmd_config_update(const struct verb *verb, int argc, char **argv);

/* cmd_sharing.c */
int cmd_sharing(const struct verb *verb, int argc, char **argv);

/* cmd_device_list.c */
int cmd_device_list(const struct verb *verb, int argc, char **argv);
int cmd_pci_assignable_list(const struct verb *verb, int argc, char **argv);

/* cmd_device.c */
int cmd_network_attach(const struct verb *verb, int argc, char **argv);
int cmd_block_attach(const struct verb *verb, int argc, char **argv);
int cmd_vtpm_attach(const struct verb *verb, int argc, char **argv);
int cmd_vdispl_attach(const struct verb *verb, int argc, char **argv);
int cmd_device_attach(const struct verb *verb, int argc, char **argv);
int cmd_device_detach(const struct verb *verb, int argc, char **argv);

/* cmd_pci.c */
int cmd_pci_attach(const struct verb *verb, int argc, char **argv);
int cmd_pci_detach(const struct verb *verb, int argc, char **argv);
int cmd_pci_assignable_add(const struct verb *verb, int argc, char **argv);
int cmd_pci_assignable_remove(const struct verb *verb, int argc, char **argv);

/* cmd_psr.c */
int cmd_psr_hwinfo(const struct verb *verb, int argc, char **argv);
int cmd_psr_cmt(const struct verb *verb, int argc, char **argv);
int cmd_psr_cmt_show(const struct verb *verb, int argc, char **argv);
int cmd_psr_cat_set(const struct verb *verb, int argc, char **argv);
int cmd_psr_show(const struct verb *verb, int argc, char **argv);
int cmd_psr_mba_set(const struct verb *verb, int argc, char **argv);

/* cmd_flask.c */
int cmd_getenforce(const struct verb *verb, int argc, char **argv);
int cmd_setenforce(const struct verb *verb, int argc, char **argv);
int cmd_loadpolicy(const struct verb *verb, int argc, char **argv);

/* cmd_unsupported.c */
int cmd_unsupported(const struct verb *verb, int argc, char **argv);
int cmd_unsupported_service(const struct verb *verb, int argc, char **argv);
int cmd_restore(const struct verb *verb, int argc, char **argv);
int cmd_vncviewer(const struct verb *verb, int argc, char **argv);
int cmd_cd(const struct verb *verb, int argc, char **argv);

/* cmd_shutdown.c */
int cmd_shutdown(const struct verb *verb, int argc, char **argv);
int cmd_reboot(const struct verb *verb, int argc, char **argv);

/* cmd_console.c */
int cmd_console(const struct verb *verb, int argc, char **argv);

/* cmd_name.c */
int cmd_domid(const struct verb *verb, int argc, char **argv);
int cmd_domname(const struct verb *verb, int argc, char **argv);
int cmd_uptime(const struct verb *verb, int argc, char **argv);

/* cmd_vcpu.c */
int cmd_vcpu_list(const struct verb *verb, int argc, char **argv);
int cmd_vcpu_pin(const struct verb *verb, int argc, char **argv);
int cmd_vcpu_set(const struct verb *verb, int argc, char **argv);

/* cmd_sched.c */
int cmd_sched_credit2(const struct verb *verb, int argc, char **argv);

/* cmd_host.c */
int cmd_info(const struct verb *verb, int argc, char **argv);
int cmd_dmesg(const struct verb *verb, int argc, char **argv);

/* cmd_top.c */
int cmd_top(const struct verb *verb, int argc, char **argv);

/* cmd_sched_other.c */
int cmd_sched_credit(const struct verb *verb, int argc, char **argv);
int cmd_sched_rtds(const struct verb *verb, int argc, char **argv);

/* cmd_cpupool_create.c */
int cmd_cpupool_create(const struct verb *verb, int argc, char **argv);

/* cmd_cpupool.c */
int cmd_cpupool_list(const struct verb *verb, int argc, char **argv);
int cmd_cpupool_destroy(const struct verb *verb, int argc, char **argv);
int cmd_cpupool_rename(const struct verb *verb, int argc, char **argv);
int cmd_cpupool_cpu_add(const struct verb *verb, int argc, char **argv);
int cmd_cpupool_cpu_remove(const struct verb *verb, int argc, char **argv);
int cmd_cpupool_migrate(const struct verb *verb, int argc, char **argv);
int cmd_cpupool_numa_split(const struct verb *verb, int argc, char **argv);

/* cmd_patch_status.c */
int cmd_patch_status(const struct verb *verb, int argc, char **argv);

/* cmd_livepatch.c */
int cmd_livepatch(const struct verb *verb, int argc, char **argv);

/* cmd_verify.c: its option --verify */
struct json;
int cmd_verify(const struct json *ids, bool here, bool json);

/* cmd_rehearse.c: livepatch rehearse */
int cmd_rehearse(const struct verb *verb, int argc, char **argv);

#endif
