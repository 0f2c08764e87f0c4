/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * For small programs over libxl: nothing but its public interface, so that they are
 * built against any libxl.h of 4.17 and run on any libxenlight.so.4.17.
 */
#ifndef NACRE_TESTS_LIBXL_COMMON_H
#define NACRE_TESTS_LIBXL_COMMON_H

#include <libxl.h>
#include <libxl_utils.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xentoollog.h>

#define MUST(condition)                                                                            \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			fprintf(stderr, "line %d: %s\n", __LINE__, #condition);                    \
			exit(1);                                                                   \
		}                                                                                  \
	} while (0)

static inline libxl_ctx *new_context(void)
{
	xentoollog_logger_stdiostream *logger =
		xtl_createlogger_stdiostream(stderr, XTL_PROGRESS, 0);
	libxl_ctx *ctx;

	MUST(logger);
	MUST(!libxl_ctx_alloc(&ctx, LIBXL_VERSION, 0, (xentoollog_logger *)logger));
	return ctx;
}

/* A PVH guest of 8 MiB, as "xl create" would describe it. */
static inline void describe(libxl_domain_config *config, const char *name, const char *kernel)
{
	libxl_domain_config_init(config);
	config->c_info.type = LIBXL_DOMAIN_TYPE_PVH;
	config->c_info.name = strdup(name);
	libxl_uuid_generate(&config->c_info.uuid);
	libxl_domain_build_info_init_type(&config->b_info, LIBXL_DOMAIN_TYPE_PVH);
	config->b_info.kernel = strdup(kernel);
	config->b_info.max_vcpus = 1;
	config->b_info.max_memkb = config->b_info.target_memkb = 8192;
	config->on_poweroff = LIBXL_ACTION_ON_SHUTDOWN_RESTART;
}

#endif
