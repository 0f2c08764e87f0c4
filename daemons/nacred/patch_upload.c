/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "patch_upload.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "events.h"
#include "log.h"
#include "patch.h"
#include "patch_inspect.h"
#include "patches.h"

struct patch_upload {
	struct nacred *n;
	struct patch_file file; /* what is known so far; not of the store */
	bool named, dry_run;
	uint8_t *bytes;
	size_t size, payload_size;
	struct patch_inspect *inspect;
};

static struct patch_store *store_of(const struct patch_upload *u)
{
	return &u->n->patches->store;
}

static void upload_free(struct patch_upload *u)
{
	u->n->patches->upload = NULL;
	patch_inspect_cancel(u->inspect);
	json_free(u->file.facts);
	free(u->bytes);
	free(u);
}

/* The file's name without folders and the last suffix. */
static void name_by_path(char out[PATCH_NAME_BYTES], const char *path)
{
	const char *base = strrchr(path, '/'), *dot;
	size_t len;

	base = base ? base + 1 : path;
	dot = strrchr(base, '.');
	len = dot && dot != base ? (size_t)(dot - base) : strlen(base);
	snprintf(out, PATCH_NAME_BYTES, "%.*s", len < PATCH_NAME_BYTES ? (int)len : 0, base);
}

static const char *info_value(const struct json *facts, const char *key)
{
	const struct json *info = json_get(facts, "info");

	for (size_t i = 0; info && i < info->nr; i++)
		if (strcmp(json_string(info->items[i]->items[0], ""), key) == 0)
			return json_string(info->items[i]->items[1], NULL);
	return NULL;
}

/* --- what stands in the way --------------------------------------------------------------- */

/* *@loaded: the hypervisor has the same payload already, which only was not kept. */
static int check_set(struct patch_upload *u, bool *loaded, struct rpc_error *e)
{
	const char *id = json_string(json_get(u->file.facts, "build_id"), "");
	const char *build = json_string(json_get(u->file.facts, "xen_depends"), "");
	struct patch_set set;
	int rc = patch_set_read(u->n, &set, e);

	*loaded = false;
	if (!rc && strcmp(build, set.hypervisor) != 0)
		rc = fail(e, XL_INVAL, "patch.wrong_build",
			  "%s is for the build %.40s, but %.40s runs", u->file.name, build,
			  set.hypervisor);
	for (unsigned int i = 0; i < set.nr && !rc; i++) {
		const struct patch *p = &set.patch[i];
		bool same_name = strcmp(p->name, u->file.name) == 0;

		if (strcmp(p->id, id) != 0 && !same_name)
			continue;
		if (p->file || !same_name || strcmp(p->id, id) != 0)
			rc = fail(e, XL_FAIL, "patch.exists",
				  "there is a payload %s already, with build-id %.40s", p->name,
				  p->id);
		else
			*loaded = true;
	}
	patch_set_free(&set);
	return rc;
}

static int refused(const struct patch_upload *u, int rc, struct rpc_error *e)
{
	if (rc == -EEXIST)
		fail(e, XL_FAIL, "patch.exists",
		     "the hypervisor has a payload of this name or build-id already");
	else
		fail_errno(e, rc, "patch.refused", "the hypervisor refuses %s", u->file.name);
	return fail_hint(e, "`xl dmesg' tells its reason");
}

/* --- keeping it ------------------------------------------------------------------------------ */

static int keep(struct patch_upload *u, bool loaded, struct rpc_error *e)
{
	struct patch_file *f;
	int rc;

	if (patch_store_prepare(store_of(u), u->file.name, u->bytes, u->size, e))
		return -1;
	rc = loaded ? 0
		    : ctrl_livepatch_upload(u->n->ctrl, u->file.name, u->bytes, u->payload_size);
	if (rc) {
		patch_store_discard(store_of(u), u->file.name);
		return refused(u, rc, e);
	}
	f = patch_store_commit(store_of(u), u->file.name, e);
	if (!f) {
		if (!loaded)
			ctrl_livepatch_action(u->n->ctrl, u->file.name, LIVEPATCH_ACTION_UNLOAD, 0,
					      0);
		return -1;
	}
	f->facts = u->file.facts;
	f->verdict = u->file.verdict;
	memcpy(f->key_name, u->file.key_name, sizeof(f->key_name));
	u->file.facts = NULL;
	return 0;
}

