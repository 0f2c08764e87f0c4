/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "livepatch/sync.h"

#include <errno.h>
#include <fts.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "livepatch/file.h"

#define MAX_FILE (64u << 20)

static int sync_file(const char *from, const char *to, struct patch_error *err)
{
	struct file source, copy;
	struct patch_error ignored = {""};
	bool same;
	int rc;

	if (file_read(from, MAX_FILE, &source, err))
		return -1;
	same = !file_read(to, MAX_FILE, &copy, &ignored) && copy.size == source.size &&
	       !memcmp(copy.bytes, source.bytes, source.size);
	file_free(&copy);
	rc = same ? 0 : file_write(to, source.bytes, source.size, err);
	file_free(&source);
	return rc;
}

/* @to has the path of @e in the other tree. */
static int sync_entry(const FTSENT *e, const char *to, struct patch_error *err)
{
	switch (e->fts_info) {
	case FTS_D:
		if (mkdir(to, 0777) && errno != EEXIST)
			return patch_fail(err, "%s: %s", to, strerror(errno));
		return 0;
	case FTS_F:
		return sync_file(e->fts_path, to, err);
	case FTS_DNR:
	case FTS_ERR:
	case FTS_NS:
		return patch_fail(err, "%s: %s", e->fts_path, strerror(e->fts_errno));
	default:
		return 0;
	}
}

/* What only the copy has goes; directories may stay. */
static int remove_extra(const FTSENT *e, const char *source, struct patch_error *err)
{
	if (e->fts_info != FTS_F || !access(source, F_OK) || !unlink(e->fts_path))
		return 0;
	return patch_fail(err, "%s: %s", e->fts_path, strerror(errno));
}

/* Call @visit for each entry of @root with its path below @other. */
static int walk(const char *root, const char *other, struct patch_error *err,
		int (*visit)(const FTSENT *e, const char *path, struct patch_error *err))
{
	char *roots[] = {(char *)root, NULL};
	FTS *fts = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	char path[PATH_MAX];
	FTSENT *e;
	int rc = 0;

	if (!fts)
		return patch_fail(err, "%s: %s", root, strerror(errno));
	while (!rc && (e = fts_read(fts))) {
		snprintf(path, sizeof(path), "%s%s", other, e->fts_path + strlen(root));
		rc = visit(e, path, err);
	}
	fts_close(fts);
	return rc;
}

int sync_copy(const char *from, const char *to, struct patch_error *err)
{
	if (walk(from, to, err, sync_entry))
		return -1;
	return walk(to, from, err, remove_extra);
}
