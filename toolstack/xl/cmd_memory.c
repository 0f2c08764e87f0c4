/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* mem-max, mem-set. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cmds.h"
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

static int change(const struct verb *verb, int argc, char **argv, const char *method,
		  const char *member, const char *what)
{
	struct json *params, *reply;
	int64_t domid, kib;
	const char *size;

	xl_no_options(verb, argc, argv);
	size = argv[optind + 1];
	if (!xl_find_domain(argv[optind], &domid))
		return EXIT_FAILURE;
	kib = kib_of(size);
	if (kib == -1) {
		fprintf(stderr, "invalid memory size: %s\n", xl_safe(size));
		return EXIT_FAILURE;
	}
	params = json_new_object();
	json_set_int(params, "domain", domid);
	json_set_int(params, member, kib);
	reply = xl_call(method, params, RPC_QUICK);
	json_free(reply);
	if (!reply)
		fprintf(stderr, "cannot set domid %lld %s max memory to : %s\n", (long long)domid,
			what, xl_safe(size));
	return reply ? EXIT_SUCCESS : EXIT_FAILURE;
}

int cmd_mem_max(const struct verb *verb, int argc, char **argv)
{
	return change(verb, argc, argv, "memory.set_max", "max_kib", "static");
}

int cmd_mem_set(const struct verb *verb, int argc, char **argv)
{
	return change(verb, argc, argv, "memory.set_target", "target_kib", "dynamic");
}
