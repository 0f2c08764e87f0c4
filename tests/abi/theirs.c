/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "theirs.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

static void *library;

/*
 * Contexts in which every byte is zero but the logger, the first member of both: their
 * type functions use no more of one.  Real ones need a hypervisor and a daemon.
 */
static union {
	xentoollog_logger *lg;
	char bytes[65536];
} theirs, ours;

bool theirs_open(const char *path)
{
	library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	if (!library)
		fprintf(stderr, "%s\n", dlerror());
	/* Nothing is more than critical, so nothing is said. */
	theirs.lg = (xentoollog_logger *)xtl_createlogger_stdiostream(stderr, XTL_CRITICAL, 0);
	ours.lg = theirs.lg;
	return library && theirs.lg;
}

static void *find(const struct libxl__type *type, const char *function, bool optional)
{
	char name[128];
	void *symbol;

	snprintf(name, sizeof(name), "%s_%s", type->name, function);
	symbol = dlsym(library, name);
	if (!symbol && !optional) {
		fprintf(stderr, "their library has no %s\n", name);
		exit(2);
	}
	return symbol;
}

void theirs_find(struct theirs *them, const struct libxl__type *type)
{
	*them = (struct theirs){.to_json = find(type, "to_json", false),
				.from_json = find(type, "from_json", false)};
	if (type->words) {
		them->to_string = find(type, "to_string", false);
		them->from_string = find(type, "from_string", false);
		return;
	}
	them->init = find(type, "init", false);
	them->dispose = find(type, "dispose", true);
	them->copy = find(type, "copy", false);
}

libxl_ctx *their_ctx(void)
{
	return (libxl_ctx *)&theirs;
}

libxl_ctx *our_ctx(void)
{
	return (libxl_ctx *)&ours;
}
