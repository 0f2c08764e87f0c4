/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <stdlib.h>

#include "cmds.h"
#include "ctx.h"
#include "xl.h"

int cmd_dump_core(const struct verb *verb, int argc, char **argv)
{
	uint32_t domid;
	int rc;

	xl_no_options(verb, argc, argv);
	if (!xl_domid(argv[optind], &domid))
		return EXIT_FAILURE;
	rc = libxl_domain_core_dump(xl_ctx(), domid, argv[optind + 1], NULL);
	if (rc)
		fprintf(stderr, "core dump failed (rc=%d)\n", rc);
	return rc ? EXIT_FAILURE : EXIT_SUCCESS;
}
