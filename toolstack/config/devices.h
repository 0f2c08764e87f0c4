/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Lists of devices in a domain's configuration. */
#ifndef NACRE_CONFIG_DEVICES_H
#define NACRE_CONFIG_DEVICES_H

#include "builder.h"

/* disk= and vif= become the members "disks" and "nics" of @config. */
void devices_put_disks(struct builder *b, struct json *config);
void devices_put_nics(struct builder *b, struct json *config);

#endif
