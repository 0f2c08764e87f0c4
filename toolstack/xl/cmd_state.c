/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* destroy, pause, unpause, rename. */
#include <stdlib.h>
#include <string.h>

#include "cmds.h"
#include "xl.h"

static const struct option help_only[] = {{"help", no_argument, NULL, 'h'}, XL_OPTION_END};

/* @before and @behind stand around a number that no domain has. */
static int simple(const struct verb *verb, int argc, char **argv, const char *method,
		  const char *before, const char *behind)
{
	struct rpc_error error;
	struct json *reply;
	const char *domain;

	while (xl_option(verb, argc, argv, "h", help_only) >= 0)
		continue;
	domain = argv[optind];
	reply = xl_try(method, rpc_domain(domain), RPC_QUICK, NULL, &error);
	json_free(reply);
	if (reply)
		return EXIT_SUCCESS;
	if (xl_number_unknown(domain, &error))
		fprintf(stderr, "libxl: error: %s%s%s\n", before, domain, behind);
	else if (!xl_told_unknown(domain, &error))
		xl_complain(&error);
	return EXIT_FAILURE;
}

int cmd_pause(const struct verb *verb, int argc, char **argv)
{
	return simple(verb, argc, argv, "domain.pause", "Domain ",
		      ":Pausing domain: No such process");
}

int cmd_unpause(const struct verb *verb, int argc, char **argv)
{
	return simple(verb, argc, argv, "domain.unpause",
		      "unable to get domain type for domid=", "");
}

int cmd_destroy(const struct verb *verb, int argc, char **argv)
{
	bool force = xl.force;
	struct rpc_error error;
	struct json *reply;
	const char *domain;

	while (xl_option(verb, argc, argv, "hf", help_only) >= 0)
		force = true;
	domain = argv[optind];
	if ((!strcmp(domain, "0") || !strcmp(domain, "Domain-0")) && !force) {
		fputs("Not destroying domain 0; use -f to force.\n"
		      "This can only be done when using a disaggregated hardware domain and "
		      "toolstack.\n\n",
		      stderr);
		return EXIT_FAILURE;
	}
	reply = xl_try("domain.destroy", rpc_domain(domain), RPC_SLOW, NULL, &error);
	json_free(reply);
	if (reply)
		return EXIT_SUCCESS;
	if (xl_number_unknown(domain, &error))
		fprintf(stderr,
			"libxl: error: Domain %s:Non-existant domain\n"
			"libxl: error: Domain %s:Unable to destroy guest\n"
			"libxl: error: Domain %s:Destruction of domain failed\n"
			"destroy failed (rc=-%d)\n",
			domain, domain, domain, error.libxl);
	else if (!xl_told_unknown(domain, &error)) {
		xl_complain(&error);
		fprintf(stderr, "destroy failed (rc=-%d)\n", error.libxl);
	}
	return EXIT_FAILURE;
}

int cmd_rename(const struct verb *verb, int argc, char **argv)
{
	struct rpc_error error;
	struct json *params, *reply = NULL;
	const char *domain;

	while (xl_option(verb, argc, argv, "h", help_only) >= 0)
		continue;
	domain = argv[optind];
	params = rpc_domain(domain);
	if (params && json_set_string(params, "new_name", argv[optind + 1]))
		reply = xl_try("domain.rename", params, RPC_QUICK, NULL, &error);
	else
		return fputs("xl: out of memory\n", stderr), EXIT_FAILURE;
	json_free(reply);
	if (reply)
		return EXIT_SUCCESS;
	if (xl_number_unknown(domain, &error) || !xl_told_unknown(domain, &error)) {
		if (!xl_number_unknown(domain, &error))
			xl_complain(&error);
		fprintf(stderr, "Can't rename domain '%s'.\n", xl_safe(domain));
	}
	return EXIT_FAILURE;
}
