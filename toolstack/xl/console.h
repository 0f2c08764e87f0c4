/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#ifndef NACRE_XL_CONSOLE_H
#define NACRE_XL_CONSOLE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "attach.h"

/* "^]", "a" or "none" as console_attach() wants it; -2: neither. */
int console_escape(const char *text);

/* A process of its own that has the console of @domid at the terminal; returns when it is
 * attached, so that no line is missed.  -1 after a message. */
pid_t console_start(uint32_t domid);
/* Until that process ends: its exit status. */
int console_await(pid_t pid);

#endif
