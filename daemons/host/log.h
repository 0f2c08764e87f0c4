/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * nacre-host's log, and what it tells whoever started it.  `nacre up` gives it
 * a pipe (--ready-fd); each line there is "info TEXT", "error TEXT" or "ready".
 */
#ifndef HOST_LOG_H
#define HOST_LOG_H

/* Log to the file @path from now on instead of stderr. 0 or -errno. */
int log_to_file(const char *path);
void log_set_ready_fd(int fd);

void log_info(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* As log_info and log_error, and while starting up also to the starter. */
void tell_info(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void tell_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Everything is up: say so (also by sd_notify) and end the telling. */
void tell_ready(void);

#endif
