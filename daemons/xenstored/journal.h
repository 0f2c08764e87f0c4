/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * The journal: every committed change since the daemon's state began, so that
 * a killed daemon goes on where it was.
 *
 * File <dir>/journal: a header, then records { length, checksum, number,
 * domid, request } + encoded changes.  A record counts only whole: a torn one
 * at the end is cut off.  Nothing is synced to disk: the file must survive the
 * process, not the machine.  Rewriting goes through <dir>/journal.new and
 * rename.
 *
 * File <dir>/mark, mapped: the number of the last record whose watch events
 * have all been queued.
 */
#ifndef XENSTORED_JOURNAL_H
#define XENSTORED_JOURNAL_H

#include "change.h"

/* Which request of which guest caused a change; domid 0: not a guest. */
struct origin {
	uint32_t domid;
	uint32_t pad;
	uint64_t request; /* the connection's own count, from 1 */
};

struct journal {
	int dir_fd;
	int fd;
	int lock_fd;
	uint64_t number; /* of the last record */
	volatile uint64_t *mark;
	uint64_t size;	       /* bytes of whole records and header */
	uint64_t compact_size; /* size after the last rewrite */
	bool broken;	       /* a torn record could not be cut off */
};

/* A record read at the start.  @pending: its events were perhaps not sent. */
typedef void (*journal_replay_fn)(void *ctx, struct changeset *cs, const struct origin *origin,
				  bool pending);

/*
 * Open or create in directory dir_fd (whose ownership moves to the journal)
 * and replay.  0 or errno; EBUSY: another daemon has the lock.
 */
int journal_open(struct journal *j, int dir_fd, journal_replay_fn replay, void *ctx);
void journal_close(struct journal *j);

/* Write one record: 0, or ENOSPC, EIO with the file as before. */
int journal_append(struct journal *j, const struct changeset *cs, const struct origin *origin);
/* All events of records so far are queued. */
void journal_mark_done(struct journal *j);

bool journal_wants_rewrite(const struct journal *j);
/* Replace the file's contents by what produce() adds with journal_put(). */
int journal_rewrite(struct journal *j, void (*produce)(void *ctx, struct journal *to), void *ctx);
void journal_put(struct journal *to, struct changeset *cs);

#endif
