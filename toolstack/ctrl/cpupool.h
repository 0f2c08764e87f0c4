/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Pools of CPUs (XEN_SYSCTL_cpupool_op). */
#ifndef CTRL_CPUPOOL_H
#define CTRL_CPUPOOL_H

#include "ctrl/ctrl.h"

#define CTRL_CPUPOOL_MAX_CPUS 1024
#define CTRL_CPUPOOL_ANY      XEN_SYSCTL_CPUPOOL_PAR_ANY

struct ctrl_cpupool {
	uint32_t id;
	uint32_t sched_id; /* XEN_SCHEDULER_* */
	uint32_t nr_domains;
	uint8_t cpus[CTRL_CPUPOOL_MAX_CPUS / 8]; /* bit 0 of byte 0 is CPU 0 */
};

/* The first pool with id >= @first; -ENOENT when there is none. */
int ctrl_cpupool_info(struct ctrl *ctrl, uint32_t first, struct ctrl_cpupool *pool);
/* The CPUs that are in no pool. */
int ctrl_cpupool_free_cpus(struct ctrl *ctrl, uint8_t cpus[CTRL_CPUPOOL_MAX_CPUS / 8]);
/* A pool without CPUs; *id: the wanted one or CTRL_CPUPOOL_ANY, then the one given.
 * -ENOENT: there is no such scheduler, -ENOSPC: too many pools, -EEXIST: id taken. */
int ctrl_cpupool_create(struct ctrl *ctrl, uint32_t *id, uint32_t sched_id);
/* -EBUSY: it has CPUs or domains, -ENOENT. */
int ctrl_cpupool_destroy(struct ctrl *ctrl, uint32_t id);
/* -ENODEV: the CPU is not free, -EINVAL: there is no such CPU, -ENOENT. */
int ctrl_cpupool_add_cpu(struct ctrl *ctrl, uint32_t id, uint32_t cpu);
/* -EADDRNOTAVAIL: the CPU is not in this pool, -EBUSY: it is the last one and the pool
 * has domains, -EINVAL: CPU 0 of pool 0, or there is no such CPU, -ENOENT. */
int ctrl_cpupool_remove_cpu(struct ctrl *ctrl, uint32_t id, uint32_t cpu);
/* -ENOENT: no such pool, or one without CPUs, -EPERM: domain 0, -ESRCH. */
int ctrl_cpupool_move_domain(struct ctrl *ctrl, uint32_t id, uint32_t domid);

#endif
