/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* The terminal on one side, a guest's console on the other. */
#ifndef NACRE_XL_CONSOLE_H
#define NACRE_XL_CONSOLE_H

#include "attach.h"

/* "^]", "]" or "none" to a character; -2 if it is nothing of that. */
int console_escape(const char *text);

/* Ask nacred for the console of @domain. A descriptor, or -1 after a message. */
int console_open(const char *domain);

#endif
