/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Allocation that does not fail: all the daemon's memory is bounded by quotas,
 * and what is committed is in the journal.  When the machine is out of memory
 * the process ends, is started again and goes on from there.
 */
#ifndef XENSTORED_XALLOC_H
#define XENSTORED_XALLOC_H

#include <stddef.h>

void *xmalloc(size_t size);
void *xcalloc(size_t n, size_t size);
void *xrealloc(void *p, size_t size);
char *xstrdup(const char *s);
void *xmemdup(const void *p, size_t size);

#endif
