/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Names in it are of whoever calls; it ends on somebody's terminal. */
static void without_controls(char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s < ' ' || *s == 0x7f)
			*s = '?';
}

int fail(struct rpc_error *e, int number, const char *code, const char *fmt, ...)
{
	va_list ap;

	memset(e, 0, sizeof(*e));
	e->number = number;
	snprintf(e->code, sizeof(e->code), "%s", code);
	va_start(ap, fmt);
	vsnprintf(e->message, sizeof(e->message), fmt, ap);
	va_end(ap);
	without_controls(e->message);
	return -1;
}

int fail_errno(struct rpc_error *e, int err, const char *code, const char *fmt, ...)
{
	size_t len;
	va_list ap;

	err = abs(err);
	fail(e,
	     err == ENOMEM  ? XL_NOMEM
	     : err == ESRCH ? XL_DOMAIN_NOTFOUND
			    : XL_FAIL,
	     code, "%s", "");
	va_start(ap, fmt);
	vsnprintf(e->message, sizeof(e->message), fmt, ap);
	va_end(ap);
	without_controls(e->message);
	len = strlen(e->message);
	snprintf(e->message + len, sizeof(e->message) - len, ": %s", strerror(err));
	return -1;
}

int fail_memory(struct rpc_error *e)
{
	return fail(e, XL_NOMEM, "daemon.no_memory", "nacred is out of memory");
}

int fail_hint(struct rpc_error *e, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(e->hint, sizeof(e->hint), fmt, ap);
	va_end(ap);
	without_controls(e->hint);
	return -1;
}

int fail_field(struct rpc_error *e, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(e->field, sizeof(e->field), fmt, ap);
	va_end(ap);
	without_controls(e->field);
	return -1;
}
