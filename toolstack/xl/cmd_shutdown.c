/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* shutdown and reboot: ask the guest, and wait for what it does. */
#include <stdlib.h>

#include "cmds.h"
#include "ctx.h"
#include "xl.h"

struct request {
	/* As in libxl.h. */
	int (*ask)(libxl_ctx *ctx, uint32_t domid, const libxl_asyncop_how *ao_how);
	const char *doing;	 /* "Shutting down" */
	const char *noun;	 /* "shutdown" */
	const char *acpi_option; /* what -F falls back to */
	libxl_trigger trigger;	 /* the same */
	bool fallback;
	int waits; /* times -w was given: 1 shutdown or death, 2 death */
};

/* A domain that was asked, and by which number its events are known. */
struct asked {
	uint32_t domid;
	libxl_evgen_domain_death *watch; /* NULL: not waited for (any more) */
};

static int fall_back(const struct request *request, uint32_t domid)
{
	if (request->fallback) {
		fprintf(stderr,
			"PV control interface not available: sending ACPI %s button event.\n",
			request->acpi_option);
		return libxl_send_trigger(xl_ctx(), domid, request->trigger, 0, NULL);
	}
	fprintf(stderr,
		"PV control interface not available: external graceful %s not possible.\n"
		"Use \"-F\" to fallback to ACPI %s event.\n",
		request->noun, request->acpi_option);
	return ERROR_NOPARAVIRT;
}

/* True when the guest has been asked. */
static bool ask(const struct request *request, uint32_t domid)
{
	int rc;

	fprintf(stderr, "%s domain %u\n", request->doing, domid);
	rc = request->ask(xl_ctx(), domid, NULL);
	if (rc == ERROR_NOPARAVIRT)
		rc = fall_back(request, domid);
	if (!rc)
		return true;
	fprintf(stderr, "%s failed (rc=%d)\n", request->noun, rc);
	return false;
}

/* What @event says of its domain; true: it is waited for no longer. */
static bool tell(const struct request *request, const libxl_event *event)
{
	switch (event->type) {
	case LIBXL_EVENT_TYPE_DOMAIN_DEATH:
		fprintf(stderr, "Domain %u has been destroyed\n", event->domid);
		return true;
	case LIBXL_EVENT_TYPE_DOMAIN_SHUTDOWN:
		fprintf(stderr, "Domain %u has been shut down, reason code %d\n", event->domid,
			event->u.domain_shutdown.shutdown_reason);
		if (request->waits < 2)
			return true;
		fprintf(stderr, "Domain %u continue waiting for death\n", event->domid);
		return false;
	default:
		return false;
	}
}

static bool await_ends(const struct request *request, struct asked *asked, size_t nr)
{
	libxl_event *event;
	size_t left = nr;

	fprintf(stderr, "Waiting for %zu domains\n", nr);
	while (left) {
		struct asked *one;

		if (libxl_event_wait(xl_ctx(), &event, LIBXL_EVENTMASK_ALL, NULL, NULL))
			return false;
		one = &asked[event->for_user];
		if (one->watch && tell(request, event)) {
			libxl_evdisable_domain_death(xl_ctx(), one->watch);
			one->watch = NULL;
			left--;
		}
		libxl_event_free(xl_ctx(), event);
	}
	return true;
}

static int ask_and_wait(const struct request *request, const uint32_t *domids, size_t nr)
{
	struct asked *asked = calloc(nr + 1, sizeof(*asked));
	bool good = asked;
	size_t i, nr_asked = 0;

	for (i = 0; asked && i < nr; i++) {
		struct asked *one = &asked[nr_asked];

		if (!ask(request, domids[i])) {
			good = false;
			continue;
		}
		one->domid = domids[i];
		if (request->waits &&
		    libxl_evenable_domain_death(xl_ctx(), one->domid, nr_asked, &one->watch))
			good = false;
		else
			nr_asked++;
	}
	if (request->waits && nr_asked)
		good = await_ends(request, asked, nr_asked) && good;
	free(asked);
	return good ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int for_all(const struct request *request)
{
	int i, nr = 0, status = EXIT_FAILURE;
	libxl_vminfo *vms = libxl_list_vm(xl_ctx(), &nr);
	uint32_t *domids = vms ? calloc((size_t)nr + 1, sizeof(*domids)) : NULL;
	size_t nr_guests = 0;

	for (i = 0; domids && i < nr; i++)
		if (vms[i].domid)
			domids[nr_guests++] = vms[i].domid;
	if (domids)
		status = ask_and_wait(request, domids, nr_guests);
	free(domids);
	if (vms)
		libxl_vminfo_list_free(vms, nr);
	return status;
}

static int for_one(const struct request *request, const char *domain)
{
	uint32_t domid;

	return xl_domid(domain, &domid) ? ask_and_wait(request, &domid, 1) : EXIT_FAILURE;
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
		.ask = libxl_domain_shutdown,
		.doing = "Shutting down",
		.noun = "shutdown",
		.acpi_option = "power",
		.trigger = LIBXL_TRIGGER_POWER,
	};

	return run(verb, argc, argv, &request);
}

int cmd_reboot(const struct verb *verb, int argc, char **argv)
{
	struct request request = {
		.ask = libxl_domain_reboot,
		.doing = "Rebooting",
		.noun = "reboot",
		.acpi_option = "reset",
		.trigger = LIBXL_TRIGGER_RESET,
	};

	return run(verb, argc, argv, &request);
}
