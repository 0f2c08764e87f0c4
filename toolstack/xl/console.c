/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "console.h"

#include <string.h>

#include "xl.h"

#define READY_MS 10000 /* for xenconsoled to notice a new domain */

int console_escape(const char *text)
{
	if (!strcmp(text, "none"))
		return CONSOLE_NO_ESCAPE;
	if (text[0] == '^' && text[1] >= '@' && text[1] <= '_' && !text[2])
		return text[1] & 0x1f;
	if (text[0] == '^' && text[1] >= 'a' && text[1] <= 'z' && !text[2])
		return text[1] & 0x1f;
	if (text[0] && !text[1])
		return (unsigned char)text[0];
	return -2;
}

/* Until xenconsoled has found the domain; the real answer comes afterwards. */
static void await_console(const char *domain)
{
	struct json *params = rpc_domain(domain);
	struct rpc_error error;

	if (!params || !json_set_string(params, "for", "console") ||
	    !json_set_int(params, "timeout_ms", READY_MS)) {
		json_free(params);
		return;
	}
	json_free(xl_try("domain.wait", params, RPC_QUICK, NULL, &error));
}

int console_open(const char *domain)
{
	struct rpc_error error;
	struct json *reply;
	int fd = -1;

	await_console(domain);
	reply = xl_try("domain.console", rpc_domain(domain), RPC_QUICK, &fd, &error);
	if (!reply) {
		if (!xl_told_unknown(domain, &error))
			xl_complain(&error);
		return -1;
	}
	json_free(reply);
	if (fd < 0)
		fputs("xl: nacred sent no console\n", stderr);
	return fd;
}
