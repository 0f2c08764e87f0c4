/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Live patches when nacred starts: an action that an earlier nacred had begun is finished
 * or taken back, then what the policy wants is applied in its order.
 */
#ifndef NACRED_PATCH_START_H
#define NACRED_PATCH_START_H

#include "nacred.h"

/* Begin, from the loop. 0 or -errno. */
int patch_start(struct nacred *n);
void patch_start_abandon(struct nacred *n);

#endif
