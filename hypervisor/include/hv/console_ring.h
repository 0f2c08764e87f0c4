/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* The ring behind XEN_SYSCTL_readconsole; the reading side is in hv/printk.h. */
#ifndef HV_CONSOLE_RING_H
#define HV_CONSOLE_RING_H

#include <hv/types.h>

/* Append; the caller holds the console lock. */
void console_ring_put(const char *s, size_t len);
/* Once, when memory can be had: make it @bytes large (rounded up to a power of
 * two, 16 KiB to 64 MiB). */
void console_ring_resize(uint64_t bytes);

/* The console lock, innermost of all (printk.c). */
void console_lock(void);
void console_unlock(void);
/* After a fatal error nobody waits for the lock any more. */
void console_bust_lock(void);
/* Apply loglvl=. */
void console_set_level(const char *name);

#endif
