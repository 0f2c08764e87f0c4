/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* SIGHUP: settings and advisory records are read again, clients and guests go on. */
#ifndef NACRED_RELOAD_H
#define NACRED_RELOAD_H

struct nacred;

/* Read the settings, and again whenever told to.  SIGHUP must be blocked.  0 or -errno,
 * logged; a bad file of settings is told and does not keep the daemon from starting. */
int reload_start(struct nacred *n);

#endif
