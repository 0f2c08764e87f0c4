/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Configurations as `xl list -l` shows them, of domains as they are now. */
#ifndef NACRED_SYNTHESIS_H
#define NACRED_SYNTHESIS_H

#include "nacred.h"

/* For a domain that nacred did not make: what can be seen from outside. */
struct json *synthesise_config(struct nacred *n, const struct domain *d);
/* Bring the scheduler's figures in @config up to date, in the place where libxl
 * prints them, and add the members that libxl's retrieval adds. */
void complete_running_config(struct nacred *n, const struct domain *d, struct json *config);

#endif
