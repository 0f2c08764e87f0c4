/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "patch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "patches.h"

patch_public_name_fn *patch_public_name;

static void print_id(char hex[PATCH_ID_HEX], const struct ctrl_build_id *id)
{
	hex[0] = '\0';
	for (size_t i = 0; i < id->len; i++)
		snprintf(hex + 2 * i, 3, "%02x", id->bytes[i]);
}

struct patch *patch_set_find(const struct patch_set *set, const char *name)
{
	for (unsigned int i = 0; i < set->nr; i++)
		if (strcmp(set->patch[i].name, name) == 0)
			return &set->patch[i];
	return NULL;
}

bool patch_is_applied(const struct patch *p)
{
	return p->loaded && p->state == LIVEPATCH_STATE_APPLIED;
}

const char *patch_depends(const struct patch *p)
{
	return p->file ? json_string(json_get(p->file->facts, "depends"), NULL) : NULL;
}

struct patch *patch_set_top(const struct patch_set *set)
{
	return set->nr_applied ? &set->patch[set->applied[set->nr_applied - 1]] : NULL;
}

/* --- reading --------------------------------------------------------------------------- */

/* Xen lets in what is no text and could not be told in JSON. */
static void take_text(char *out, size_t room, const char *in)
{
	size_t i;

	for (i = 0; i < room - 1 && in[i]; i++)
		out[i] = in[i] < ' ' || in[i] > '~' ? '?' : in[i];
	out[i] = '\0';
}

static struct json *meta_of(const struct ctrl_livepatch *in)
{
	struct json *list = json_new_array();
	const char *at = in->metadata, *end = at + in->metadata_len;

	for (; at < end; at += strlen(at) + 1) {
		char text[1024], *value;
		struct json *pair;

		take_text(text, sizeof(text), at);
		value = strchr(text, '=');
		if (!value)
			continue;
		*value++ = '\0';
		pair = json_new_array();
		json_append(pair, json_new_string(text));
		json_append(pair, json_new_string(value));
		json_append(list, pair);
	}
	return list;
}

static int take_loaded(struct nacred *n, struct patch *p, const struct ctrl_livepatch *in,
		       struct rpc_error *e)
{
	int rc;

	take_text(p->name, sizeof(p->name), in->name);
	p->loaded = true;
	p->state = in->state;
	p->rc = in->rc;
	p->meta = meta_of(in);
	rc = ctrl_livepatch_info(n->ctrl, in->name, &p->info);
	if (rc && rc != -ENOSYS)
		return fail_errno(e, rc, "hypervisor.refused", "cannot ask for payload %s",
				  p->name);
	p->has_info = !rc;
	if (!rc)
		print_id(p->id, &p->info.id);
	return p->meta ? 0 : fail_memory(e);
}

/* The store's part: the same payload, or one that was never loaded. */
static void take_stored(struct patch *p, struct patch_file *f)
{
	const char *id = json_string(json_get(f->facts, "build_id"), "");

	if (p->loaded && p->id[0] && *id && strcmp(p->id, id) != 0) {
		snprintf(f->problem, sizeof(f->problem),
			 "the hypervisor has another payload of this name");
		return;
	}
	p->file = f;
	if (!p->loaded) {
		take_text(p->name, sizeof(p->name), f->name);
		p->meta = json_copy(json_get(f->facts, "info"));
	}
	if (!p->id[0])
		snprintf(p->id, sizeof(p->id), "%s", id);
}

/* Where it lies on the others; without the hypervisor's word in the order of the policy. */
static unsigned int position_of(const struct patch_store *store, const struct patch *p)
{
	if (p->has_info)
		return p->info.position;
	for (unsigned int i = 0; i < store->wanted->nr; i++)
		if (strcmp(json_string(store->wanted->items[i], ""), p->name) == 0)
			return i;
	return UINT32_MAX;
}

