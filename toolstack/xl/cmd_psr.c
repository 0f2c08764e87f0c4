/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* psr-*: cache and memory bandwidth monitoring and allocation, as on a machine without. */
#include <stdlib.h>
#include <string.h>

#include "cmds.h"
#include "ctx.h"
#include "xl.h"

/* Exit status where Xen's xl returns ERROR_FAIL, or -1, as it is. */
#define STATUS_FAIL	 (256 - RPC_ERROR_FAIL)
#define STATUS_MINUS_ONE 255

int cmd_psr_hwinfo(const struct verb *verb, int argc, char **argv)
{
	static const struct option options[] = {
		{"help", no_argument, NULL, 'h'},
		{"cmt", no_argument, NULL, 'm'},
		{"cat", no_argument, NULL, 'a'},
		XL_OPTION_END,
	};
	bool cmt = false, cat = false;
	int letter;

	while ((letter = xl_option(verb, argc, argv, "+hma", options)) >= 0) {
		cmt |= letter == 'm';
		cat |= letter == 'a';
	}
	if (cmt || !cat)
		puts("Cache Monitoring Technology (CMT):\nEnabled         : 0");
	return cat || !cmt ? STATUS_FAIL : EXIT_SUCCESS;
}

/* psr-cmt-attach, psr-cmt-detach */
int cmd_psr_cmt(const struct verb *verb, int argc, char **argv)
{
	uint32_t domid;

	xl_no_options(verb, argc, argv);
	if (!xl_domid(argv[optind], &domid))
		return EXIT_FAILURE;
	fputs("libxl: error: CMT is not supported in this system: No such device\n", stderr);
	return STATUS_FAIL;
}

int cmd_psr_cmt_show(const struct verb *verb, int argc, char **argv)
{
	static const char *const types[] = {
		"cache-occupancy",
		"total-mem-bandwidth",
		"local-mem-bandwidth",
	};
	uint32_t domid;
	size_t i = 0;

	xl_no_options(verb, argc, argv);
	while (i < 3 && strcmp(types[i], argv[optind]) != 0)
		i++;
	if (i == 3)
		return xl_misuse(verb);
	if (argv[optind + 1] && !xl_domid(argv[optind + 1], &domid))
		return EXIT_FAILURE;
	fputs("CMT is disabled in the system\n", stderr);
	return STATUS_MINUS_ONE;
}

/* Cache level of option -l; 0 after a message. */
static int level_of(const char *text)
{
	long level = strtol(text, NULL, 10);

	if (level == 2 || level == 3)
		return (int)level;
	fprintf(stderr, "Input lvl %ld is wrong\n", level);
	return 0;
}

int cmd_psr_cat_set(const struct verb *verb, int argc, char **argv)
{
	static const struct option options[] = {
		{"help", no_argument, NULL, 'h'},	 {"socket", required_argument, NULL, 's'},
		{"data", no_argument, NULL, 'd'},	 {"code", no_argument, NULL, 'c'},
		{"level", required_argument, NULL, 'l'}, XL_OPTION_END,
	};
	bool code = false, data = false;
	int letter, level = 3;
	uint32_t domid;

	while ((letter = xl_option(verb, argc, argv, "+hs:l:cd", options)) >= 0) {
		code |= letter == 'c';
		data |= letter == 'd';
		if (letter == 'l' && !(level = level_of(optarg)))
			return EXIT_FAILURE;
	}
	if (code && data) {
		fputs("Cannot handle -c and -d at the same time\n", stderr);
		return EXIT_FAILURE;
	}
	if (!xl_domid(argv[optind], &domid))
		return EXIT_FAILURE;
	fprintf(stderr, "libxl: error: L%d CAT: is not supported in this system\n", level);
	return STATUS_FAIL;
}

/* psr-cat-show, psr-mba-show */
int cmd_psr_show(const struct verb *verb, int argc, char **argv)
{
	static const struct option options[] = {
		{"help", no_argument, NULL, 'h'},
		{"level", required_argument, NULL, 'l'},
		XL_OPTION_END,
	};
	bool cat = strcmp(verb->name, "psr-cat-show") == 0;
	uint32_t domid;
	int letter;

	while ((letter = xl_option(verb, argc, argv, cat ? "+hl:" : "+h", options)) >= 0)
		if (!level_of(optarg))
			return EXIT_FAILURE;
	if (argv[optind] && !xl_domid(argv[optind], &domid))
		return EXIT_FAILURE;
	fputs("Failed to get info\n", stderr);
	return STATUS_FAIL;
}

int cmd_psr_mba_set(const struct verb *verb, int argc, char **argv)
{
	static const struct option options[] = {
		{"help", no_argument, NULL, 'h'},
		{"socket", required_argument, NULL, 's'},
		XL_OPTION_END,
	};
	uint32_t domid;

	while (xl_option(verb, argc, argv, "+hs:", options) >= 0)
		continue;
	if (argc - optind < 2) {
		verb_usage(verb, stdout);
		return EXIT_FAILURE;
	}
	if (!xl_domid(argv[optind], &domid))
		return EXIT_FAILURE;
	fputs("libxl: error: MBA: is not supported in this system\n", stderr);
	return STATUS_FAIL;
}
