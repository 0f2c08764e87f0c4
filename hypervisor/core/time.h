/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Guests' time: PV timers, watchdogs, wall clock (private to core/). */
#ifndef CORE_TIME_H
#define CORE_TIME_H

#include <hv/types.h>

/* @deadline: system time in ns. The timer is armed on this CPU. */
void vcpu_set_singleshot(struct vcpu *v, stime_t deadline);
/* @ns 0 stops it. */
void vcpu_set_periodic(struct vcpu *v, uint64_t ns);
/* Wake a polling vCPU at @deadline. */
void vcpu_set_poll_timer(struct vcpu *v, stime_t deadline);
/* SCHEDOP_watchdog: 0, a new watchdog's id, or -XEN_EINVAL, -XEN_ENOSPC. */
int domain_watchdog(struct domain *d, uint32_t id, uint32_t seconds);
/* Write wc_* of shared_info; @offset_sec is the guest's difference from ours. */
void domain_set_wallclock(struct domain *d, int64_t offset_sec);
/* End of a SCHEDOP_poll: the vCPU is no poller any more. True if it was. */
bool vcpu_poll_end(struct vcpu *v);

#endif
