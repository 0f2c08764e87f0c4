/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* For tests of libxl: a fake nacred where the library looks for it, and what it logs. */
#ifndef NACRE_TESTS_LIBXL_FIXTURE_H
#define NACRE_TESTS_LIBXL_FIXTURE_H

#include <libxl.h>

#define LIBXL_FIXTURE_HELLO                                                                        \
	{                                                                                          \
		.method = "system.hello", .json = "{\"api\":\"1.0\"}"                              \
	}

extern char libxl_fixture_socket[108];
extern char libxl_fixture_log[16384]; /* "context: text\n", level XTL_WARN and above */
extern xentoollog_logger *libxl_fixture_logger;

/* Test suites' init and fini. */
void libxl_fixture_start(void);
void libxl_fixture_stop(void);

/* A context that logs to libxl_fixture_log. */
libxl_ctx *libxl_fixture_ctx(void);

#endif
