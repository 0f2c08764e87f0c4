/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * What an administrator may set and change while nacred runs: nacred.conf, in the syntax
 * of xl.cfg(5).  Read at start and on SIGHUP.
 */
#ifndef NACRED_SETTINGS_H
#define NACRED_SETTINGS_H

/* Read the file and act on it; where there is none everything is as without settings.
 * 0, or -errno after messages, with nothing changed. */
int settings_load(void);

#endif
