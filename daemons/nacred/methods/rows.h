/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* What lists of several methods hold. */
#ifndef NACRED_METHODS_ROWS_H
#define NACRED_METHODS_ROWS_H

#include "schema.h"

extern const struct field domain_fields[];	 /* domain.list */
extern const struct field domain_vcpus_fields[]; /* domain.vcpus */
extern const struct field credit2_fields[];	 /* sched.credit2.get */
extern const struct field pool_fields[];	 /* cpupool.list */

#endif
