/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* nacre-livepatch-build build: from a patch to a signed payload. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "livepatch/build.h"
#include "livepatch/build_options.h"
#include "livepatch/commands.h"
#include "livepatch/run.h"
#include "patch/signature.h"

#define MAX_PATCH (1u << 20)

/* --- the two builds --------------------------------------------------------------------------- */

static int wrong_build(const struct build *b, const char *tree, struct patch_error *err)
{
	char wanted[PAYLOAD_ID_HEX], made[PAYLOAD_ID_HEX];

	payload_id_print(&b->recipe.id, wanted);
	payload_id_print(&b->image.id, made);
	fprintf(stderr, "%s builds image %s:\n", tree, made);
	if (!recipe_explain(&b->recipe, tree))
		fputs("  sources, headers, compiler and linker are the same ones; options or a\n"
		      "  compiler cache that changes paths may not be\n",
		      stderr);
	return patch_fail(err, "this tree does not build the image that runs (%s)", wanted);
}

/* The very image that runs, built once more. */
static int build_image(struct build *b, const struct build_options *o, struct patch_error *err)
{
	char image[PATH_MAX], map[PATH_MAX];

	if (tree_copy(&b->tree, o->source, o->work, err) ||
	    tree_configure(&b->tree, &b->recipe, err) || tree_build(&b->tree, true, err))
		return -1;
	snprintf(image, sizeof(image), "%s/lib/nacre/nacre.elf", b->tree.build);
	snprintf(map, sizeof(map), "%s/map", b->tree.work);
	if (image_read(image, map, &b->image, err))
		return -1;
	if (!payload_id_equal(&b->image.id, &b->recipe.id))
		return wrong_build(b, o->source, err);
	return 0;
}

static int patch_with(struct build *b, const char *text, size_t len, const char *what,
		      struct patch_error *err)
{
	struct patch_error why = {""};
	unsigned int left_out;

	if (tree_patch(&b->tree, text, len, &left_out, &why))
		return patch_fail(err, "%.100s: %.140s", what, why.text);
	if (left_out)
		printf("%s: %u files that are not the hypervisor's are left out\n", what, left_out);
	return tree_build(&b->tree, false, err);
}

static int build_both(struct build *b, const struct build_options *o, const struct file *patch,
		      struct patch_error *err)
{
	char objects[PATH_MAX];

	if (build_image(b, o, err))
		return -1;
	for (uint32_t i = 0; i < b->nr_bases; i++) {
		size_t len;
		const char *text = base_source(&b->bases[i], &len);

		if (patch_with(b, text, len, b->bases[i].path, err))
			return -1;
	}
	if (tree_keep(&b->tree, "before", err) ||
	    patch_with(b, (char *)patch->bytes, patch->size, o->patch, err) ||
	    tree_keep(&b->tree, "after", err))
		return -1;
	snprintf(objects, sizeof(objects), "%s/before-objects", b->tree.work);
	if (object_set_read(objects, &b->before, err))
		return -1;
	snprintf(objects, sizeof(objects), "%s/after-objects", b->tree.work);
	return object_set_read(objects, &b->after, err);
}

/* --- payloads below ----------------------------------------------------------------- */

static int read_bases(struct build *b, const struct build_options *o, struct patch_error *err)
{
	const struct payload_id *below = &b->recipe.id;

	b->bases = calloc(o->nr_depends + 1, sizeof(*b->bases));
	if (!b->bases)
		return patch_fail(err, "out of memory");
	for (; b->nr_bases < o->nr_depends; b->nr_bases++) {
		struct base *base = &b->bases[b->nr_bases];

		if (base_read(o->depends[b->nr_bases], base, err)) {
			base_free(base);
			return -1;
		}
		if (payload_id_equal(&base->payload.xen_depends, &b->recipe.id) &&
		    payload_id_equal(&base->payload.depends, below)) {
			below = &base->payload.id;
			continue;
		}
		patch_fail(err, "%s does not lie on %s", base->path,
			   b->nr_bases ? b->bases[b->nr_bases - 1].path : "this build");
		base_free(base);
		return -1;
	}
	return 0;
}

/* --- the payload
 * ------------------------------------------------------------------------------------ */

