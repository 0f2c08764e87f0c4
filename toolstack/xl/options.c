/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <stdlib.h>

#include "xl.h"

struct xl_globals xl;

int xl_misuse(const struct verb *verb)
{
	verb_usage(verb, stdout);
	return verb_usage_status(verb);
}

static void check_arguments(const struct verb *verb, int given)
{
	if (given >= verb->min_args)
		return;
	fprintf(stderr, "'xl %s' requires at least %d argument%s.\n\n", verb->name, verb->min_args,
		verb->min_args > 1 ? "s" : "");
	exit(xl_misuse(verb));
}

void xl_no_options(const struct verb *verb, int argc, char **argv)
{
	static const struct option options[] = {{"help", no_argument, NULL, 'h'}, XL_OPTION_END};

	while (xl_option(verb, argc, argv, "+h", options) >= 0)
		continue;
}

int xl_option(const struct verb *verb, int argc, char **argv, const char *letters,
	      const struct option *options)
{
	int index = optind ? optind : 1;
	int letter;

	opterr = 0;
	letter = getopt_long(argc, argv, letters, options, NULL);
	switch (letter) {
	case -1:
		check_arguments(verb, argc - optind);
		return -1;
	case 'h':
		verb_usage(verb, stdout);
		exit(fflush(stdout) ? EXIT_FAILURE : EXIT_SUCCESS);
	case '?':
		if (optopt > 0 && optopt < 0x80)
			fprintf(stderr, "option `%c' not supported.\n", optopt);
		else
			fprintf(stderr, "option `%s' not supported.\n", xl_safe(argv[index]));
		exit(verb_usage_status(verb));
	default:
		return letter;
	}
}
