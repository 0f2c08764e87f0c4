/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#ifndef CORE_CPUPOOL_H
#define CORE_CPUPOOL_H

#include <hv/domain.h>
#include <hv/sched.h>

/* Guards the pools, who belongs to which, and all control of policies; outside of
 * the policies' own locks. */
extern spinlock_t cpupool_lock;

#endif
