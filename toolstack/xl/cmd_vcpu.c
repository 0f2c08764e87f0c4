/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <stdlib.h>

#include "cmds.h"
#include "vcpu_list.h"
#include "xl.h"

/* Prints one answer of domain.vcpus and frees it. */
static bool print_reply(struct json *reply, bool json)
{
	const struct json *domains = json_get(reply, "domains");
	bool done = domains;
	size_t i;

	if (json && domains)
		done = xl_print_json(stdout, domains);
	for (i = 0; !json && domains && i < domains->nr; i++)
		vcpu_list_domain(stdout, domains->items[i]);
	json_free(reply);
	return done;
}

int cmd_vcpu_list(const struct verb *verb, int argc, char **argv)
{
	static const struct option options[] = {
		{"help", no_argument, NULL, 'h'},
		{"json", no_argument, NULL, XL_OPTION_JSON},
		XL_OPTION_END,
	};
	bool json = false, good = true;

	while (xl_option(verb, argc, argv, "h", options) >= 0)
		json = true;
	if (!json && !argv[optind]) {
		struct json *all = xl_call("domain.vcpus", NULL, RPC_QUICK);

		if (!all)
			return EXIT_FAILURE;
		vcpu_list_header(stdout);
		return print_reply(all, false) ? EXIT_SUCCESS : EXIT_FAILURE;
	}
	if (!argv[optind])
		return print_reply(xl_call("domain.vcpus", NULL, RPC_QUICK), true) ? EXIT_SUCCESS
										   : EXIT_FAILURE;
	if (!json)
		vcpu_list_header(stdout);
	for (; argv[optind]; optind++)
		good &= print_reply(xl_domain_call("domain.vcpus", argv[optind], NULL, RPC_QUICK),
				    json);
	return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
