/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* b_info.cpuid, made of xl.cfg's cpuid=: what a domain sees of the processor otherwise. */
#ifndef NACRED_CPUID_H
#define NACRED_CPUID_H

#include <stdint.h>

#include "error.h"
#include "json.h"

struct ctrl;

/* @build is a configuration's b_info. 0, or -1 and @e. */
int cpuid_check(const struct json *build, struct rpc_error *e);

/* To domain @domid, which has not run; @build was checked. 0, or -1 and @e. */
int cpuid_apply(struct ctrl *ctrl, uint32_t domid, const struct json *build, struct rpc_error *e);

#endif
