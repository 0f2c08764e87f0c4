/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Take away from this process what it will never need. */
#ifndef XENSTORED_CONFINE_H
#define XENSTORED_CONFINE_H

/*
 * No new privileges, no core dump of guests' data, and a filter that refuses
 * (EPERM) programs, debugging, modules, mounts, namespaces and keys.
 * 0 or errno.
 */
int confine(void);

#endif
