/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* domid, domname, uptime. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cmds.h"
#include "ctx.h"
#include "json_listing.h"
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

/* As in Xen's xl one that is not there is no failure: the library has said so. */
static void print_uptime(uint32_t domid, bool brief, time_t now)
{
	uint32_t start = libxl_vm_get_start_time(xl_ctx(), domid);
	struct uptime domain = {.domid = domid, .start = (time_t)start};
	char *name;

	if (start == UINT32_MAX)
		return;
	name = libxl_domid_to_name(xl_ctx(), domid);
	domain.name = name;
	uptime_row(stdout, &domain, now, brief);
	free(name);
}

static int uptime_of_all(bool brief, time_t now)
{
	int i, nr;
	libxl_vminfo *vms = libxl_list_vm(xl_ctx(), &nr);

	if (!vms)
		return EXIT_FAILURE;
	if (!brief)
		uptime_header(stdout);
	for (i = 0; i < nr; i++)
		print_uptime(vms[i].domid, brief, now);
	libxl_vminfo_list_free(vms, nr);
	return EXIT_SUCCESS;
}

static int uptime_of(char *const *names, int nr, bool brief, time_t now)
{
	uint32_t *domids = calloc((size_t)nr, sizeof(*domids));
	bool good = domids;
	int i;

	for (i = 0; i < nr && good; i++)
		good = xl_domid(names[i], &domids[i]);
	if (good && !brief)
		uptime_header(stdout);
	for (i = 0; i < nr && good; i++)
		print_uptime(domids[i], brief, now);
	free(domids);
	return good ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int uptime_as_json(time_t now)
{
	struct json *reply = json_listing_get("domain.list", NULL), *list = NULL;
	const struct json *domains = json_get(reply, "domains");
	bool done;

	if (domains)
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
	int letter;
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
	return uptime_of(argv + optind, argc - optind, brief, now);
}
