/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Xenstore client: Debian's libxenstore with errors as return values, paths
 * by format and transactions that retry.
 *
 * Unless said otherwise every function returns 0 or a negative errno; ENOENT,
 * EACCES, EAGAIN and so on are what xenstored answered, ECONNRESET or EPIPE
 * mean that it has gone (close and open again: watches and open transactions
 * are lost with the connection).  Paths are absolute.  A handle serves one
 * thread; libxenstore's own reader thread is started by the first watch.
 */
#ifndef NACRE_STORE_H
#define NACRE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <xenstore.h>

struct store;
typedef xs_transaction_t store_tx; /* XBT_NULL: no transaction */

/* Connect to $XENSTORED_PATH, or $XENSTORED_RUNDIR/socket. */
int store_open(struct store **out);
void store_close(struct store *s);

/* *value is malloced, followed by a NUL; *len (may be NULL) excludes it. */
int store_read(struct store *s, store_tx tx, const char *path, char **value, size_t *len);
int store_readf(struct store *s, store_tx tx, char **value, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
/* The value as one decimal number and nothing else; -EINVAL if it is not. */
int store_read_u64(struct store *s, store_tx tx, const char *path, uint64_t *out);
bool store_exists(struct store *s, store_tx tx, const char *path);

int store_write(struct store *s, store_tx tx, const char *path, const char *value);
int store_write_bytes(struct store *s, store_tx tx, const char *path, const void *data, size_t len);
/* The value by format; at most 4 KiB. */
int store_writef(struct store *s, store_tx tx, const char *path, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
int store_mkdir(struct store *s, store_tx tx, const char *path);
/* A path that does not exist is no error. */
int store_rm(struct store *s, store_tx tx, const char *path);

/* Names of children; free each with store_free_list. */
int store_directory(struct store *s, store_tx tx, const char *path, char ***names,
		    unsigned int *nr);
void store_free_list(char **names);

/* perms[0] is the owner, its permission that of all others (XS_PERM_*). */
int store_set_perms(struct store *s, store_tx tx, const char *path,
		    const struct xs_permissions *perms, unsigned int nr);
int store_get_perms(struct store *s, store_tx tx, const char *path, struct xs_permissions **perms,
		    unsigned int *nr);

int store_tx_start(struct store *s, store_tx *tx);
/* -EAGAIN: somebody else changed what this transaction saw; do it again. */
int store_tx_end(struct store *s, store_tx tx, bool commit);
/*
 * Run fn in transactions until one is committed.  fn returns 0 to commit or a
 * negative errno to abort with; it must be repeatable.  Gives up with -EAGAIN
 * after STORE_TX_TRIES attempts.
 */
#define STORE_TX_TRIES 100
int store_transaction(struct store *s, int (*fn)(struct store *s, store_tx tx, void *arg),
		      void *arg);

int store_watch(struct store *s, const char *path, const char *token);
int store_unwatch(struct store *s, const char *path, const char *token);
/* Readable while store_next_event has something to give, be it the
 * end of the connection. */
int store_fd(struct store *s);
/* 1 and the malloced path and token (both in the one allocation *path: free
 * only that), 0 if nothing is pending, negative errno if the connection died. */
int store_next_event(struct store *s, char **path, const char **token);

int store_introduce(struct store *s, uint32_t domid, uint64_t gfn, uint32_t port);
int store_release(struct store *s, uint32_t domid);
int store_set_target(struct store *s, uint32_t domid, uint32_t target);
int store_is_introduced(struct store *s, uint32_t domid, bool *yes);

#endif
