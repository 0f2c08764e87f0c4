/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "ctx.h"

#include <stdlib.h>
#include <string.h>
#include <xentoollog.h>

#include "xl.h"

static xentoollog_logger_stdiostream *logger;
static libxl_ctx *context;

static void init_failed(void)
{
	fputs("cannot init xl context\n", stderr);
	exit(EXIT_FAILURE);
}

static xentoollog_logger_stdiostream *new_logger(void)
{
	int level = (int)XTL_PROGRESS - xl.verbose;
	unsigned int flags = 0;

	if (xl.progress_by_cr)
		flags |= XTL_STDIOSTREAM_PROGRESS_USE_CR;
	if (xl.timestamps)
		flags |= XTL_STDIOSTREAM_SHOW_DATE | XTL_STDIOSTREAM_SHOW_PID;
	if (level < (int)XTL_DEBUG)
		level = XTL_DEBUG;
	return xtl_createlogger_stdiostream(stderr, (xentoollog_level)level, flags);
}

libxl_ctx *xl_ctx(void)
{
	if (context)
		return context;
	logger = new_logger();
	if (!logger)
		init_failed();
	if (libxl_ctx_alloc(&context, LIBXL_VERSION, 0, (xentoollog_logger *)logger))
		init_failed();
	return context;
}

void xl_ctx_close(void)
{
	libxl_ctx_free(context);
	context = NULL;
	if (logger)
		xtl_logger_destroy((xentoollog_logger *)logger);
	logger = NULL;
}

static bool domid_by_uuid(const char *text, uint32_t *domid)
{
	libxl_uuid uuid;
	libxl_dominfo *domains;
	bool found = false;
	int i, nr = 0;

	if (libxl_uuid_from_string(&uuid, text))
		return false;
	domains = libxl_list_domain(xl_ctx(), &nr);
	for (i = 0; domains && i < nr && !found; i++) {
		found = !libxl_uuid_compare(&domains[i].uuid, &uuid);
		*domid = domains[i].domid;
	}
	if (domains)
		libxl_dominfo_list_free(domains, nr);
	return found;
}

bool xl_domid(const char *domain, uint32_t *domid)
{
	int rc = libxl_domain_qualifier_to_domid(xl_ctx(), domain, domid);

	if (!rc || domid_by_uuid(domain, domid))
		return true;
	fflush(stdout);
	fprintf(stderr, "%s is an invalid domain identifier (rc=%d)\n", xl_safe(domain), rc);
	return false;
}