static struct json *describe(const struct patch_upload *u)
{
	struct json *v = json_new_object();

	json_set_string(v, "action", "upload");
	json_set_string(v, "name", u->file.name);
	json_set_string(v, "build_id", json_string(json_get(u->file.facts, "build_id"), ""));
	json_set_string(v, "signature", signature_verdict_name(u->file.verdict));
	json_set_string(v, "signed_by", u->file.key_name);
	return v;
}

/* Before it was looked at nobody knows for which advisory it is: then it has no name. */
static const char *shown(const struct patch_upload *u, const struct patch_file *f)
{
	const struct json *facts = f && f->facts ? f->facts : u->file.facts;

	return facts ? patch_shown_as(u->n, u->file.name, json_get(facts, "info")) : "?";
}

static void finish(struct patch_upload *u, const struct rpc_error *e, struct json *result)
{
	const char *name = shown(u, patch_store_find(store_of(u), u->file.name));
	struct json *event = json_new_object();
	struct nacred *n = u->n;
	bool tell = e || !u->dry_run;

	json_set_string(event, "name", name);
	json_set_string(event, "action", "upload");
	json_set_int(event, "pause_ns", 0);
	json_set_string(event, "error", e ? e->code : "");
	if (e)
		log_error("upload of payload %s failed (%s)", name, e->code);
	else if (tell)
		log_notice("payload %s is uploaded, signature: %s", name,
			   signature_verdict_name(u->file.verdict));
	upload_free(u);
	if (tell)
		events_tell(n, e ? "patch.failed" : "patch.uploaded", "patch", event);
	else
		json_free(event);
	patches_end(n, result, e);
}

static void on_inspected(void *arg, struct json *facts, const struct rpc_error *e)
{
	struct patch_upload *u = arg;
	struct rpc_error own = {0};
	struct json *result = NULL;
	const char *name;
	bool loaded;

	u->inspect = NULL;
	u->file.facts = facts;
	if (e) {
		own = *e;
		finish(u, &own, NULL);
		return;
	}
	name = u->named ? NULL : info_value(facts, "name");
	if (name)
		snprintf(u->file.name, sizeof(u->file.name), "%.127s", name);
	if (patch_store_check_free(store_of(u), u->file.name, &own) == 0 &&
	    check_set(u, &loaded, &own) == 0) {
		job_phase(u->n->patches->job, "keep", 60);
		result = describe(u);
		if (!u->dry_run)
			keep(u, loaded, &own);
	}
	if (own.number) {
		json_free(result);
		result = NULL;
	}
	finish(u, own.number ? &own : NULL, result);
}

/* --- the beginning ------------------------------------------------------------------ */

static int inspect(struct patch_upload *u, struct rpc_error *e)
{
	int fd = memfd_create("nacre-payload", MFD_CLOEXEC);

	if (fd < 0 || write(fd, u->bytes, u->payload_size) != (ssize_t)u->payload_size) {
		fail_errno(e, errno, "daemon.builder", "cannot make a memory file");
		if (fd >= 0)
			close(fd);
		return -1;
	}
	u->inspect = patch_inspect_start(u->n, fd, u->payload_size, on_inspected, u, e);
	close(fd);
	return u->inspect ? 0 : -1;
}

int patch_upload_start(struct nacred *n, const char *path, const char *name, bool dry_run,
		       struct rpc_error *e)
{
	struct patch_upload *u = calloc(1, sizeof(*u));

	if (!u)
		return fail_memory(e);
	u->n = n;
	u->named = name;
	u->dry_run = dry_run;
	n->patches->upload = u;
	if (name)
		snprintf(u->file.name, sizeof(u->file.name), "%s", name);
	else
		name_by_path(u->file.name, path);
	job_phase(n->patches->job, "read", 0);
	u->bytes = patch_store_read_file(path, &u->size, e);
	if (u->bytes &&
	    patch_store_judge(store_of(u), u->bytes, u->size, &u->file, &u->payload_size, e) == 0) {
		job_phase(n->patches->job, "look", 20);
		if (inspect(u, e) == 0)
			return 0;
	}
	upload_free(u);
	return -1;
}

void patch_upload_abandon(struct nacred *n)
{
	if (n->patches->upload)
		upload_free(n->patches->upload);
}
