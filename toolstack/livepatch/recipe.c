/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "livepatch/recipe.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "livepatch/file.h"

#define MAX_RECIPE (1u << 20)
#define MAX_SOURCE (4u << 20)

static bool is_recipe(const char *name)
{
	size_t len = strlen(name);

	return name[0] != '.' && len > 5 && !strcmp(name + len - 5, ".json");
}

/* The only one there; a hint what else there is. */
static int find_only(const char *directory, char path[PATH_MAX], struct patch_error *err)
{
	DIR *dir = opendir(directory);
	struct dirent *entry;
	unsigned int nr = 0;

	if (!dir)
		return patch_fail(err, "no recipes of builds: %s: %s", directory, strerror(errno));
	while ((entry = readdir(dir)))
		if (is_recipe(entry->d_name) && !nr++)
			snprintf(path, PATH_MAX, "%s/%s", directory, entry->d_name);
	closedir(dir);
	if (nr == 1)
		return 0;
	return patch_fail(err, "%s holds %u recipes: say which build with --build-id", directory,
			  nr);
}

static int parse(const char *path, struct recipe *m, struct patch_error *err)
{
	char why[160];
	struct file f;

	if (file_read(path, MAX_RECIPE, &f, err))
		return -1;
	m->json = json_parse((char *)f.bytes, f.size, NULL, why, sizeof(why));
	file_free(&f);
	if (!m->json)
		return patch_fail(err, "%s: %s", path, why);
	if (payload_id_scan(json_string(json_get(m->json, "build_id"), ""), &m->id))
		return patch_fail(err, "%s: build_id is no build-id", path);
	if (!*recipe_variable(m, "CMAKE_C_COMPILER") || !*recipe_compiler(m))
		return patch_fail(err, "%s does not say which compiler", path);
	return 0;
}

int recipe_read(const char *directory, const char *build_id, struct recipe *m,
		struct patch_error *err)
{
	char path[PATH_MAX], hex[PAYLOAD_ID_HEX];
	struct payload_id id;

	*m = (struct recipe){0};
	if (!build_id) {
		if (find_only(directory, path, err))
			return -1;
		return parse(path, m, err);
	}
	if (payload_id_scan(build_id, &id))
		return patch_fail(err, "'%s' is no build-id", build_id);
	payload_id_print(&id, hex);
	snprintf(path, sizeof(path), "%s/%s.json", directory, hex);
	if (parse(path, m, err))
		return -1;
	return payload_id_equal(&id, &m->id) ? 0 : patch_fail(err, "%s is of another build", path);
}

void recipe_free(struct recipe *m)
{
	json_free(m->json);
	*m = (struct recipe){0};
}

const char *recipe_variable(const struct recipe *m, const char *name)
{
	return json_string(json_get(json_get(m->json, "cmake"), name), "");
}

const char *recipe_compiler(const struct recipe *m)
{
	return json_string(json_get(m->json, "compiler"), "");
}

/* --- why it is another image ---------------------------------------------------------------- */

static unsigned int explain_files(const struct json *files, const char *root, const char *what)
{
	unsigned int nr = 0;

	for (size_t i = 0; files && files->type == JSON_OBJECT && i < files->nr; i++) {
		uint8_t hash[crypto_hash_sha256_BYTES];
		char path[PATH_MAX], hex[2 * sizeof(hash) + 1];
		struct patch_error err = {""};
		struct file f;

		snprintf(path, sizeof(path), "%s/%s", root, files->keys[i]);
		if (file_read(path, MAX_SOURCE, &f, &err)) {
			fprintf(stderr, "  %s\n", err.text);
			nr++;
			continue;
		}
		crypto_hash_sha256(hash, f.bytes, f.size);
		sodium_bin2hex(hex, sizeof(hex), hash, sizeof(hash));
		file_free(&f);
		if (!strcmp(hex, json_string(files->items[i], "")))
			continue;
		fprintf(stderr, "  %s %s is another one\n", what, files->keys[i]);
		nr++;
	}
	return nr;
}

static unsigned int explain_program(const char *program, const char *wanted, const char *what)
{
	char command[PATH_MAX + 32], line[256] = "";
	FILE *p;

	/* Its path comes from the recipe, which the administrator trusts as the image. */
	if (strchr(program, '\''))
		return 0;
	snprintf(command, sizeof(command), "'%s' --version 2>/dev/null", program);
	p = popen(command, "re");
	if (p) {
		if (fgets(line, sizeof(line), p))
			line[strcspn(line, "\n")] = 0;
		while (fgetc(p) != EOF)
			;
		pclose(p);
	}
	if (!strcmp(line, wanted))
		return 0;
	fprintf(stderr, "  the %s is '%s'; the image was made by '%s'\n", what,
		*line ? line : "missing", wanted);
	return 1;
}

unsigned int recipe_explain(const struct recipe *m, const char *tree)
{
	unsigned int nr = explain_files(json_get(m->json, "sources"), tree, "source");

	nr += explain_files(json_get(m->json, "headers"), recipe_variable(m, "XEN_INCLUDE"),
			    "header");
	nr += explain_program(recipe_variable(m, "CMAKE_C_COMPILER"), recipe_compiler(m),
			      "compiler");
	nr += explain_program("ld", json_string(json_get(m->json, "linker"), ""), "linker");
	return nr;
}
