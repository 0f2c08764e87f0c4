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
