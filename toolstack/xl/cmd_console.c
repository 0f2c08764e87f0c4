/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cmds.h"
#include "console.h"
#include "xl.h"

/* False for what is no type at all. */
static bool known_type(const char *type)
{
	if (!strcmp(type, "pv") || !strcmp(type, "serial") || !strcmp(type, "vuart"))
		return true;
	fputs("console type supported are: pv, serial, vuart\n", stderr);
	return false;
}

int cmd_console(const struct verb *verb, int argc, char **argv)
{
	static const struct option options[] = {{"help", no_argument, NULL, 'h'}, XL_OPTION_END};
	const char *type = "pv", *number = "0";
	int64_t domid;
	int letter, fd, escape = CONSOLE_ESCAPE;

	while ((letter = xl_option(verb, argc, argv, "hn:t:e:", options)) >= 0) {
		if (letter == 't')
			type = optarg;
		else if (letter == 'n')
			number = optarg;
		else
			escape = console_escape(optarg);
	}
	if (!known_type(type))
		return EXIT_FAILURE;
	if (escape == -2) {
		fputs("xl: the escape must be one character, ^ and a character, or none\n", stderr);
		return XL_USAGE_ERROR;
	}
	if (!xl_find_domain(argv[optind], &domid))
		return EXIT_FAILURE;
	if (!domid) {
		fputs("Can't specify Domain-0\n", stderr);
		return EINVAL; /* as it is from Xen's xl */
	}
	if (strcmp(type, "pv") != 0 || strspn(number, "0") != strlen(number)) {
		fputs("xl: guests have one console: type pv, number 0\n"
		      "Unable to attach console\n",
		      stderr);
		return EXIT_FAILURE;
	}
	fd = console_open(argv[optind]);
	if (fd >= 0)
		return console_attach(fd, escape);
	fputs("Unable to attach console\n", stderr);
	return EXIT_FAILURE;
}
