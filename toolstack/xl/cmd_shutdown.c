/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* shutdown and reboot: ask the guest, and wait for what it does. */
#include <stdlib.h>
#include <string.h>

#include "cmds.h"
#include "xl.h"

struct request {
	const char *method;
	const char *doing;	 /* "Shutting down" */
	const char *noun;	 /* "shutdown" */
	const char *acpi_option; /* what -F falls back to */
	bool fallback;
	int waits; /* times -w was given: 1 shutdown or death, 2 death */
};

static void tell_no_control(const struct request *request)
{
	fprintf(stderr,
		"PV control interface not available: external graceful %s not possible.\n"
		"Use \"-F\" to fallback to ACPI %s event.\n",
		request->noun, request->acpi_option);
}

/* True when the guest has been asked. */
static bool ask(const struct request *request, int64_t domid)
{
	struct json *params = json_new_object(), *reply;
	struct rpc_error error;

	fprintf(stderr, "%s domain %lld\n", request->doing, (long long)domid);
	if (!params || !json_set_int(params, "domain", domid) ||
	    !json_set_bool(params, "acpi_fallback", request->fallback)) {
		json_free(params);
		fputs("xl: out of memory\n", stderr);
		return false;
	}
	reply = xl_try(request->method, params, RPC_QUICK, NULL, &error);
	json_free(reply);
	if (reply)
		return true;
	if (error.libxl == RPC_ERROR_DOMAIN_NOTFOUND) {
		fprintf(stderr, "libxl: error: unable to get domain type for domid=%lld\n",
			(long long)domid);
		error.libxl = RPC_ERROR_FAIL;
	} else if (error.libxl == RPC_ERROR_NOPARAVIRT && !request->fallback)
		tell_no_control(request);
	else
		xl_complain(&error);
	fprintf(stderr, "%s failed (rc=-%d)\n", request->noun, error.libxl);
	return false;
}

static bool await_end(const struct request *request, int64_t domid)
{
	struct json *reply = xl_wait(domid, "shutdown");
	const struct json *reason = json_get(reply, "shutdown_reason");

	if (!reply)
		return false;
	if (!reason || reason->type != JSON_INT) {
		fprintf(stderr, "Domain %lld has been destroyed\n", (long long)domid);
		json_free(reply);
		return true;
	}
	fprintf(stderr, "Domain %lld has been shut down, reason code %lld\n", (long long)domid,
		(long long)json_int(reason, 0));
	json_free(reply);
	if (request->waits < 2)
		return true;
	fprintf(stderr, "Domain %lld continue waiting for death\n", (long long)domid);
	reply = xl_wait(domid, "destroyed");
	if (reply)
		fprintf(stderr, "Domain %lld has been destroyed\n", (long long)domid);
	json_free(reply);
	return reply;
}

static int ask_and_wait(const struct request *request, const int64_t *domids, size_t nr)
{
	bool good = true;
	size_t i, asked = 0;
	int64_t *waiting = calloc(nr + 1, sizeof(*waiting));

	if (!waiting)
		return EXIT_FAILURE;
	for (i = 0; i < nr; i++) {
		if (ask(request, domids[i]))
			waiting[asked++] = domids[i];
		else
			good = false;
	}
	if (request->waits && asked)
		fprintf(stderr, "Waiting for %zu domains\n", asked);
	for (i = 0; i < asked && request->waits; i++)
		good &= await_end(request, waiting[i]);
	free(waiting);
	return good ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int for_all(const struct request *request)
{
	struct json *reply;
	const struct json *domains = xl_domains(&reply);
	int64_t *domids = domains ? calloc(domains->nr + 1, sizeof(*domids)) : NULL;
	int status = EXIT_FAILURE;
	size_t i, nr = 0;

	for (i = 0; domids && i < domains->nr; i++) {
		int64_t domid = json_int(json_get(domains->items[i], "domid"), 0);

		if (domid)
			domids[nr++] = domid;
	}
	if (domids)
		status = ask_and_wait(request, domids, nr);
	free(domids);
	json_free(reply);
	return status;
}

static int for_one(const struct request *request, const char *domain)
{
	int64_t domid;

	return xl_find_domain(domain, &domid) ? ask_and_wait(request, &domid, 1) : EXIT_FAILURE;
}

static int run(const struct verb *verb, int argc, char **argv, struct request *request)
{
	static const struct option options[] = {
		{"all", no_argument, NULL, 'a'},
		{"wait", no_argument, NULL, 'w'},
		{"help", no_argument, NULL, 'h'},
		XL_OPTION_END,
	};
	bool all = false;
	int letter;

	while ((letter = xl_option(verb, argc, argv, "hawF", options)) >= 0) {
		all |= letter == 'a';
		request->fallback |= letter == 'F';
		request->waits += letter == 'w';
	}
	if (all)
		return for_all(request);
	if (argv[optind])
		return for_one(request, argv[optind]);
	fputs("You must specify -a or a domain id.\n\n", stderr);
	return EXIT_FAILURE;
}

int cmd_shutdown(const struct verb *verb, int argc, char **argv)
{
	struct request request = {
		.method = "domain.shutdown",
		.doing = "Shutting down",
		.noun = "shutdown",
		.acpi_option = "power",
	};

	return run(verb, argc, argv, &request);
}

int cmd_reboot(const struct verb *verb, int argc, char **argv)
{
	struct request request = {
		.method = "domain.reboot",
		.doing = "Rebooting",
		.noun = "reboot",
		.acpi_option = "reset",
	};

	return run(verb, argc, argv, &request);
}
