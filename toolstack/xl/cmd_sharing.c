/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <stdlib.h>

#include "cmds.h"
#include "list.h"
#include "xl.h"

int cmd_sharing(const struct verb *verb, int argc, char **argv)
{
	static const struct option options[] = {
		{"help", no_argument, NULL, 'h'},
		{"json", no_argument, NULL, XL_OPTION_JSON},
		XL_OPTION_END,
	};
	struct json *domains;
	bool json = false;
	int status = EXIT_SUCCESS;

	while (xl_option(verb, argc, argv, "h", options) >= 0)
		json = true;
	if (argc - optind > 1) {
		verb_usage(verb, stdout);
		return EXIT_FAILURE;
	}
	domains = list_collect(argv[optind]);
	if (!domains)
		return EXIT_FAILURE;
	if (json)
		status = xl_print_json(stdout, domains) ? EXIT_SUCCESS : EXIT_FAILURE;
	else
		sharing_print(stdout, domains);
	json_free(domains);
	return status;
}
