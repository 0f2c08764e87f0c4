/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* domid, domname, uptime. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cmds.h"
#include "ctx.h"
#include "uptime.h"
#include "xl.h"

static const struct option help_only[] = {{"help", no_argument, NULL, 'h'}, XL_OPTION_END};

int cmd_domid(const struct verb *verb, int argc, char **argv)
{
	uint32_t domid;

	while (xl_option(verb, argc, argv, "h", help_only) >= 0)
		continue;
	if (!libxl_name_to_domid(xl_ctx(), argv[optind], &domid)) {
		printf("%u\n", domid);
		return EXIT_SUCCESS;
	}
	fprintf(stderr, "Can't get domid of domain name '%s', maybe this domain does not exist.\n",
		xl_safe(argv[optind]));
	return EXIT_FAILURE;
}

int cmd_domname(const struct verb *verb, int argc, char **argv)
{
	char *end, *name;
	long domid;

	while (xl_option(verb, argc, argv, "h", help_only) >= 0)
		continue;
	domid = strtol(argv[optind], &end, 10); /* what follows the digits counts for nothing */
	if (end == argv[optind] || domid < 0) {
		fputs("Invalid domain id.\n\n", stderr);
		return EXIT_FAILURE;
	}
	name = libxl_domid_to_name(xl_ctx(), (uint32_t)domid);
	if (name)
		puts(xl_safe(name));
	else
		fprintf(stderr,
			"Can't get domain name of domain id '%ld', maybe this domain does not "
			"exist.\n",
			domid);
	free(name);
	return name ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int uptime_of_all(bool brief, time_t now)
{
	struct json *reply;
	const struct json *domains = xl_domains(&reply);
	size_t i;

	if (!domains)
		return EXIT_FAILURE;
	if (!brief)
		uptime_header(stdout);
	for (i = 0; i < domains->nr; i++)
		uptime_row(stdout, domains->items[i], now, brief);
	json_free(reply);
	return EXIT_SUCCESS;
}

/* As in Xen's xl, a number that no domain has is no failure. */
static bool uptime_of_one(const char *name, bool brief, time_t now)
{
	struct rpc_error error;
	struct json *domain = xl_try("domain.get", rpc_domain(name), RPC_QUICK, NULL, &error);

	if (domain) {
		uptime_row(stdout, domain, now, brief);
		json_free(domain);
		return true;
	}
	fflush(stdout);
	if (!xl_number_unknown(name, &error)) {
		xl_complain(&error);
		return false;
	}
	fprintf(stderr, "libxl: error: Domain %s:Can't get start time of domain\n", name);
	return true;
}

static int uptime_as_json(time_t now)
{
	struct json *reply, *list;
	const struct json *domains = xl_domains(&reply);
	bool done;

	if (!domains)
		return EXIT_FAILURE;
	list = uptime_json(domains, now);
	done = list && xl_print_json(stdout, list);
	json_free(list);
	json_free(reply);
	return done ? EXIT_SUCCESS : EXIT_FAILURE;
}

int cmd_uptime(const struct verb *verb, int argc, char **argv)
{
	static const struct option options[] = {
		{"help", no_argument, NULL, 'h'},
		{"short", no_argument, NULL, 's'},
		{"json", no_argument, NULL, XL_OPTION_JSON},
		XL_OPTION_END,
	};
	int letter, i;
	int64_t domid;
	bool brief = false, json = false;
	time_t now = time(NULL);

	while ((letter = xl_option(verb, argc, argv, "hs", options)) >= 0) {
		brief |= letter == 's';
		json |= letter == XL_OPTION_JSON;
	}
	if (json)
		return uptime_as_json(now);
	if (!argv[optind])
		return uptime_of_all(brief, now);
	for (i = optind; argv[i]; i++)
		if (!xl_find_domain(argv[i], &domid))
			return EXIT_FAILURE;
	if (!brief)
		uptime_header(stdout);
	for (; argv[optind]; optind++)
		if (!uptime_of_one(argv[optind], brief, now))
			return EXIT_FAILURE;
	return EXIT_SUCCESS;
}
