/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* psr-*: cache and memory bandwidth monitoring and allocation, of which libxl has none to
 * offer: as Xen's xl on a machine without. */
#include <stdlib.h>
#include <string.h>

#include "cmds.h"
#include "ctx.h"
#include "xl.h"

#define STATUS_MINUS_ONE 255 /* Xen's xl returns -1 */

/* As the shell sees libxl's error, which Xen's xl returns as it is. */
static int status_of(int rc)
{
	return rc & 0xff;
}

int cmd_psr_hwinfo(const struct verb *verb, int argc, char **argv)
{
	static const struct option options[] = {
		{"help", no_argument, NULL, 'h'},
		{"cmt", no_argument, NULL, 'm'},
		{"cat", no_argument, NULL, 'a'},
		XL_OPTION_END,
	};
	libxl_psr_hw_info *info = NULL;
	bool cmt = false, cat = false;
	unsigned int nr = 0;
	int letter, rc;

	while ((letter = xl_option(verb, argc, argv, "+hma", options)) >= 0) {
		cmt |= letter == 'm';
		cat |= letter == 'a';
	}
	if (cmt || !cat)
		printf("Cache Monitoring Technology (CMT):\nEnabled         : %d\n",
		       libxl_psr_cmt_enabled(xl_ctx()));
	if (cmt && !cat)
		return EXIT_SUCCESS;
	rc = libxl_psr_get_hw_info(xl_ctx(), LIBXL_PSR_FEAT_TYPE_CAT, 3, &nr, &info);
	libxl_psr_hw_info_list_free(info, nr);
	return status_of(rc);
}

/* psr-cmt-attach, psr-cmt-detach */
int cmd_psr_cmt(const struct verb *verb, int argc, char **argv)
{
	uint32_t domid;

	xl_no_options(verb, argc, argv);
	if (!xl_domid(argv[optind], &domid))
		return EXIT_FAILURE;
	if (strcmp(verb->name, "psr-cmt-attach") == 0)
		return status_of(libxl_psr_cmt_attach(xl_ctx(), domid));
	return status_of(libxl_psr_cmt_detach(xl_ctx(), domid));
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
	if (!libxl_psr_cmt_enabled(xl_ctx()))
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

/* For all sockets, whatever -s says: libxl refuses before it looks at them. */
static int set(uint32_t domid, libxl_psr_type type, const char *value)
{
	libxl_bitmap sockets;
	int rc;

	libxl_bitmap_init(&sockets);
	rc = libxl_socket_bitmap_alloc(xl_ctx(), &sockets, 0);
	if (!rc) {
		libxl_bitmap_set_any(&sockets);
		rc = libxl_psr_set_val(xl_ctx(), domid, type, &sockets, strtoull(value, NULL, 0));
	}
	libxl_bitmap_dispose(&sockets);
	return status_of(rc);
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
	return set(domid,
		   level == 2 ? LIBXL_PSR_CBM_TYPE_L2_CBM
		   : code     ? LIBXL_PSR_CBM_TYPE_L3_CBM_CODE
		   : data     ? LIBXL_PSR_CBM_TYPE_L3_CBM_DATA
			      : LIBXL_PSR_CBM_TYPE_L3_CBM,
		   argv[optind + 1]);
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
	libxl_psr_hw_info *info = NULL;
	unsigned int nr = 0, level = 3;
	uint32_t domid;
	int rc;

	while (xl_option(verb, argc, argv, cat ? "+hl:" : "+h", options) >= 0)
		if (!(level = (unsigned int)level_of(optarg)))
			return EXIT_FAILURE;
	if (argv[optind] && !xl_domid(argv[optind], &domid))
		return EXIT_FAILURE;
	rc = libxl_psr_get_hw_info(xl_ctx(),
				   cat ? LIBXL_PSR_FEAT_TYPE_CAT : LIBXL_PSR_FEAT_TYPE_MBA, level,
				   &nr, &info);
	libxl_psr_hw_info_list_free(info, nr);
	if (rc)
		fputs("Failed to get info\n", stderr);
	return status_of(rc);
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
	return set(domid, LIBXL_PSR_CBM_TYPE_MBA_THRTL, argv[optind + 1]);
}
