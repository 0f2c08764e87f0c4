/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* destroy, pause, unpause, rename. */
#include <stdlib.h>

#include "cmds.h"
#include "ctx.h"
#include "xl.h"

static const struct option help_only[] = {{"help", no_argument, NULL, 'h'}, XL_OPTION_END};

/* As in libxl.h. */
typedef int change_fn(libxl_ctx *ctx, uint32_t domid, const libxl_asyncop_how *ao_how);

/* The library has said what went wrong. */
static int change(const struct verb *verb, int argc, char **argv, change_fn *fn)
{
	uint32_t domid;

	while (xl_option(verb, argc, argv, "h", help_only) >= 0)
		continue;
	if (!xl_domid(argv[optind], &domid))
		return EXIT_FAILURE;
	return fn(xl_ctx(), domid, NULL) ? EXIT_FAILURE : EXIT_SUCCESS;
}

int cmd_pause(const struct verb *verb, int argc, char **argv)
{
	return change(verb, argc, argv, libxl_domain_pause);
}

int cmd_unpause(const struct verb *verb, int argc, char **argv)
{
	return change(verb, argc, argv, libxl_domain_unpause);
}

int cmd_destroy(const struct verb *verb, int argc, char **argv)
{
	bool force = xl.force;
	uint32_t domid;
	int rc;

	while (xl_option(verb, argc, argv, "hf", help_only) >= 0)
		force = true;
	if (!xl_domid(argv[optind], &domid))
		return EXIT_FAILURE;
	if (!domid && !force) {
		fputs("Not destroying domain 0; use -f to force.\n"
		      "This can only be done when using a disaggregated hardware domain and "
		      "toolstack.\n\n",
		      stderr);
		return EXIT_FAILURE;
	}
	rc = libxl_domain_destroy(xl_ctx(), domid, NULL);
	if (!rc)
		return EXIT_SUCCESS;
	fprintf(stderr, "destroy failed (rc=%d)\n", rc);
	return EXIT_FAILURE;
}

int cmd_rename(const struct verb *verb, int argc, char **argv)
{
	const char *domain;
	uint32_t domid;

	while (xl_option(verb, argc, argv, "h", help_only) >= 0)
		continue;
	domain = argv[optind];
	if (!xl_domid(domain, &domid))
		return EXIT_FAILURE;
	if (!libxl_domain_rename(xl_ctx(), domid, NULL, argv[optind + 1]))
		return EXIT_SUCCESS;
	fprintf(stderr, "Can't rename domain '%s'.\n", xl_safe(domain));
	return EXIT_FAILURE;
}
