/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "libxl_context.h"

/* Names and console output are the guest's: no byte of them may reach a terminal as a
 * control character.  Bytes of UTF-8 sequences stay. */
static void make_printable(char *text)
{
	unsigned char *p;

	for (p = (unsigned char *)text; *p; p++)
		if (*p < 0x20 || *p == 0x7f)
			*p = '?';
}

/* NULL: no memory. */
static char *printable(const char *format, va_list args) __attribute__((format(printf, 1, 0)));

static char *printable(const char *format, va_list args)
{
	char *text;

	if (vasprintf(&text, format, args) < 0)
		return NULL;
	make_printable(text);
	return text;
}

void libxl__log(libxl_ctx *ctx, xentoollog_level level, int errnoval,
		const struct libxl__where *where, uint32_t domid, const char *format, ...)
{
	char domain[32] = "", *text;
	va_list args;

	if (!ctx->lg)
		return;
	va_start(args, format);
	text = printable(format, args);
	va_end(args);
	if (libxl_domid_valid_guest(domid))
		snprintf(domain, sizeof(domain), "Domain %u:", domid);
	xtl_log(ctx->lg, level, errnoval, "libxl", "%s:%d:%s: %s%s", where->file, where->line,
		where->func, domain, text ? text : "[out of memory formatting log message]");
	free(text);
}

void libxl__log_xc(libxl_ctx *ctx, const char *format, ...)
{
	va_list args;
	char *text;

	if (!ctx->lg)
		return;
	va_start(args, format);
	text = printable(format, args);
	va_end(args);
	xtl_log(ctx->lg, XTL_ERROR, -1, "xc", "%s: Internal error",
		text ? text : "[out of memory formatting log message]");
	free(text);
}

void libxl__log_refusal(libxl_ctx *ctx, const struct libxl__where *where, uint32_t domid,
			const struct rpc_error *error, const char *missing)
{
	bool gone = -error->libxl == ERROR_DOMAIN_NOTFOUND;
	/* Callers have other means then; Xen's libxl says nothing. */
	xentoollog_level level = -error->libxl == ERROR_NOPARAVIRT ? XTL_DETAIL : XTL_ERROR;
	size_t len = strlen(error->text);
	const char *join = !error->hint[0] ? "" : len && error->text[len - 1] == '.' ? " " : "; ";

	if (gone && missing) {
		if (missing[0])
			libxl__log(ctx, XTL_ERROR, -1, where, domid, "%s", missing);
		return;
	}
	/* Where nacred names the domain itself, once is enough. */
	if (gone || !strncmp(error->text, "Domain ", strlen("Domain ")))
		domid = INVALID_DOMID;
	libxl__log(ctx, level, -1, where, domid, "%s%s%s", error->text, join, error->hint);
}
