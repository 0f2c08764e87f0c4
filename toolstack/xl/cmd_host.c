/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* info, dmesg. */
#include <stdlib.h>

#include "cmds.h"
#include "info.h"
#include "xl.h"

int cmd_info(const struct verb *verb, int argc, char **argv)
{
	static const struct option options[] = {
		{"help", no_argument, NULL, 'h'},
		{"numa", no_argument, NULL, 'n'},
		{"json", no_argument, NULL, XL_OPTION_JSON},
		XL_OPTION_END,
	};
	bool numa = false, json = false, done = true;
	struct json *info;
	int letter;

	while ((letter = xl_option(verb, argc, argv, "hn", options)) >= 0) {
		numa |= letter == 'n';
		json |= letter == XL_OPTION_JSON;
	}
	info = xl_call("host.info", NULL, RPC_QUICK);
	if (!info)
		return EXIT_FAILURE;
	if (json)
		done = xl_print_json(stdout, info);
	else
		info_print(stdout, info, argv[optind], numa);
	json_free(info);
	return done ? EXIT_SUCCESS : EXIT_FAILURE;
}

int cmd_dmesg(const struct verb *verb, int argc, char **argv)
{
	static const struct option options[] = {
		{"help", no_argument, NULL, 'h'},
		{"clear", no_argument, NULL, 'c'},
		XL_OPTION_END,
	};
	struct json *params = json_new_object(), *reply;
	bool clear = false;

	while (xl_option(verb, argc, argv, "hc", options) >= 0)
		clear = true;
	if (!params || !json_set_bool(params, "clear", clear)) {
		json_free(params);
		fputs("xl: out of memory\n", stderr);
		return EXIT_FAILURE;
	}
	reply = xl_call("host.dmesg", params, RPC_QUICK);
	if (reply)
		dmesg_print(stdout, json_string(json_get(reply, "text"), ""));
	json_free(reply);
	return reply ? EXIT_SUCCESS : EXIT_FAILURE;
}
