/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* mem-max, mem-set. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cmds.h"
#include "ctx.h"
#include "xl.h"

/* A number with one letter at most: b, k, m, g, t; MiB without.  -1: none of that. */
static int64_t kib_of(const char *text)
{
	static const char units[] = "kmgt";
	char *end, unit;
	int64_t v;

	errno = 0;
	v = strtoll(text, &end, 10);
	unit = (char)tolower((unsigned char)*end);
	if (errno || (*end && end[1]))
		return -1;
	if (unit == 'b')
		return v >> 10;
	if (!unit)
		unit = 'm';
	if (!strchr(units, unit) ||
	    __builtin_mul_overflow(v, (int64_t)1 << 10 * (strchr(units, unit) - units), &v))
		return -1;
	return v;
}

struct size {
	uint32_t domid;
	const char *text;
	int64_t kib;
};

/* The arguments; false after a message. */
static bool read_size(const struct verb *verb, int argc, char **argv, struct size *size)
{
	xl_no_options(verb, argc, argv);
	size->text = argv[optind + 1];
	if (!xl_domid(argv[optind], &size->domid))
		return false;
	size->kib = kib_of(size->text);
	if (size->kib == -1)
		fprintf(stderr, "invalid memory size: %s\n", xl_safe(size->text));
	return size->kib != -1;
}

static int told(int rc, const struct size *size, const char *what)
{
	if (rc)
		fprintf(stderr, "cannot set domid %u %s max memory to : %s\n", size->domid, what,
			xl_safe(size->text));
	return rc ? EXIT_FAILURE : EXIT_SUCCESS;
}

int cmd_mem_max(const struct verb *verb, int argc, char **argv)
{
	struct size size;

	if (!read_size(verb, argc, argv, &size))
		return EXIT_FAILURE;
	return told(libxl_domain_setmaxmem(xl_ctx(), size.domid, (uint64_t)size.kib), &size,
		    "static");
}

int cmd_mem_set(const struct verb *verb, int argc, char **argv)
{
	struct size size;

	if (!read_size(verb, argc, argv, &size))
		return EXIT_FAILURE;
	return told(libxl_set_memory_target(xl_ctx(), size.domid, size.kib, 0, 1), &size,
		    "dynamic");
}
