/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * The console ring (struct xencons_interface).  The guest can write any byte
 * of it at any time: its indices are read once and checked, ours are kept
 * here and only published.
 */
#ifndef XENCONSOLED_RING_H
#define XENCONSOLED_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <xen/io/console.h>

#define CONSOLE_OUT_SIZE sizeof(((struct xencons_interface *)0)->out)
#define CONSOLE_IN_SIZE	 sizeof(((struct xencons_interface *)0)->in)

struct console_ring {
	struct xencons_interface *page;
	uint32_t out_cons, in_prod;
};

/* Go on where the page says that its consumer was. */
void console_ring_attach(struct console_ring *r, struct xencons_interface *page);
/*
 * Take all that the guest has written, into buf of CONSOLE_OUT_SIZE: the
 * number of bytes.  *bad: the guest's index makes no sense, nothing is taken.
 */
size_t console_ring_take(struct console_ring *r, char *buf, bool *bad);
/* Bytes that the guest can take now. */
size_t console_ring_space(const struct console_ring *r);
/* At most console_ring_space() bytes. */
void console_ring_give(struct console_ring *r, const char *data, size_t len);

#endif
