/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "libxl_fixture.h"

#include <criterion/criterion.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fake_nacred.h"

char libxl_fixture_socket[108];
char libxl_fixture_log[16384];
static char directory[64];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void __attribute__((format(printf, 5, 0)))
keep(struct xentoollog_logger *logger, xentoollog_level level, int errnoval, const char *context,
     const char *format, va_list args)
{
	char text[2048];
	size_t used;

	if (level < XTL_WARN)
		return;
	vsnprintf(text, sizeof(text), format, args);
	pthread_mutex_lock(&lock);
	used = strlen(libxl_fixture_log);
	snprintf(libxl_fixture_log + used, sizeof(libxl_fixture_log) - used, "%s: %s\n", context,
		 text);
	pthread_mutex_unlock(&lock);
}

static xentoollog_logger logger = {.vmessage = keep};
xentoollog_logger *libxl_fixture_logger = &logger;

void libxl_fixture_start(void)
{
	static const struct fake_answer hello[] = {LIBXL_FIXTURE_HELLO};

	snprintf(directory, sizeof(directory), "/tmp/nacre-libxl.XXXXXX");
	cr_assert(mkdtemp(directory));
	setenv("NACRE_RUNDIR", directory, 1);
	snprintf(libxl_fixture_socket, sizeof(libxl_fixture_socket), "%s/nacred.sock", directory);
	fake_nacred_script(hello, 1);
	cr_assert_eq(fake_nacred_start(libxl_fixture_socket), 0);
}

void libxl_fixture_stop(void)
{
	fake_nacred_stop();
	rmdir(directory);
}

libxl_ctx *libxl_fixture_ctx(void)
{
	libxl_ctx *ctx = NULL;

	cr_assert_eq(libxl_ctx_alloc(&ctx, LIBXL_VERSION, 0, libxl_fixture_logger), 0, "%s",
		     libxl_fixture_log);
	return ctx;
}
