/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <string.h>

#include "history.h"

void history_add(struct history *h, const char *data, size_t len)
{
	size_t at, first;

	if (len > HISTORY_SIZE) {
		h->total += len - HISTORY_SIZE;
		data += len - HISTORY_SIZE;
		len = HISTORY_SIZE;
	}
	at = h->total % HISTORY_SIZE;
	first = HISTORY_SIZE - at;
	if (first > len)
		first = len;
	memcpy(h->data + at, data, first);
	memcpy(h->data, data + first, len - first);
	h->total += len;
}

uint64_t history_start(const struct history *h)
{
	return h->total > HISTORY_REPLAY ? h->total - HISTORY_REPLAY : 0;
}

int history_get(struct history *h, uint64_t *position, struct iovec iov[2])
{
	size_t at, len, first;

	if (h->total - *position > HISTORY_SIZE)
		*position = h->total - HISTORY_SIZE;
	len = (size_t)(h->total - *position);
	if (!len)
		return 0;
	at = *position % HISTORY_SIZE;
	first = HISTORY_SIZE - at;
	if (first > len)
		first = len;
	iov[0].iov_base = h->data + at;
	iov[0].iov_len = first;
	if (first == len)
		return 1;
	iov[1].iov_base = h->data;
	iov[1].iov_len = len - first;
	return 2;
}
