/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* What an xl.conf(5) says. */
#ifndef NACRE_CONFIG_CONF_H
#define NACRE_CONFIG_CONF_H

#include <stdio.h>

#include "cfg.h"
#include "domain_config.h"

/*
 * Settings of @cfg over Xen's defaults; strings stay owned by @cfg.  Wrong values are
 * reported and leave the default, as in xl 4.17.  False: one that xl does not go on with.
 */
bool conf_read(const struct cfg *cfg, struct config_defaults *defaults, FILE *report);

/* Names of the keys, ended by NULL; for the manual's test. */
extern const char *const conf_keys[];

#endif
