/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* The instance's directory and identity. */
#ifndef NACRED_INSTANCE_STATE_H
#define NACRED_INSTANCE_STATE_H

#include "nacred.h"

/* Find the run directory, read or make nacred/instance.json, load the domain
 * records. 0 or -errno, logged. */
int instance_state_open(struct nacred *n);

#endif
