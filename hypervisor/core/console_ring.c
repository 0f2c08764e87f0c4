/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Positions are absolute byte counts modulo 2^32, as in Xen: a reader that keeps
 * its index gets every byte once, however often others read or clear.
 */
#include <hv/console_ring.h>
#include <hv/frame.h>
#include <hv/printk.h>
#include <hv/string.h>

#define RING_STATIC 16384u /* until memory can be allocated */
#define RING_MAX    (64u << 20)

static char ring_static[RING_STATIC];
static char *ring = ring_static;
static uint32_t ring_size = RING_STATIC; /* power of two */
static uint32_t producer;		 /* one past the newest byte */
static uint32_t consumer;		 /* oldest byte that was not cleared */

void console_ring_put(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++)
		ring[producer++ & (ring_size - 1)] = s[i];
	if (producer - consumer > ring_size)
		consumer = producer - ring_size;
}

size_t console_ring_read(char *buf, size_t len, uint32_t *index, bool incremental, bool clear)
{
	size_t n = 0;
	uint32_t at;

	console_lock();
	at = consumer;
	if (incremental && *index - consumer <= producer - consumer)
		at = *index;
	while (at != producer && n < len)
		buf[n++] = ring[at++ & (ring_size - 1)];
	if (clear)
		consumer = at;
	*index = at;
	console_unlock();
	return n;
}

size_t console_ring_used(void)
{
	size_t n;

	console_lock();
	n = producer - consumer;
	console_unlock();
	return n;
}

void console_ring_resize(uint64_t bytes)
{
	unsigned int order = 2;
	uint32_t size;
	char *fresh;

	while (PAGE_SIZE << order < MIN(bytes, RING_MAX))
		order++;
	size = PAGE_SIZE << order;
	if (size == RING_STATIC)
		return;
	fresh = pages_alloc(order);
	if (!fresh) {
		printk("No memory for a console ring of %u KiB\n", size >> 10);
		return;
	}
	console_lock();
	for (uint32_t i = consumer; i != producer; i++)
		fresh[i & (size - 1)] = ring[i & (ring_size - 1)];
	ring = fresh;
	ring_size = size;
	console_unlock();
}
