/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <stdlib.h>
#include <string.h>

#include "cmds.h"
#include "list.h"
#include "xl.h"

/* A number that no domain has is told in list's own words. */
static struct json *get_domain(const char *name)
{
	struct rpc_error error;
	struct json *domain = xl_try("domain.get", rpc_domain(name), RPC_QUICK, NULL, &error);

	if (domain)
		return domain;
	if (error.libxl == RPC_ERROR_DOMAIN_NOTFOUND && name[0] &&
	    !name[strspn(name, "0123456789")])
		fprintf(stderr, "Error: Domain '%s' does not exist.\n", name);
	else if (!xl_told_unknown(name, &error))
		xl_complain(&error);
	return NULL;
}

struct json *list_collect(const char *name)
{
	struct json *one, *list;

	if (!name) {
		struct json *reply = xl_call("domain.list", NULL, RPC_QUICK);

		list = json_take(reply, "domains");
		json_free(reply);
		return list;
	}
	one = get_domain(name);
	if (!one)
		return NULL;
	list = json_new_array();
	if (list && json_append(list, one))
		return list;
	json_free(list);
	return NULL;
}

/* {"domid": N, "config": {...}} with the configuration asked for if need be. */
static struct json *long_entry(const struct json *domain)
{
	struct json *entry = json_new_object(), *get = NULL;
	const struct json *config = json_get(domain, "config");
	int64_t domid = json_int(json_get(domain, "domid"), -1);

	if (!config) {
		char selector[24];
		struct rpc_error error;

		snprintf(selector, sizeof(selector), "%lld", (long long)domid);
		get = xl_try("domain.get", rpc_domain(selector), RPC_QUICK, NULL, &error);
		config = json_get(get, "config");
	}
	if (!entry || !config || !json_set_int(entry, "domid", domid) ||
	    !json_set(entry, "config", json_copy(config))) {
		json_free(entry);
		entry = NULL; /* it vanished meanwhile */
	}
	json_free(get);
	return entry;
}

static int print_long(const struct json *domains)
{
	struct json *list = json_new_array();
	bool done = list;
	size_t i;

	for (i = 0; i < domains->nr && done; i++) {
		struct json *entry = long_entry(domains->items[i]);

		if (entry)
			done = json_append(list, entry);
	}
	done = done && xl_print_json(stdout, list);
	putchar('\n');
	json_free(list);
	return done ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int print_table(const struct json *domains, const struct list_columns *columns)
{
	size_t i;

	list_header(stdout, columns);
	for (i = 0; i < domains->nr; i++)
		list_row(stdout, domains->items[i], columns);
	return EXIT_SUCCESS;
}

int cmd_list(const struct verb *verb, int argc, char **argv)
{
	static const struct option options[] = {
		{"long", no_argument, NULL, 'l'},
		{"verbose", no_argument, NULL, 'v'},
		{"context", no_argument, NULL, 'Z'},
		{"cpupool", no_argument, NULL, 'c'},
		{"numa", no_argument, NULL, 'n'},
		{"help", no_argument, NULL, 'h'},
		{"json", no_argument, NULL, XL_OPTION_JSON},
		XL_OPTION_END,
	};
	struct list_columns columns = {0};
	bool details = false, json = false;
	struct json *domains;
	int letter, status;

	while ((letter = xl_option(verb, argc, argv, "hlvZcn", options)) >= 0) {
		details |= letter == 'l';
		json |= letter == XL_OPTION_JSON;
		columns.verbose |= letter == 'v';
		columns.context |= letter == 'Z';
		columns.cpupool |= letter == 'c';
		columns.numa |= letter == 'n';
	}
	if (argc - optind > 1) {
		verb_usage(verb, stdout);
		return EXIT_FAILURE;
	}
	domains = list_collect(argv[optind]);
	if (!domains)
		return EXIT_FAILURE;
	if (details)
		status = print_long(domains);
	else if (json)
		status = xl_print_json(stdout, domains) ? EXIT_SUCCESS : EXIT_FAILURE;
	else
		status = print_table(domains, &columns);
	json_free(domains);
	return status;
}

static const struct option json_options[] = {
	{"help", no_argument, NULL, 'h'},
	{"json", no_argument, NULL, XL_OPTION_JSON},
	XL_OPTION_END,
};

int cmd_claims(const struct verb *verb, int argc, char **argv)
{
	static const struct list_columns columns = {.claim = true};
	bool json = false;
	struct json *reply;
	const struct json *domains;
	int status;

	while (xl_option(verb, argc, argv, "h", json_options) >= 0)
		json = true;
	domains = xl_domains(&reply);
	if (!domains)
		status = EXIT_FAILURE;
	else if (json)
		status = xl_print_json(stdout, domains) ? EXIT_SUCCESS : EXIT_FAILURE;
	else
		status = print_table(domains, &columns);
	json_free(reply);
	return status;
}

int cmd_vm_list(const struct verb *verb, int argc, char **argv)
{
	bool json = false;
	struct json *reply;
	const struct json *domains;
	int status = EXIT_SUCCESS;

	while (xl_option(verb, argc, argv, "h", json_options) >= 0)
		json = true;
	domains = xl_domains(&reply);
	if (!domains)
		status = EXIT_FAILURE;
	else if (json)
		status = xl_print_json(stdout, domains) ? EXIT_SUCCESS : EXIT_FAILURE;
	else
		vm_list_print(stdout, domains);
	json_free(reply);
	return status;
}
