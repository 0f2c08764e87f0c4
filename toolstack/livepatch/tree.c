/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "livepatch/tree.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "json/json.h"
#include "livepatch/diff_text.h"
#include "livepatch/file.h"
#include "livepatch/run.h"
#include "livepatch/sync.h"

#define MAX_COMMANDS (16u << 20)

int tree_copy(struct tree *t, const char *from, const char *work, struct patch_error *err)
{
	char source[PATH_MAX], copy[PATH_MAX];
	static const char *const parts[] = {"hypervisor", "CMakeLists.txt"};

	if (snprintf(t->work, sizeof(t->work), "%s", work) >= (int)sizeof(t->work))
		return patch_fail(err, "%s: too long a path", work);
	snprintf(t->src, sizeof(t->src), "%s/src", work);
	snprintf(t->build, sizeof(t->build), "%s/build", work);
	snprintf(t->log, sizeof(t->log), "%s/log", work);
	if (mkdir(t->src, 0777) && errno != EEXIST)
		return patch_fail(err, "%s: %s", t->src, strerror(errno));
	for (unsigned int i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		snprintf(source, sizeof(source), "%s/%s", from, parts[i]);
		snprintf(copy, sizeof(copy), "%s/%s", t->src, parts[i]);
		if (access(source, R_OK))
			return patch_fail(err, "%s is no source tree of Nacre", from);
		if (sync_copy(source, copy, err))
			return -1;
	}
	return 0;
}

/* --- building ------------------------------------------------------------------------------ */

int tree_configure(const struct tree *t, const struct recipe *m, struct patch_error *err)
{
	const struct json *recorded = json_get(m->json, "cmake");
	char map[PATH_MAX], generator[64];
	/* --fresh: an earlier recipe may have had another compiler, and CMake would then
	 * forget what is said here. Objects stay. */
	char *argv[64] = {"cmake",
			  "--fresh",
			  "-S",
			  (char *)t->src,
			  "-B",
			  (char *)t->build,
			  "-DNACRE_TOOLS=OFF",
			  "-DNACRE_WERROR=OFF",
			  "-DCMAKE_C_COMPILER_LAUNCHER="};
	unsigned int first = 9, n = first;
	int rc;

	/* A map of the link says where in the image each function of each object is. */
	snprintf(map, sizeof(map), "-DCMAKE_EXE_LINKER_FLAGS=%s -Wl,-Map,%s/map",
		 recipe_variable(m, "CMAKE_EXE_LINKER_FLAGS"), t->work);
	snprintf(generator, sizeof(generator), "-G%s", recipe_variable(m, "CMAKE_GENERATOR"));
	for (size_t i = 0; recorded && recorded->type == JSON_OBJECT && i < recorded->nr; i++) {
		const char *name = recorded->keys[i];

		if (n + 4 > sizeof(argv) / sizeof(argv[0]) || !strcmp(name, "CMAKE_GENERATOR") ||
		    !strcmp(name, "CMAKE_EXE_LINKER_FLAGS"))
			continue;
		if (asprintf(&argv[n], "-D%s=%s", name, json_string(recorded->items[i], "")) < 0)
			return patch_fail(err, "out of memory");
		n++;
	}
	argv[n] = map;
	argv[n + 1] = generator;
	rc = run(t->work, t->log, argv, err);
	while (n > first)
		free(argv[--n]);
	return rc;
}

int tree_build(const struct tree *t, bool image, struct patch_error *err)
{
	char *argv[] = {"cmake",
			"--build",
			(char *)t->build,
			"--target",
			image ? "nacre_image" : "nacre_hv_objects",
			NULL};

	return run(t->work, t->log, argv, err);
}

/* --- patches --------------------------------------------------------------------------------- */

int tree_patch(const struct tree *t, const char *text, size_t len, unsigned int *left_out,
	       struct patch_error *err)
{
	char path[PATH_MAX];
	char *argv[] = {"patch",   "-p1",      "--forward",
			"--batch", "--fuzz=0", "--no-backup-if-mismatch",
			"-i",	   path,       NULL};
	struct diff_text part = {0};
	int rc;

	snprintf(path, sizeof(path), "%s/part.patch", t->work);
	if (diff_text_select(text, len, &part, err))
		return -1;
	*left_out = part.left_out;
	rc = file_write(path, (uint8_t *)part.text, part.len, err);
	if (!rc && run(t->src, t->log, argv, err)) {
		err->text[0] = 0;
		rc = patch_fail(err, "the patch does not apply to the tree");
	}
	diff_text_free(&part);
	return rc;
}

int tree_keep(const struct tree *t, const char *name, struct patch_error *err)
{
	char from[PATH_MAX], to[PATH_MAX];

	snprintf(from, sizeof(from), "%s/%s", t->build, TREE_OBJECTS);
	snprintf(to, sizeof(to), "%s/%s-objects", t->work, name);
	if (sync_copy(from, to, err))
		return -1;
	snprintf(from, sizeof(from), "%s/hypervisor", t->src);
	snprintf(to, sizeof(to), "%s/%s-hypervisor", t->work, name);
	return sync_copy(from, to, err);
}

/* --- one object once more ----------------------------------------------------------- */

/* The command that makes @object, from CMake's list; malloc'd. */
static char *command_for(const struct tree *t, const char *object, const char *output,
			 struct patch_error *err)
{
	static const struct json_limits limits = {MAX_COMMANDS, 8, 65536};
	char path[PATH_MAX], why[160], wanted[PATH_MAX];
	struct json *list = NULL;
	char *command = NULL;
	struct file f;

	snprintf(path, sizeof(path), "%s/compile_commands.json", t->build);
	snprintf(wanted, sizeof(wanted), " -o %s/%s ", TREE_OBJECTS, object);
	if (file_read(path, MAX_COMMANDS, &f, err))
		return NULL;
	list = json_parse((char *)f.bytes, f.size, &limits, why, sizeof(why));
	file_free(&f);
	for (size_t i = 0; list && list->type == JSON_ARRAY && i < list->nr && !command; i++) {
		const char *made = json_string(json_get(list->items[i], "command"), "");

		if (!strstr(made, wanted))
			continue;
		/* The last -o counts; __LINE__ is a macro like any other. */
		if (asprintf(&command, "%s -Wno-builtin-macro-redefined -D__LINE__=1 -o '%s'", made,
			     output) < 0)
			command = NULL;
	}
	json_free(list);
	if (!command)
		patch_fail(err, "%s does not say how %s is made", path, object);
	return command;
}

/* Exchange the tree's sources with those that were kept. */
static int exchange(const struct tree *t, const char *kept, struct patch_error *err)
{
	char now[PATH_MAX], other[PATH_MAX], aside[PATH_MAX];

	snprintf(now, sizeof(now), "%s/hypervisor", t->src);
	snprintf(other, sizeof(other), "%s/%s-hypervisor", t->work, kept);
	snprintf(aside, sizeof(aside), "%s/aside", t->work);
	if (rename(now, aside) || rename(other, now) || rename(aside, other))
		return patch_fail(err, "%s: %s", now, strerror(errno));
	return 0;
}

int tree_compile_neutral(const struct tree *t, const char *kept, const char *object,
			 const char *output, struct patch_error *err)
{
	char *command = command_for(t, object, output, err);
	char *argv[] = {"sh", "-c", command, NULL};
	int rc;

	if (!command)
		return -1;
	if (kept && exchange(t, kept, err)) {
		free(command);
		return -1;
	}
	rc = run(t->build, t->log, argv, err);
	if (kept && exchange(t, kept, err))
		rc = -1;
	free(command);
	return rc;
}
