/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * What nacred says: where the service manager listens (systemd's $JOURNAL_STREAM is our
 * stderr) as entries of the journal with fields of their own, elsewhere as lines on stderr
 * with a level in front as sd-daemon(3) defines it.  Control characters are escaped: names
 * and texts come from clients and guests.
 */
#ifndef NACRED_LOG_H
#define NACRED_LOG_H

#include <stdbool.h>
#include <sys/uio.h>
#include <systemd/sd-daemon.h>

/* Kinds of entries that others may wait for, by their MESSAGE_ID; nacre.catalog tells
 * people what each means. */
#define LOG_ID_CALL	   "488e062a24984908ab90f84d6badeb27"
#define LOG_ID_MADE	   "f40273bf5b5745eab4f324ece51a0e95"
#define LOG_ID_ENDED	   "5c18d0a6fedb491e82fdc4f42ee027a7"
#define LOG_ID_RELOADED	   "f9dfecb0fee94fc08b028e45d7d71cb8"
#define LOG_ID_BROKEN_FILE "ec3773806c574bf198795ad0d6225277"
#define LOG_ID_STORE_AWAY  "cba4a5c14eb74c40abe6d9b99a0c3b5e"

/* What an entry is about: NULL where there is nothing to say. */
struct log_fields {
	const char *id;	     /* MESSAGE_ID */
	const char *method;  /* NACRE_METHOD */
	const char *domain;  /* NACRE_DOMAIN: name, UUID or number, as it was given */
	const char *outcome; /* NACRE_OUTCOME: "ok" or the symbol of an error */
	bool called;	     /* by somebody: */
	long uid, pid;	     /* NACRE_UID, NACRE_PID */
};
#define LOG_FIELDS(...) (&(const struct log_fields){__VA_ARGS__})

/* @level: SD_ERR, SD_WARNING, SD_NOTICE, SD_INFO, SD_DEBUG. @fields: NULL allowed. */
void log_entry(const char *level, const struct log_fields *fields, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#define log_line(level, ...) log_entry(level, NULL, __VA_ARGS__)
#define log_error(...)	     log_line(SD_ERR, __VA_ARGS__)
#define log_warning(...)     log_line(SD_WARNING, __VA_ARGS__)
#define log_notice(...)	     log_line(SD_NOTICE, __VA_ARGS__)
#define log_info(...)	     log_line(SD_INFO, __VA_ARGS__)
#define log_debug(...)	     log_line(SD_DEBUG, __VA_ARGS__)

/* The names of levels in settings: "error" to "debug". -1: no such. */
int log_level_by_name(const char *name);
/* What is less important than syslog's @level is not said; at first SD_INFO. */
void log_set_level(int level);

/* For log_entry(), and its test: the fields of an entry in at most LOG_PIECES pieces of
 * text in @buf; their number. */
#define LOG_PIECES    8
#define LOG_BUF_BYTES 8192
int log_encode(const char *level, const struct log_fields *fields, const char *text,
	       char buf[LOG_BUF_BYTES], struct iovec iov[LOG_PIECES]);

#endif
