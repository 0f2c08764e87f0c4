/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#ifndef NACRE_XL_FOLLOW_H
#define NACRE_XL_FOLLOW_H

#include "json.h"

/*
 * `xl create -F': stay until the domain is gone for good, telling each step as
 * Xen's xl does.  nacred carries out what on_poweroff and so on ask for;
 * this only watches.  @created is domain.create's answer.  An exit status.
 */
int follow_domain(const struct json *created, const struct json *config);

/* The on_* action for a shutdown reason, with xl.cfg's name. */
const char *follow_action(const struct json *config, int64_t reason);

#endif
