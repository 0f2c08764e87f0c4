/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* getenforce, setenforce, loadpolicy: libxl knows no Flask, as in a Xen built without. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cmds.h"
#include "ctx.h"
#include "xl.h"

#define STATUS_FAILED 255 /* Xen's xl returns -1 */

/* @rc of libxl, with its errno. */
static int status_of(int rc, const char *failure)
{
	if (!rc)
		return EXIT_SUCCESS;
	fprintf(stderr, "%s\n", errno == ENOSYS ? "Flask XSM disabled" : failure);
	return STATUS_FAILED;
}

int cmd_getenforce(const struct verb *verb, int argc, char **argv)
{
	int mode;

	xl_no_options(verb, argc, argv);
	mode = libxl_flask_getenforce(xl_ctx());
	if (mode < 0 && errno == ENOSYS)
		puts("Flask XSM Disabled");
	else if (mode < 0)
		fputs("Failed to get enforcing mode\n", stderr);
	else
		puts(mode ? "Enforcing" : "Permissive");
	return mode < 0 ? STATUS_FAILED : EXIT_SUCCESS;
}

int cmd_setenforce(const struct verb *verb, int argc, char **argv)
{
	static const char failure[] = "error occurred while setting enforcing mode";
	const char *mode;

	xl_no_options(verb, argc, argv);
	mode = argv[optind];
	if (argc - optind != 1)
		return xl_misuse(verb);
	if (strcmp(mode, "1") == 0 || strcasecmp(mode, "enforcing") == 0)
		return status_of(libxl_flask_setenforce(xl_ctx(), 1), failure);
	if (strcmp(mode, "0") == 0 || strcasecmp(mode, "permissive") == 0)
		return status_of(libxl_flask_setenforce(xl_ctx(), 0), failure);
	return xl_misuse(verb);
}

int cmd_loadpolicy(const struct verb *verb, int argc, char **argv)
{
	void *policy = NULL;
	int err, size = 0, status;

	xl_no_options(verb, argc, argv);
	if (argc - optind != 1)
		return xl_misuse(verb);
	err = libxl_read_file_contents(xl_ctx(), argv[optind], &policy, &size);
	if (err) {
		fprintf(stderr, "Error occurred opening policy file '%s': %s\n",
			xl_safe(argv[optind]), strerror(err));
		return STATUS_FAILED;
	}
	status = status_of(libxl_flask_loadpolicy(xl_ctx(), policy, (uint32_t)size),
			   "Error occurred loading policy");
	free(policy);
	return status;
}