static void list_changes(const struct build *b)
{
	for (uint32_t n = 0; n < b->after.nr; n++) {
		const struct object *o = &b->after.objects[n];

		for (uint32_t k = 0; k < o->nr_items; k++) {
			const struct item *i = &o->items[k];
			const char *what = "needs";

			if (!i->included || (!i->symbol && i->kind != ITEM_HOOK))
				continue;
			if (i->kind == ITEM_HOOK)
				what = "hook";
			else if (is_site(b, o, i))
				what = "replaces";
			else if (i->state == ITEM_NEW)
				what = "adds";
			printf("%-8s %.*s %s\n", what, (int)strlen(o->path) - 2, o->path, i->name);
		}
	}
}

/* What these tools and the hypervisor would say to it, before anybody else sees it. */
static int check_output(const struct file *out, struct patch_error *err)
{
	struct patch_error why;
	struct payload p;
	int rc = payload_parse(out->bytes, out->size, &p, &why);

	payload_clear(&p);
	return rc ? patch_fail(err, "the payload %.200s", why.text) : 0;
}

static int write_output(const struct build_options *o, struct file *out, struct patch_error *err)
{
	struct secret_key key;
	uint8_t *file;
	int rc;

	if (o->is_unsigned)
		return file_write(o->output, out->bytes, out->size, err);
	rc = key_read_secret(o->key, &key, err);
	if (!rc) {
		rc = signature_sign(out->bytes, out->size, &key, &file, err);
		if (!rc) {
			rc = file_write(o->output, file, out->size + SIGNATURE_TRAILER_SIZE, err);
			free(file);
		}
	}
	key_forget(&key);
	return rc;
}

static int make(struct build *b, const struct build_options *o, const struct file *patch,
		struct patch_error *err)
{
	struct write_info info = {o->modinfo, o->modinfo_len, (char *)patch->bytes, patch->size};
	struct file out;
	int rc;

	if (change_find(b, err) || (!b->refusals && select_items(b, err)))
		return -1;
	if (b->refusals)
		return patch_fail(err, "%s cannot be applied to a running hypervisor", o->patch);
	list_changes(b);
	rc = write_payload(b, &info, &out, err);
	if (rc)
		return -1;
	rc = check_output(&out, err);
	if (!rc && !o->dry_run) {
		rc = write_output(o, &out, err);
		if (!rc)
			printf("%s\n", o->output);
	}
	file_free(&out);
	return rc;
}

static void build_free(struct build *b)
{
	for (uint32_t i = 0; i < b->nr_bases; i++)
		base_free(&b->bases[i]);
	free(b->bases);
	free(b->reported);
	object_set_free(&b->before);
	object_set_free(&b->after);
	image_free(&b->image);
	recipe_free(&b->recipe);
}

static int build(const struct build_options *o, struct patch_error *err)
{
	struct build b = {0};
	struct file patch = {0};
	int rc = recipe_read(o->recipes, o->build_id, &b.recipe, err);

	if (!rc)
		rc = read_bases(&b, o, err);
	if (!rc)
		rc = file_read(o->patch, MAX_PATCH, &patch, err);
	if (!rc)
		rc = build_both(&b, o, &patch, err);
	if (!rc)
		rc = make(&b, o, &patch, err);
	build_free(&b);
	file_free(&patch);
	return rc;
}

/* --- the working directory
 * ----------------------------------------------------------------------------- */

int cmd_build(int argc, char **argv)
{
	char temporary[PATH_MAX / 4], work[PATH_MAX];
	char *remove[] = {"rm", "-rf", work, NULL};
	struct patch_error err = {""}, ignored = {""};
	struct build_options o;
	int rc = build_options_parse(&o, argc, argv);
	bool keep = o.work;

	if (rc)
		return rc;
	if (!keep) {
		const char *tmp = getenv("TMPDIR");

		snprintf(temporary, sizeof(temporary), "%s/nacre-livepatch.XXXXXX",
			 tmp && *tmp == '/' ? tmp : "/tmp");
		o.work = mkdtemp(temporary);
	} else if (mkdir(o.work, 0777) && errno != EEXIST) {
		return complain("%s: %s", o.work, strerror(errno));
	}
	if (!o.work || !realpath(o.work, work))
		return complain("%s: %s", keep ? o.work : temporary, strerror(errno));
	o.work = work;
	/* A compiler cache may return what was compiled elsewhere. */
	setenv("CCACHE_DISABLE", "1", 1);
	rc = build(&o, &err) ? complain("%s", err.text) : EXIT_OK;
	if (!keep)
		run("/", "/dev/null", remove, &ignored);
	build_options_free(&o);
	return rc;
}
