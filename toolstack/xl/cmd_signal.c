/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* trigger, button-press, sysrq: pokes at guests; debug-keys, set-parameters: at the
 * hypervisor. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cmds.h"
#include "xl.h"

/* @params is taken.  An error of libxl makes it fail, though Xen's xl ends well then. */
static int call(const char *method, struct json *params)
{
	struct json *reply = xl_call(method, params, RPC_QUICK);

	json_free(reply);
	return reply ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int send_trigger(int64_t domid, const char *trigger, uint32_t vcpu)
{
	struct json *params = json_new_object();

	json_set_int(params, "domain", domid);
	json_set_string(params, "trigger", trigger);
	json_set_int(params, "vcpu", vcpu);
	return call("domain.trigger", params);
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
	static const char *const words[] = {
		"nmi", "reset", "init", "power", "sleep", "s3resume",
	};
	const char *word, *vcpu;
	int64_t domid;
	size_t i = 0;

	xl_no_options(verb, argc, argv);
	word = argv[optind + 1];
	vcpu = argv[optind + 2];
	if (!xl_find_domain(argv[optind], &domid))
		return EXIT_FAILURE;
	while (i < sizeof(words) / sizeof(words[0]) && strcasecmp(words[i], word) != 0)
		i++;
	if (i == sizeof(words) / sizeof(words[0])) {
		fprintf(stderr, "Invalid trigger \"%s\"\n", xl_safe(word));
		return EXIT_FAILURE;
	}
	return send_trigger(domid, words[i], vcpu ? vcpu_of(vcpu) : 0);
}

int cmd_button_press(const struct verb *verb, int argc, char **argv)
{
	const char *button;
	int64_t domid;

	fputs("WARNING: \"button-press\" is deprecated. Please use \"trigger\"\n", stderr);
	xl_no_options(verb, argc, argv);
	button = argv[optind + 1];
	if (!xl_find_domain(argv[optind], &domid))
		return EXIT_FAILURE;
	if (strcmp(button, "power") != 0 && strcmp(button, "sleep") != 0) {
		fprintf(stderr, "%s is an invalid button identifier\n", xl_safe(button));
		return EXIT_FAILURE;
	}
	return send_trigger(domid, button, 0);
}

int cmd_sysrq(const struct verb *verb, int argc, char **argv)
{
	struct json *params;
	int64_t domid;

	xl_no_options(verb, argc, argv);
	if (!xl_find_domain(argv[optind], &domid))
		return EXIT_FAILURE;
	if (strlen(argv[optind + 1]) != 1) {
		fputs("Invalid sysrq.\n\n", stderr);
		verb_usage(verb, stdout);
		return EXIT_FAILURE;
	}
	params = json_new_object();
	json_set_int(params, "domain", domid);
	json_set_string(params, "letter", argv[optind + 1]);
	return call("domain.sysrq", params);
}

/* One text to the hypervisor. */
static int send_text(const struct verb *verb, int argc, char **argv, const char *method,
		     const char *member, const char *failure)
{
	struct json *params = json_new_object();
	const char *text;
	int status;

	xl_no_options(verb, argc, argv);
	text = argv[optind];
	json_set_string(params, member, text);
	status = call(method, params);
	if (status != EXIT_SUCCESS)
		fprintf(stderr, "%s: %s\n", failure, xl_safe(text));
	return status;
}

int cmd_debug_keys(const struct verb *verb, int argc, char **argv)
{
	return send_text(verb, argc, argv, "host.debug_keys", "keys", "cannot send debug keys");
}

int cmd_set_parameters(const struct verb *verb, int argc, char **argv)
{
	return send_text(verb, argc, argv, "host.set_parameters", "parameters",
			 "cannot set parameters");
}
