/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * xl has a table of its verbs.  What the other programs have is written down here; check.sh holds
 * it against what each of them prints as its help.
 */
#include "programs.h"

#include <string.h>

#define VERB(name_, completes_, options_, text_)                                                   \
	{                                                                                          \
		.name = (name_), .completes = (completes_), .options = (options_),                 \
		.description = (text_)                                                             \
	}
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct verb nacre_verbs[] = {
	VERB("up", "none",
	     "-c, --cpus=N\n-m, --memory=SIZE\n--accel=WHICH\n--append=TEXT\n--image=FILE\n"
	     "--timeout=SEC\n--no-daemons",
	     "start the instance"),
	VERB("down", "none", NULL, "stop it and remove everything it left"),
	VERB("status", "none", "--json", "tell whether and how it runs"),
	VERB("exec", "file", NULL, "run a Xen program on it"),
	VERB("logs", "none", "-f", "list its logs, or show one"),
	VERB("cpuid", "none", "--domain=DOMAIN\n--json",
	     "CPU features and MSRs of guests, and why"),
};

static const struct verb build_verbs[] = {
	VERB("build", "none",
	     "-s FILE, --source=TREE\n-p FILE, --patch=FILE\n-o FILE, --output=FILE\n"
	     "-b HEX, --build-id=HEX\n-r DIR, --recipes=DIR\n-d FILE, --depends=FILE\n"
	     "-a ID, --advisory=ID\n--cve=ID\n--fixes=REF\n--name=NAME\n--builder=WHO\n"
	     "--date=DATE\n-k FILE, --key=FILE\n--unsigned\n-n, --dry-run\n-w DIR, --work=DIR",
	     "make a live patch of a source patch"),
	VERB("show", "file", "--json", "tell what a payload says about itself"),
	VERB("sign", "file", "-k KEY\n-o OUT", "put a signature on a payload"),
	VERB("verify", "file", "-K DIRECTORY", "tell who signed a payload"),
	VERB("keygen", "file", NULL, "make a pair of keys, PATH.key and PATH.pub"),
};

static const struct verb livepatch_verbs[] = {
	VERB("help", "none", NULL, "display this help"),
	VERB("upload", "none file", NULL, "upload file <file> with <name> name"),
	VERB("list", "none", NULL, "list payloads uploaded."),
	VERB("apply", "patch none", "--nodeps", "apply <name> patch."),
	VERB("revert", "patch none", NULL, "revert name <name> patch."),
	VERB("replace", "patch none", NULL, "apply <name> patch and revert all others."),
	VERB("unload", "patch none", NULL, "unload name <name> patch."),
	VERB("load", "file none", "--nodeps",
	     "upload and apply <file> with name as the <file> name"),
};

static const struct program programs[] = {
	{
		.name = "nacre",
		.options = "-i INSTANCE, --instance=INSTANCE\n-h, --help\n--version",
		.verbs = nacre_verbs,
		.nr_verbs = COUNT(nacre_verbs),
	},
	{
		.name = "nacre-livepatch-build",
		.options = "-h, --help\n--version",
		.verbs = build_verbs,
		.nr_verbs = COUNT(build_verbs),
	},
	{
		.name = "xen-livepatch",
		.verbs = livepatch_verbs,
		.nr_verbs = COUNT(livepatch_verbs),
	},
	{
		.name = "xentop",
		.options =
			"-h, --help\n-V, --version\n-d SECONDS, --delay=SECONDS\n-n, --networks\n"
			"-x, --vbds\n-r, --repeat-header\n-v, --vcpus\n-b, --batch\n"
			"-i N, --iterations=N\n-f, --full-name",
		.completes = "none",
	},
	/* Reads all that it wants from its standard input. */
	{.name = "nacre-simulate", .completes = "none"},
};

const struct program *program_find(const char *name)
{
	static struct program xl = {.name = "xl", .options = "-v\n-f\n-t\n-T\n-N"};
	size_t i;

	if (!strcmp(name, "xl")) {
		xl.verbs = verbs;
		xl.nr_verbs = nr_verbs;
		return &xl;
	}
	for (i = 0; i < COUNT(programs); i++)
		if (!strcmp(programs[i].name, name))
			return &programs[i];
	return NULL;
}