static void sort_applied(struct nacred *n, struct patch_set *set)
{
	const struct patch_store *store = &n->patches->store;

	for (unsigned int i = 0; i < set->nr; i++) {
		unsigned int at = set->nr_applied;

		if (!patch_is_applied(&set->patch[i]))
			continue;
		for (; at && position_of(store, &set->patch[set->applied[at - 1]]) >
				     position_of(store, &set->patch[i]);
		     at--)
			set->applied[at] = set->applied[at - 1];
		set->applied[at] = i;
		set->nr_applied++;
	}
}

static int read_ids(struct nacred *n, struct patch_set *set, struct rpc_error *e)
{
	struct ctrl_build_id id;
	int rc = ctrl_livepatch_build_id(n->ctrl, &id);

	if (rc)
		return fail_errno(e, rc, "hypervisor.refused",
				  "the hypervisor does not tell its build-id");
	print_id(set->hypervisor, &id);
	return 0;
}

static int join(struct nacred *n, struct patch_set *set, const struct ctrl_livepatch_list *list,
		struct rpc_error *e)
{
	const struct patch_store *store = &n->patches->store;
	size_t room = list->nr + store->nr_files;

	set->patch = calloc(room ? room : 1, sizeof(*set->patch));
	set->applied = calloc(room ? room : 1, sizeof(*set->applied));
	if (!set->patch || !set->applied)
		return fail_memory(e);
	for (size_t i = 0; i < list->nr; i++)
		if (take_loaded(n, &set->patch[set->nr++], &list->payload[i], e))
			return -1;
	for (struct patch_file *f = store->files; f; f = f->next) {
		struct patch *p = patch_set_find(set, f->name);

		take_stored(p ? p : &set->patch[set->nr++], f);
	}
	sort_applied(n, set);
	return 0;
}

/* Unloaded between the list and the question for it: once more. */
#define READ_TRIES 4

int patch_set_read(struct nacred *n, struct patch_set *set, struct rpc_error *e)
{
	struct ctrl_livepatch_list list;
	int rc = -ENOENT;

	for (unsigned int i = 0; i < READ_TRIES && rc; i++) {
		memset(set, 0, sizeof(*set));
		rc = ctrl_livepatch_list(n->ctrl, &list);
		if (rc) {
			fail_errno(e, rc, "hypervisor.refused", "cannot list live patches");
			return rc == -ENOSYS ? fail_hint(e, "this hypervisor has none") : -1;
		}
		rc = join(n, set, &list, e);
		ctrl_livepatch_list_free(&list);
		if (rc && i + 1 < READ_TRIES)
			patch_set_free(set);
	}
	return rc ? -1 : read_ids(n, set, e);
}

void patch_set_free(struct patch_set *set)
{
	for (unsigned int i = 0; i < set->nr; i++)
		json_free(set->patch[i].meta);
	free(set->patch);
	free(set->applied);
	memset(set, 0, sizeof(*set));
}

/* --- telling ----------------------------------------------------------------------------- */

struct json *patch_set_applied(const struct patch_set *set)
{
	struct json *names = json_new_array();

	for (unsigned int i = 0; i < set->nr_applied; i++)
		json_append(names, json_new_string(set->patch[set->applied[i]].name));
	return names;
}

static const char *state_word(const struct patch *p)
{
	return patch_is_applied(p) ? "applied" : p->loaded ? "checked" : "stored";
}

struct json *patch_set_state(struct nacred *n, const struct patch_set *set)
{
	struct json *v = json_new_object(), *payloads = json_new_object();

	for (unsigned int i = 0; i < set->nr; i++)
		json_set_string(payloads, set->patch[i].name, state_word(&set->patch[i]));
	json_set(v, "payloads", payloads);
	json_set(v, "applied", patch_set_applied(set));
	json_set(v, "policy", patch_store_policy(&n->patches->store));
	return v;
}

char *patch_meta_text(const struct json *meta, size_t *len)
{
	char *text = NULL;
	FILE *f = open_memstream(&text, len);

	for (size_t i = 0; f && meta && i < meta->nr; i++)
		fprintf(f, "%s=%s%c", json_string(meta->items[i]->items[0], ""),
			json_string(meta->items[i]->items[1], ""), 0);
	return f && fclose(f) == 0 ? text : NULL;
}

