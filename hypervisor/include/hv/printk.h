/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Hypervisor console: formatted lines go to the serial console and to the ring
 * that `xl dmesg` reads.  Every line begins with "(XEN) ".
 */
#ifndef HV_PRINTK_H
#define HV_PRINTK_H

#include <hv/types.h>

/* Understands %c %s %d %i %u %x %X %p %% with l, ll, z, width, 0 and - flags
 * and precision for %s.  Safe in every context, never allocates. */
void printk(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Same, but at most ten lines in five seconds: for what a guest can provoke. */
void gprintk(const struct domain *d, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
int hv_snprintf(char *buf, size_t len, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
int hv_vsnprintf(char *buf, size_t len, const char *fmt, __builtin_va_list ap);

/* Guest text (console_io, port 0xe9): control characters are escaped. */
void console_guest_write(const struct domain *d, const char *text, size_t len);

/* Ring access for XEN_SYSCTL_readconsole. Copies up to @len bytes starting at
 * *@index (absolute position, moved forward to the oldest byte kept); returns
 * the number copied and updates *@index. @clear empties the ring afterwards. */
size_t console_ring_read(char *buf, size_t len, uint32_t *index, bool incremental, bool clear);
/* Bytes now in the ring. */
size_t console_ring_used(void);

/* Prints a report with a backtrace and stops the machine. */
void panic(const char *fmt, ...) __attribute__((noreturn, format(printf, 1, 2)));

#define BUG() panic("BUG at %s:%d", __FILE_NAME__, __LINE__)
#define BUG_ON(c)                                                                                  \
	do {                                                                                       \
		if (__builtin_expect(!!(c), 0))                                                    \
			panic("BUG at %s:%d: %s", __FILE_NAME__, __LINE__, #c);                    \
	} while (0)
#define ASSERT(c) BUG_ON(!(c))

#endif
