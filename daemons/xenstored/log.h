/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Messages for the journal: stderr with sd-daemon(3) level prefixes. */
#ifndef XENSTORED_LOG_H
#define XENSTORED_LOG_H

#include <stddef.h>

void log_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_warning(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Bytes of a guest made printable: \xNN for all but graphic ASCII and space.
 * Truncates to fit; returns buf. */
const char *log_escape(const void *data, size_t len, char *buf, size_t size);

#endif