const char *patch_shown_as(struct nacred *n, const char *name, const struct json *meta)
{
	static char shown[4][PATCH_NAME_BYTES];
	static unsigned int turn;
	char *out = shown[++turn % 4], *text;
	size_t len = 0;

	if (!patch_public_name)
		return name;
	text = patch_meta_text(meta, &len);
	snprintf(out, PATCH_NAME_BYTES, "%.127s",
		 text ? patch_public_name(n, name, text, len) : "(unknown)");
	free(text);
	return out;
}

const char *patch_shown(struct nacred *n, const struct patch *p)
{
	return patch_shown_as(n, p->name, p->meta);
}

/* No payload has this name. */
#define OWN_NAME " "

static bool under_embargo(struct nacred *n, const struct patch *p)
{
	return strcmp(patch_shown_as(n, OWN_NAME, p->meta), OWN_NAME) != 0;
}

/* {key: [value...]} */
static struct json *describe_meta(const struct json *meta)
{
	struct json *v = json_new_object();

	for (size_t i = 0; meta && i < meta->nr; i++) {
		const char *key = json_string(meta->items[i]->items[0], "");
		struct json *values = json_get(v, key);

		if (!values) {
			json_set(v, key, json_new_array());
			values = json_get(v, key);
		}
		if (values)
			json_append(values, json_copy(meta->items[i]->items[1]));
	}
	return v;
}

static const char *action_word(uint32_t cmd)
{
	return cmd == LIVEPATCH_ACTION_APPLY	? "apply"
	       : cmd == LIVEPATCH_ACTION_REVERT ? "revert"
						: "replace";
}

static struct json *describe_last(const struct patch *p)
{
	struct json *v;

	if (!p->has_info || !p->info.cmd)
		return json_new_null();
	v = json_new_object();
	json_set_string(v, "action", action_word(p->info.cmd));
	json_set_string(v, "error", p->rc ? strerror(abs(p->rc)) : "");
	json_set_int(v, "pause_ns", (int64_t)p->info.pause_ns);
	json_set_int(v, "gather_ns", (int64_t)p->info.gather_ns);
	return v;
}

static struct json *id_or_null(const char *id)
{
	return id && *id ? json_new_string(id) : json_new_null();
}

static struct json *position(const struct patch_set *set, const struct patch *p)
{
	for (unsigned int i = 0; i < set->nr_applied; i++)
		if (&set->patch[set->applied[i]] == p)
			return json_new_int(i + 1);
	return json_new_null();
}

struct json *patch_describe(struct nacred *n, const struct patch_set *set, const struct patch *p,
			    bool trusted)
{
	bool hide = !trusted && under_embargo(n, p);
	const struct patch_file *f = p->file;
	const struct json *names = f && !hide ? json_get(f->facts, "functions") : NULL;
	struct json *v = json_new_object();

	json_set_string(v, "name", hide ? patch_shown(n, p) : p->name);
	json_set_string(v, "state", state_word(p));
	json_set(v, "position", position(set, p));
	json_set_bool(v, "stored", f != NULL);
	json_set_bool(v, "wanted", patch_store_wants(&n->patches->store, p->name));
	json_set(v, "signature",
		 f ? json_new_string(signature_verdict_name(f->verdict)) : json_new_null());
	json_set_string(v, "signed_by", f ? f->key_name : "");
	json_set_string(v, "problem", f && !hide ? f->problem : "");
	json_set(v, "build_id", id_or_null(hide ? NULL : p->id));
	json_set(v, "depends", id_or_null(hide ? NULL : patch_depends(p)));
	json_set(v, "functions", names ? json_copy(names) : json_new_array());
	json_set(v, "last", describe_last(p));
	json_set(v, "metadata", hide ? json_new_object() : describe_meta(p->meta));
	return v;
}
