/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <stdlib.h>
#include <string.h>

#include "cmds.h"
#include "console.h"
#include "ctx.h"
#include "libxl_extra.h"
#include "xl.h"

/* False for what is no type at all. */
static bool read_type(const char *text, libxl_console_type *type)
{
	if (!strcmp(text, "pv"))
		*type = LIBXL_CONSOLE_TYPE_PV;
	else if (!strcmp(text, "serial"))
		*type = LIBXL_CONSOLE_TYPE_SERIAL;
	else if (!strcmp(text, "vuart"))
		*type = LIBXL_CONSOLE_TYPE_VUART;
	else
		return false;
	return true;
}

int cmd_console(const struct verb *verb, int argc, char **argv)
{
	static const struct option options[] = {{"help", no_argument, NULL, 'h'}, XL_OPTION_END};
	const char *type = "pv", *number = "0";
	int letter, escape = CONSOLE_ESCAPE;
	libxl_console_type kind;
	uint32_t domid;

	while ((letter = xl_option(verb, argc, argv, "hn:t:e:", options)) >= 0) {
		if (letter == 't')
			type = optarg;
		else if (letter == 'n')
			number = optarg;
		else
			escape = console_escape(optarg);
	}
	if (!read_type(type, &kind)) {
		fputs("console type supported are: pv, serial, vuart\n", stderr);
		return EXIT_FAILURE;
	}
	if (escape == -2) {
		fputs("xl: the escape must be one character, ^ and a character, or none\n", stderr);
		return XL_USAGE_ERROR;
	}
	if (!xl_domid(argv[optind], &domid))
		return EXIT_FAILURE;
	fflush(stdout);
	libxl__console_exec(xl_ctx(), domid, (int)strtol(number, NULL, 10), kind, -1, escape);
	fputs("Unable to attach console\n", stderr);
	return EXIT_FAILURE;
}
