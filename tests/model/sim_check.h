/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#ifndef MODEL_SIM_CHECK_H
#define MODEL_SIM_CHECK_H

#include "sim.h"

/* Everything that must always be true; @quick: what costs little.  Programs that
 * this is linked to check it after each event of the simulator. */
void sim_check(bool quick);

#endif
