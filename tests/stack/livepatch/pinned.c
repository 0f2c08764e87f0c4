/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Asks for what must not be: the dispatch loop is on every stack. */
#include "patch.h"

static void nothing(void)
{
}

REPLACE(sched_loop, nothing);
