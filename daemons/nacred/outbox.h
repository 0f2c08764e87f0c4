/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* What waits to be sent on a socket: texts, some with a descriptor beside their first byte. */
#ifndef NACRED_OUTBOX_H
#define NACRED_OUTBOX_H

#include <stdbool.h>
#include <stddef.h>

struct chunk;

struct outbox {
	struct chunk *first, *last;
	size_t bytes;
};

/* Append a copy of @text; @fd is duplicated (or -1). 0 or -ENOMEM. */
int outbox_add(struct outbox *o, const char *text, size_t len, int fd);
/* Send until all has gone or @socket takes no more, without waiting. 0 or -errno. */
int outbox_send(struct outbox *o, int socket);
void outbox_free(struct outbox *o);

static inline bool outbox_empty(const struct outbox *o)
{
	return !o->first;
}

#endif
