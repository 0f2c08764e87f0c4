/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* From a word to a verb, and from a verb to its help. */
#include <stdlib.h>
#include <string.h>

#include "verbs.h"
#include "xl.h"

const struct verb *verb_find(const char *name)
{
	const struct verb *found = NULL;
	size_t i, len = strlen(name);

	for (i = 0; i < nr_verbs && len; i++)
		if (!strcmp(verbs[i].name, name))
			return &verbs[i];
	for (i = 0; i < nr_verbs && len; i++) {
		if (verbs[i].flags & VERB_OURS || strncmp(verbs[i].name, name, len) != 0)
			continue;
		if (found)
			return NULL;
		found = &verbs[i];
	}
	return found;
}

int verb_usage_status(const struct verb *verb)
{
	return verb->flags & VERB_PLUGIN ? XL_PLUGIN_UNKNOWN : XL_USAGE_ERROR;
}

int verb_failure_status(const struct verb *verb)
{
	return verb && verb->flags & VERB_PLUGIN ? XL_PLUGIN_UNKNOWN : EXIT_FAILURE;
}

void verb_usage(const struct verb *verb, FILE *out)
{
	fprintf(out, "Usage: xl [-vtT%s%s] %s %s\n\n", verb->flags & VERB_CHANGES ? "f" : "",
		verb->flags & VERB_DRYRUN ? "N" : "", verb->name,
		verb->arguments ? verb->arguments : "");
	fprintf(out, "%s.\n\n", verb->description);
	if (verb->options)
		fprintf(out, "Options:\n\n%s\n", verb->options);
	if (verb->missing)
		fprintf(out, "Nacre %s does not support this: %s.\n", NACRE_VERSION, verb->missing);
}

void verbs_usage(FILE *out)
{
	size_t i;

	fputs("Usage xl [-vfNtT] <subcommand> [args]\n\nxl full list of subcommands:\n\n", out);
	for (i = 0; i < nr_verbs; i++) {
		fprintf(out, " %-19s ", verbs[i].name);
		if (strlen(verbs[i].name) > 19)
			fprintf(out, "\n%21s", "");
		fprintf(out, "%s\n", verbs[i].description);
	}
}

int verb_help(const char *name)
{
	const struct verb *verb;

	if (!name) {
		verbs_usage(stdout);
		return EXIT_SUCCESS;
	}
	verb = verb_find(name);
	if (verb)
		verb_usage(verb, stdout);
	else
		printf("command \"%s\" not implemented\n", name);
	return EXIT_SUCCESS;
}
