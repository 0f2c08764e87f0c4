/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "nacre.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rpc.h"

static void print_rows(const struct json *list, bool msrs)
{
	size_t i;

	for (i = 0; list && i < list->nr; i++) {
		const struct json *row = list->items[i];

		if (msrs)
			printf("%-12s", json_string(json_get(row, "number"), ""));
		printf("%-22s", json_string(json_get(row, "name"), ""));
		if (msrs)
			printf("%-4s", json_string(json_get(row, "access"), ""));
		printf("%-9s%s\n", json_string(json_get(row, "state"), ""),
		       json_string(json_get(row, "reason"), ""));
	}
}

static void print_text(const struct json *policy)
{
	puts("CPUID features:");
	print_rows(json_get(policy, "features"), false);
	puts("\nMSRs (all others: #GP):");
	print_rows(json_get(policy, "msrs"), true);
	printf("\nCPUID faulting: %s\n",
	       json_bool(json_get(policy, "cpuid_faulting"), false) ? "offered" : "hidden");
}

static int print_policy(const struct json *policy, bool as_json)
{
	char *text;

	if (!as_json) {
		print_text(policy);
		return EXIT_OK;
	}
	text = json_print(policy, true);
	if (!text)
		return complain("out of memory");
	fputs(text, stdout);
	free(text);
	return EXIT_OK;
}

static struct json *ask(const struct context *c, const char *domain, struct rpc_error *e)
{
	char path[PATH_MAX];
	struct json *policy = NULL;
	struct rpc *rpc;

	snprintf(path, sizeof(path), "%s/nacred.sock", c->rundir);
	rpc = rpc_open(path, e);
	if (rpc)
		policy = rpc_call(rpc, domain ? "domain.cpu_policy" : "host.cpu_policy",
				  domain ? rpc_domain(domain) : NULL, RPC_QUICK, NULL, e);
	rpc_close(rpc);
	return policy;
}

int cmd_cpuid(struct context *c, int argc, char **argv)
{
	const char *domain = NULL;
	bool as_json = false;
	struct rpc_error e;
	struct json *policy;
	int i, rc;

	for (i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--json"))
			as_json = true;
		else if ((!strcmp(argv[i], "--domain") || !strcmp(argv[i], "-d")) && i + 1 < argc)
			domain = argv[++i];
		else if (!strncmp(argv[i], "--domain=", 9))
			domain = argv[i] + 9;
		else
			return misuse("cpuid: unexpected argument '%s'", argv[i]);
	}
	if (instance_life(c->rundir) != LIFE_RUNNING) {
		complain("instance %s is not running", c->name);
		return EXIT_NOT_RUNNING;
	}
	policy = ask(c, domain, &e);
	if (!policy)
		return complain("%s", e.text);
	rc = print_policy(policy, as_json);
	json_free(policy);
	return rc;
}
