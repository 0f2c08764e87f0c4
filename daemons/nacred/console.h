/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* domain.console: a console from xenconsoled, handed on to the client. */
#ifndef NACRED_CONSOLE_H
#define NACRED_CONSOLE_H

#include "nacred.h"

struct request;

/* RPC_LATER, or RPC_FAILED and @e. */
int console_open(struct nacred *n, struct request *rq, const struct domain *d, struct rpc_error *e);
void console_stop(struct nacred *n);

#endif
