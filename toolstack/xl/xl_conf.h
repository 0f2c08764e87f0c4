/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* The machine's xl.conf(5). */
#ifndef NACRE_XL_XL_CONF_H
#define NACRE_XL_XL_CONF_H

#include "domain_config.h"

/* What it says; read once, with its messages.  Exits with 1 where xl does: when it is no
 * configuration at all, or one of its limits is no number. */
const struct config_defaults *xl_conf_defaults(void);

#endif
