/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* The terminal on one side, a guest's console on the other. */
#ifndef NACRE_XL_CONSOLE_H
#define NACRE_XL_CONSOLE_H

#define CONSOLE_ESCAPE	  0x1d /* ^] */
#define CONSOLE_NO_ESCAPE (-1)

/* "^]", "]" or "none" to a character; -2 if it is nothing of that. */
int console_escape(const char *text);

/* Ask nacred for the console of @domain. A descriptor, or -1 after a message. */
int console_open(const char *domain);

/*
 * Copy both ways until the guest's side closes, the escape character is typed
 * or a signal arrives; closes @fd.  The terminal is raw meanwhile.  End of
 * input ends only the input.  Returns an exit status.
 */
int console_run(int fd, int escape);

#endif
