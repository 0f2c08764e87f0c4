/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* livepatch list|status|upload|load|apply|revert|replace|unload|plan|policy */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "cmds.h"
#include "livepatch.h"
#include "xl.h"

struct choice {
	bool json;
	unsigned int given;  /* bits of the options below */
	struct json *params; /* options that go to the daemon as they are */
};

typedef int action_fn(struct choice *c, const char *action, char **args);

static struct json *with(struct choice *c, const char *key, const char *value)
{
	struct json *params = json_copy(c->params);

	if (params && json_set_string(params, key, value))
		return params;
	json_free(params);
	fputs("xl: out of memory\n", stderr);
	return NULL;
}

/* Print @reply, which is freed, one way or the other. */
static int show(const struct choice *c, struct json *reply, const struct json *part,
		void (*print)(FILE *out, const struct json *v))
{
	bool done = part;

	if (part && c->json)
		done = xl_print_json(stdout, part);
	else if (part)
		print(stdout, part);
	json_free(reply);
	return done ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int list(struct choice *c, const char *action, char **args)
{
	struct json *reply = xl_call("patch.list", NULL, RPC_QUICK);

	return show(c, reply, json_get(reply, "payloads"), livepatch_print_list);
}

static int status(struct choice *c, const char *action, char **args)
{
	struct json *reply = xl_call("patch.status", NULL, RPC_QUICK);

	return show(c, reply, reply, livepatch_print_status);
}

/* --- actions ------------------------------------------------------------------------------- */

/* With -N the daemon answers a plan to an action, and of an upload what it would be. */
static void print_result(FILE *out, const struct json *result)
{
	if (json_get(result, "possible"))
		livepatch_print_plan(out, result);
	else
		livepatch_print_done(out, result);
}

static struct json *do_upload(struct choice *c, char **args)
{
	char path[PATH_MAX];
	struct json *params;

	/* The daemon has another working directory. */
	if (!realpath(args[0], path)) {
		fprintf(stderr, "xl: %s: %s\n", xl_safe(args[0]), strerror(errno));
		return NULL;
	}
	params = with(c, "file", path);
	if (params && args[1] && !json_set_string(params, "name", args[1])) {
		json_free(params);
		return NULL;
	}
	return params ? xl_call("patch.upload", params, RPC_SLOW) : NULL;
}

static struct json *do_action(struct choice *c, const char *action, const char *name)
{
	struct json *params = with(c, "name", name);
	char method[32];

	snprintf(method, sizeof(method), "patch.%s", action);
	return params ? xl_call(method, params, RPC_SLOW) : NULL;
}

static int upload(struct choice *c, const char *action, char **args)
{
	struct json *reply = do_upload(c, args);

	return show(c, reply, reply, print_result);
}

static int act(struct choice *c, const char *action, char **args)
{
	struct json *reply = do_action(c, action, args[0]);

	return show(c, reply, reply, print_result);
}

/* As "xen-livepatch load": a payload that cannot be applied does not stay. */
static int load(struct choice *c, const char *action, char **args)
{
	struct choice plain = {.params = json_new_object()};
	struct json *uploaded = NULL, *applied = NULL, *unloaded;
	const char *name;

	if (plain.params)
		uploaded = do_upload(&plain, args);
	name = json_string(json_get(uploaded, "name"), NULL);
	if (name)
		applied = do_action(c, "apply", name);
	if (name && !applied) {
		unloaded = do_action(&plain, "unload", name);
		json_free(unloaded);
	}
	json_free(plain.params);
	json_free(uploaded);
	return show(c, applied, applied, print_result);
}

static int plan(struct choice *c, const char *action, char **args)
{
	struct json *params = with(c, "name", args[1] ? args[1] : args[0]), *reply;
	bool possible;
	int rc;

	if (params && args[1] && !json_set_string(params, "action", args[0])) {
		json_free(params);
		params = NULL;
	}
	reply = params ? xl_call("patch.plan", params, RPC_QUICK) : NULL;
	possible = json_bool(json_get(reply, "possible"), false);
	rc = show(c, reply, reply, livepatch_print_plan);
	return possible ? rc : EXIT_FAILURE;
}

/* --- policy ---------------------------------------------------------------------------------- */

/* "a,b" as a list. */
static struct json *names(const char *value)
{
	struct json *v = json_new_array();
	char *copy = strdup(value), *rest = copy, *word;

	while (copy && (word = strsep(&rest, ",")))
		if (*word)
			json_append(v, json_new_string(word));
	free(copy);
	return v;
}

/* unsigned=allow|refuse, wanted=NAME,... */
static bool take_setting(struct json *params, const char *setting)
{
	if (!strcmp(setting, "unsigned=allow"))
		return json_set_bool(params, "allow_unsigned", true);
	if (!strcmp(setting, "unsigned=refuse"))
		return json_set_bool(params, "allow_unsigned", false);
	if (!strncmp(setting, "wanted=", 7))
		return json_set(params, "wanted", names(setting + 7));
	fprintf(stderr,
		"xl: \"%s\" is neither unsigned=allow, unsigned=refuse nor wanted=NAME,...\n",
		xl_safe(setting));
	return false;
}

static int policy(struct choice *c, const char *action, char **args)
{
	struct json *params, *reply;
	bool sound = true;

	if (args[0]) {
		params = json_copy(c->params);
		for (; *args && sound; args++)
			sound = take_setting(params, *args);
		if (!sound) {
			json_free(params);
			return EXIT_FAILURE;
		}
		reply = xl_call("patch.policy.set", params, RPC_QUICK);
		if (!reply || xl.dryrun || c->json)
			return show(c, reply, json_get(reply, "changes"), livepatch_print_policy);
		json_free(reply);
	}
	reply = xl_call("patch.policy.get", NULL, RPC_QUICK);
	return show(c, reply, reply, livepatch_print_policy);
}

/* --- the verb ----------------------------------------------------------------------- */

enum { TIMEOUT = 1, WHOLE = 2, ONCE = 4, NODEPS = 8, REVISION = 16, DRY_RUN = 32 };

static const struct {
	unsigned int bit;
	const char *name;
} option_names[] = {
	{TIMEOUT, "--timeout"}, {WHOLE, "--whole"},	     {ONCE, "--once"},
	{NODEPS, "--nodeps"},	{REVISION, "--if-revision"}, {DRY_RUN, "-N (dryrun)"},
};

static const struct {
	const char *name;
	action_fn *run;
	int min, max;	    /* arguments */
	unsigned int takes; /* options, beside --json */
} actions[] = {
	{"list", list, 0, 0, 0},
	{"status", status, 0, 0, 0},
	{"upload", upload, 1, 2, REVISION | DRY_RUN},
	{"load", load, 1, 2, TIMEOUT | ONCE | NODEPS},
	{"apply", act, 1, 1, TIMEOUT | WHOLE | ONCE | NODEPS | REVISION | DRY_RUN},
	{"revert", act, 1, 1, TIMEOUT | WHOLE | ONCE | REVISION | DRY_RUN},
	{"replace", act, 1, 1, TIMEOUT | ONCE | REVISION | DRY_RUN},
	{"unload", act, 1, 1, REVISION | DRY_RUN},
	{"plan", plan, 1, 2, 0},
	{"policy", policy, 0, INT_MAX, REVISION | DRY_RUN},
};

enum { OPT_WHOLE = 0x200, OPT_ONCE, OPT_NODEPS, OPT_REVISION };

static const struct option options[] = {
	{"help", no_argument, NULL, 'h'},
	{"json", no_argument, NULL, XL_OPTION_JSON},
	{"whole", no_argument, NULL, OPT_WHOLE},
	{"once", no_argument, NULL, OPT_ONCE},
	{"nodeps", no_argument, NULL, OPT_NODEPS},
	{"timeout", required_argument, NULL, 't'},
	{"if-revision", required_argument, NULL, OPT_REVISION},
	XL_OPTION_END,
};

/* Milliseconds, with a fraction, as microseconds. */
static bool take_timeout(struct json *params, const char *value)
{
	char *end;
	double ms = strtod(value, &end);

	if (end == value || *end || !(ms >= 0.001 && ms <= 4000)) {
		fprintf(stderr, "xl: \"%s\" is no number of milliseconds from 0.001 to 4000\n",
			xl_safe(value));
		return false;
	}
	return json_set_int(params, "timeout", (int64_t)(ms * 1000));
}

static bool take_option(struct choice *c, int letter)
{
	switch (letter) {
	case XL_OPTION_JSON:
		c->json = true;
		return true;
	case OPT_WHOLE:
		c->given |= WHOLE;
		return json_set_bool(c->params, "whole", true);
	case OPT_ONCE:
		c->given |= ONCE;
		return json_set_bool(c->params, "once", true);
	case OPT_NODEPS:
		c->given |= NODEPS;
		return json_set_bool(c->params, "nodeps", true);
	case OPT_REVISION:
		c->given |= REVISION;
		return json_set_string(c->params, "if_revision", optarg);
	default:
		c->given |= TIMEOUT;
		return take_timeout(c->params, optarg);
	}
}

static bool check_options(const char *action, unsigned int wrong)
{
	for (size_t i = 0; i < sizeof(option_names) / sizeof(option_names[0]); i++)
		if (wrong & option_names[i].bit)
			fprintf(stderr, "xl: livepatch %s does not take %s\n", action,
				option_names[i].name);
	return !wrong;
}

static int run(const struct verb *verb, struct choice *c, int argc, char **argv)
{
	for (size_t i = 0; argc && i < sizeof(actions) / sizeof(actions[0]); i++) {
		if (strcmp(actions[i].name, argv[0]) != 0)
			continue;
		if (argc - 1 < actions[i].min || argc - 1 > actions[i].max)
			return xl_misuse(verb);
		if (!check_options(argv[0], c->given & ~actions[i].takes))
			return XL_USAGE_ERROR;
		return actions[i].run(c, argv[0], argv + 1);
	}
	if (argc)
		fprintf(stderr, "xl: livepatch has no \"%s\"\n", xl_safe(argv[0]));
	return xl_misuse(verb);
}

int cmd_livepatch(const struct verb *verb, int argc, char **argv)
{
	struct choice c = {.params = json_new_object()};
	int letter, rc = EXIT_SUCCESS;

	if (argc > 1 && !strcmp(argv[1], "rehearse")) {
		json_free(c.params);
		return cmd_rehearse(verb, argc - 1, argv + 1);
	}
	while ((letter = xl_option(verb, argc, argv, "ht:", options)) >= 0)
		if (!take_option(&c, letter))
			rc = XL_USAGE_ERROR;
	if (xl.dryrun) {
		c.given |= DRY_RUN;
		json_set_bool(c.params, "dry_run", true);
	}
	if (!rc)
		rc = run(verb, &c, argc - optind, argv + optind);
	json_free(c.params);
	return rc;
}
