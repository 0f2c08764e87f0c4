/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Everything that an exporter needs, in one piece. */
#ifndef NACRED_SNAPSHOT_H
#define NACRED_SNAPSHOT_H

#include "nacred.h"

/* The result of host.snapshot; NULL and @e. */
struct json *snapshot_make(struct nacred *n, struct rpc_error *e);
/* The same as Prometheus' samples, with what nacred counts of itself.  Malloc'd; NULL: no
 * memory. */
char *snapshot_metrics(const struct nacred *n, const struct json *snapshot);

#endif
