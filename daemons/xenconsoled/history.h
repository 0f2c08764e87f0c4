/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * The last output of a console.  Every viewer has a position in this one
 * buffer; who reads too slowly loses the oldest bytes and delays nobody.
 */
#ifndef XENCONSOLED_HISTORY_H
#define XENCONSOLED_HISTORY_H

#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

#define HISTORY_SIZE   65536u /* how far a viewer may lag */
#define HISTORY_REPLAY 16384u /* what a new viewer gets to see */

struct history {
	uint64_t total; /* bytes ever added */
	char data[HISTORY_SIZE];
};

void history_add(struct history *h, const char *data, size_t len);
/* The position of a new viewer. */
uint64_t history_start(const struct history *h);
/*
 * What is there from *position on (which is moved up to what is still there),
 * in at most two pieces: their number.
 */
int history_get(struct history *h, uint64_t *position, struct iovec iov[2]);

#endif
