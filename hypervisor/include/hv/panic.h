/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* The frame of a fatal report: panic() itself, and the report of an exception. */
#ifndef HV_PANIC_H
#define HV_PANIC_H

/* First words: stops the other CPUs and frees the console, whoever held it.
 * Does not return if a report is being made already. */
void panic_begin(void);
/* Last words: tells the host (link header), then halts or restarts. */
void panic_end(void) __attribute__((noreturn));

#endif
