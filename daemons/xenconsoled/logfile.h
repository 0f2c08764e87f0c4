/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* The log file of a guest: raw bytes, a size limit, one older file. */
#ifndef XENCONSOLED_LOGFILE_H
#define XENCONSOLED_LOGFILE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LOGFILE_LIMIT (1u << 20) /* bytes; then it becomes <name>.1 */

struct logfile {
	int dir_fd; /* of the caller */
	int fd;	    /* -1: could not be opened */
	uint64_t size;
	bool failing; /* told once that writing fails */
	char name[NAME_MAX + 1];
};

/* File name for a guest's name: what is not harmless in a name becomes '_'. */
void logfile_name(const char *guest, char *buf, size_t size);

/* Open <dir>/guest-<name>.log to append; a failure is logged, not fatal. */
void logfile_open(struct logfile *l, int dir_fd, const char *guest);
void logfile_close(struct logfile *l);
void logfile_write(struct logfile *l, const char *data, size_t len);
/* The last up to len bytes of what was written before: their number. */
size_t logfile_tail(const struct logfile *l, char *buf, size_t len);

#endif
