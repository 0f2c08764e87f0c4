/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Text for a terminal that holds what somebody else wrote: arguments, files, names.  It can
 * be read, but it cannot move the cursor, change colours or answer for the user.
 */
#ifndef NACRE_PLAIN_H
#define NACRE_PLAIN_H

#include <stddef.h>
#include <stdio.h>

/* Bytes of the control character that @text begins with, 0 for none: those of ASCII, and the
 * C1 ones of Unicode, which UTF-8 writes as 0xc2 0x80 to 0x9f. */
size_t plain_control(const char *text);

/* stderr, where control characters but newline and tab come out as \xNN.  Not buffered; the
 * same stream each time, which nobody closes; stderr itself when there is no memory. */
FILE *plain_stderr(void);

#endif
