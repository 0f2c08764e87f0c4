/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* A guest's console at this process's terminal. */
#ifndef NACRE_CONSOLE_ATTACH_H
#define NACRE_CONSOLE_ATTACH_H

#define CONSOLE_ESCAPE	  0x1d /* ^] */
#define CONSOLE_NO_ESCAPE (-1)

/*
 * Copy between standard input, standard output and the console @fd, which is closed at
 * the end, until its other side closes, the character @escape is typed or a signal
 * arrives.  The terminal is raw meanwhile; end of input ends only the input.  Signal
 * actions of the process are changed.  Returns an exit status: 0, or 128 + the signal.
 */
int console_attach(int fd, int escape);

#endif
