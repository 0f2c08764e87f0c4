/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* xl: manage domains; a client of nacred. See xl(1). */
#include <stdlib.h>
#include <string.h>

#include "ctx.h"
#include "xl.h"

static bool global_options(int argc, char **argv)
{
	int letter;

	while ((letter = getopt(argc, argv, "+vftTN")) >= 0) {
		if (letter == '?') {
			fputs("unknown global option\n", stderr);
			return false;
		}
		xl.verbose += letter == 'v';
		xl.progress_by_cr |= letter == 't';
		xl.timestamps |= letter == 'T';
		xl.force |= letter == 'f';
		xl.dryrun |= letter == 'N';
	}
	return true;
}

static int run(const struct verb *verb, int argc, char **argv)
{
	if (!verb) {
		fputs("command not implemented\n", stderr);
		return EXIT_FAILURE;
	}
	if (xl.dryrun && !(verb->flags & VERB_DRYRUN)) {
		fputs("command does not implement -N (dryrun) option\n", stderr);
		return verb_failure_status(verb);
	}
	optind = 0; /* start over: verbs take options behind their arguments too */
	return verb->run(verb, argc, argv);
}

int main(int argc, char **argv)
{
	const struct verb *verb = NULL;
	int status;

	if (!global_options(argc, argv))
		return EXIT_FAILURE;
	argc -= optind;
	argv += optind;
	if (!argc) {
		verbs_usage(stdout);
		status = EXIT_FAILURE;
	} else if (!strcmp(argv[0], "help")) {
		status = verb_help(argv[1]);
	} else {
		verb = verb_find(argv[0]);
		status = run(verb, argc, argv);
	}
	xl_ctx_close();
	xl_disconnect();
	if (fflush(stdout) || ferror(stdout)) {
		perror("xl: cannot write the output");
		return status ? status : verb_failure_status(verb);
	}
	return status;
}
