/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Requests to a guest's kernel: it watches the nodes below /local/domain/<id>/control
 * (xen/docs/misc/xenstore-paths). */
#ifndef NACRED_CONTROL_H
#define NACRED_CONTROL_H

#include "nacred.h"

/* The connection to ask by, or NULL and @e: xenstored is away, or the domain has shut down. */
struct store *control_open(struct nacred *n, const struct domain *d, struct rpc_error *e);
/* Whether the guest acts is its own affair.  0, or -1 and @e. */
int control_ask(struct nacred *n, struct store *s, const struct domain *d, const char *node,
		const char *value, struct rpc_error *e);

#endif
