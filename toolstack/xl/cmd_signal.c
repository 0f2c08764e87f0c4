/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* trigger, button-press, sysrq: pokes at guests; debug-keys, set-parameters: at the
 * hypervisor. */
#include <stdlib.h>
#include <string.h>

#include "cmds.h"
#include "ctx.h"
#include "xl.h"

/* Unlike Xen's xl, which ends well whatever libxl says. */
static int status_of(int rc)
{
	return rc ? EXIT_FAILURE : EXIT_SUCCESS;
}

static uint32_t vcpu_of(const char *text)
{
	char *end;
	long v = strtol(text, &end, 10);

	if (end != text)
		return (uint32_t)v;
	fputs("Invalid vcpuid, using default vcpuid=0.\n\n", stderr);
	return 0;
}

int cmd_trigger(const struct verb *verb, int argc, char **argv)
{
	libxl_trigger trigger;
	const char *vcpu;
	uint32_t domid;

	xl_no_options(verb, argc, argv);
	vcpu = argv[optind + 2];
	if (!xl_domid(argv[optind], &domid))
		return EXIT_FAILURE;
	if (libxl_trigger_from_string(argv[optind + 1], &trigger) ||
	    trigger == LIBXL_TRIGGER_UNKNOWN) {
		fprintf(stderr, "Invalid trigger \"%s\"\n", xl_safe(argv[optind + 1]));
		return EXIT_FAILURE;
	}
	return status_of(
		libxl_send_trigger(xl_ctx(), domid, trigger, vcpu ? vcpu_of(vcpu) : 0, NULL));
}

int cmd_button_press(const struct verb *verb, int argc, char **argv)
{
	libxl_trigger trigger;
	const char *button;
	uint32_t domid;

	fputs("WARNING: \"button-press\" is deprecated. Please use \"trigger\"\n", stderr);
	xl_no_options(verb, argc, argv);
	button = argv[optind + 1];
	if (!xl_domid(argv[optind], &domid))
		return EXIT_FAILURE;
	if (strcmp(button, "power") != 0 && strcmp(button, "sleep") != 0) {
		fprintf(stderr, "%s is an invalid button identifier\n", xl_safe(button));
		return EXIT_FAILURE;
	}
	trigger = *button == 'p' ? LIBXL_TRIGGER_POWER : LIBXL_TRIGGER_SLEEP;
	return status_of(libxl_send_trigger(xl_ctx(), domid, trigger, 0, NULL));
}

int cmd_sysrq(const struct verb *verb, int argc, char **argv)
{
	uint32_t domid;

	xl_no_options(verb, argc, argv);
	if (!xl_domid(argv[optind], &domid))
		return EXIT_FAILURE;
	if (strlen(argv[optind + 1]) != 1) {
		fputs("Invalid sysrq.\n\n", stderr);
		verb_usage(verb, stdout);
		return EXIT_FAILURE;
	}
	return status_of(libxl_send_sysrq(xl_ctx(), domid, argv[optind + 1][0]));
}

int cmd_debug_keys(const struct verb *verb, int argc, char **argv)
{
	int rc;

	xl_no_options(verb, argc, argv);
	rc = libxl_send_debug_keys(xl_ctx(), argv[optind]);
	if (rc)
		fprintf(stderr, "cannot send debug keys: %s\n", xl_safe(argv[optind]));
	return status_of(rc);
}

int cmd_set_parameters(const struct verb *verb, int argc, char **argv)
{
	int rc;

	xl_no_options(verb, argc, argv);
	rc = libxl_set_parameters(xl_ctx(), argv[optind]);
	if (rc)
		fprintf(stderr, "cannot set parameters: %s\n", xl_safe(argv[optind]));
	return status_of(rc);
}
