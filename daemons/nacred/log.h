/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Lines on stderr with a level in front as sd-daemon(3) defines it.  Control
 * characters are escaped: names and texts come from clients and guests.
 */
#ifndef NACRED_LOG_H
#define NACRED_LOG_H

#include <systemd/sd-daemon.h>

/* @level: SD_ERR, SD_WARNING, SD_NOTICE, SD_INFO, SD_DEBUG. */
void log_line(const char *level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#define log_error(...)	 log_line(SD_ERR, __VA_ARGS__)
#define log_warning(...) log_line(SD_WARNING, __VA_ARGS__)
#define log_notice(...)	 log_line(SD_NOTICE, __VA_ARGS__)
#define log_info(...)	 log_line(SD_INFO, __VA_ARGS__)

#endif
