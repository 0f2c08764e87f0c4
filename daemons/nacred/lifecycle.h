/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* What a domain's end leads to, and what a restarted nacred finds half done. */
#ifndef NACRED_LIFECYCLE_H
#define NACRED_LIFECYCLE_H

#include "nacred.h"

/* 0 or -errno. */
int lifecycle_start(struct nacred *n);
void lifecycle_stop(struct nacred *n);
/* Look soon at all domains and records: act on shutdowns (on_poweroff, ...) and
 * remove what is left of domains that others destroyed. */
void lifecycle_schedule(struct nacred *n);
/* Domain @d goes on as @uuid (lower case) with @name, both of which are free, so that
 * another one may be made with what it has now. 0, or -1 and @e. */
int lifecycle_preserve(struct nacred *n, struct domain *d, const char *uuid, const char *name,
		       struct rpc_error *e);
/* Act on what domain @d ends with, or has ended with, which its maker had kept to itself
 * (record.keep_ended).  0, or -1 and @e. */
int lifecycle_supervise(struct nacred *n, const struct domain *d, struct rpc_error *e);
/* At start: take back domains that were half made, finish restarts. */
void lifecycle_recover(struct nacred *n);
/* With xenstored reached: domains that the hypervisor knows under the identity they were
 * being given, and xenstore not yet. */
void lifecycle_mend(struct nacred *n);

#endif
