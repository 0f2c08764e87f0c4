/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* A terminal that is fit for use after a crash, too. */
#ifndef NACRE_TOP_CRASH_H
#define NACRE_TOP_CRASH_H

#include <stdbool.h>

/* Before anything is done to the terminal: how it is. */
void crash_keep_modes(void);

/* When curses has begun: from now on a signal of a crash makes it so again, then does what it
 * always does.  False: this terminal cannot place its cursor. */
bool crash_prepare(void);

#endif
