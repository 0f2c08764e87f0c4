/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "patch_store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <instance.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "durable.h"
#include "log.h"
#include "patch/payload.h"

#define SUFFIX ".payload"
/* NAME.payload */
#define FILE_NAME_BYTES (PATCH_NAME_BYTES + sizeof(SUFFIX))

_Static_assert(FILE_NAME_BYTES + sizeof(DURABLE_SUFFIX) < 256, "NAME_MAX of file systems");

static void file_name(char out[FILE_NAME_BYTES], const char *name)
{
	snprintf(out, FILE_NAME_BYTES, "%s" SUFFIX, name);
}

int patch_store_check_name(const char *name, struct rpc_error *e)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789._+:@~-";
	size_t len = strlen(name);

	if (len && len < PATCH_NAME_BYTES && strspn(name, letters) == len && name[0] != '.' &&
	    name[0] != '-')
		return 0;
	fail(e, XL_INVAL, "patch.bad_name", "\"%.40s\" cannot be the name of a payload", name);
	fail_hint(e, "1 to %d letters, digits and ._+:@~-, the first no . or -",
		  PATCH_NAME_BYTES - 1);
	return fail_field(e, "name");
}

struct patch_file *patch_store_find(const struct patch_store *store, const char *name)
{
	struct patch_file *f;

	for (f = store->files; f; f = f->next)
		if (strcmp(f->name, name) == 0)
			return f;
	return NULL;
}

static int usable(const struct patch_store *store, struct rpc_error *e)
{
	if (!store->broken[0])
		return 0;
	fail(e, XL_FAIL, "patch.store", "payloads cannot be kept: %.200s", store->broken);
	return fail_hint(e, "nacred(8) tells where they belong");
}

int patch_store_check_free(const struct patch_store *store, const char *name, struct rpc_error *e)
{
	if (patch_store_check_name(name, e) || usable(store, e))
		return -1;
	if (patch_store_find(store, name))
		return fail(e, XL_FAIL, "patch.exists", "there is a payload %s already", name);
	if (store->nr_files >= LIMIT_PATCHES)
		return fail(e, XL_BUFFERFULL, "patch.too_many", "%d payloads are kept already",
			    LIMIT_PATCHES);
	return 0;
}

static struct patch_file *add_file(struct patch_store *store, const char *name)
{
	struct patch_file *f = calloc(1, sizeof(*f)), **at;

	if (!f)
		return NULL;
	snprintf(f->name, sizeof(f->name), "%s", name);
	f->verdict = SIGNATURE_NONE;
	/* By name: the order of a directory is nobody's. */
	for (at = &store->files; *at && strcmp((*at)->name, name) < 0; at = &(*at)->next)
		;
	f->next = *at;
	*at = f;
	store->nr_files++;
	return f;
}

static void drop_file(struct patch_store *store, struct patch_file *f)
{
	struct patch_file **at;

	for (at = &store->files; *at != f; at = &(*at)->next)
		;
	*at = f->next;
	store->nr_files--;
	json_free(f->facts);
	free(f);
}

/* --- payloads ------------------------------------------------------------------------- */

int patch_store_prepare(struct patch_store *store, const char *name, const void *bytes, size_t size,
			struct rpc_error *e)
{
	char file[FILE_NAME_BYTES];

	if (patch_store_check_free(store, name, e))
		return -1;
	file_name(file, name);
	return durable_prepare(store->dir, file, bytes, size, e);
}

struct patch_file *patch_store_commit(struct patch_store *store, const char *name,
				      struct rpc_error *e)
{
	struct patch_file *f = add_file(store, name);
	char file[FILE_NAME_BYTES];

	file_name(file, name);
	if (!f) {
		durable_discard(store->dir, file);
		fail_memory(e);
		return NULL;
	}
	if (durable_commit(store->dir, file, e) == 0)
		return f;
	drop_file(store, f);
	return NULL;
}

void patch_store_discard(struct patch_store *store, const char *name)
{
	char file[FILE_NAME_BYTES];

	file_name(file, name);
	durable_discard(store->dir, file);
}

int patch_store_remove(struct patch_store *store, struct patch_file *f, struct rpc_error *e)
{
	char file[FILE_NAME_BYTES];

	file_name(file, f->name);
	if (durable_remove(store->dir, file, e))
		return -1;
	drop_file(store, f);
	return 0;
}

/* A whole regular file of at most a signed payload's size; NULL and errno. */
static uint8_t *read_whole(const char *path, int flags, size_t *size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | flags);
	uint8_t *bytes = NULL;
	struct stat st;

	if (fd < 0)
		return NULL;
	if (fstat(fd, &st)) {
		/* errno says why */
	} else if (!S_ISREG(st.st_mode) || st.st_size <= 0) {
		errno = EINVAL;
	} else if (st.st_size > (off_t)(PAYLOAD_MAX_SIZE + SIGNATURE_TRAILER_SIZE)) {
		errno = EFBIG;
	} else {
		bytes = malloc((size_t)st.st_size);
		*size = (size_t)st.st_size;
	}
	if (bytes && pread(fd, bytes, *size, 0) != st.st_size) {
		free(bytes);
		bytes = NULL;
		errno = EIO;
	}
	close(fd);
	return bytes;
}

int patch_store_judge(const struct patch_store *store, const uint8_t *bytes, size_t size,
		      struct patch_file *f, size_t *payload_size, struct rpc_error *e)
{
	struct patch_error why = {""};
	struct signature sig;

	f->verdict = signature_verify(bytes, size, store->keys, &sig, &why);
	snprintf(f->key_name, sizeof(f->key_name), "%s", sig.key_name);
	f->problem[0] = '\0';
	*payload_size = size;
	if (f->verdict == SIGNATURE_GOOD)
		*payload_size = sig.payload_size;
	else if (f->verdict != SIGNATURE_NONE && size > SIGNATURE_TRAILER_SIZE)
		*payload_size = size - SIGNATURE_TRAILER_SIZE;
	if (f->verdict == SIGNATURE_GOOD || (f->verdict == SIGNATURE_NONE && store->allow_unsigned))
		return 0;
	snprintf(f->problem, sizeof(f->problem), "%s", why.text);
	if (f->verdict == SIGNATURE_NONE) {
		fail(e, XL_FAIL, "patch.unsigned", "%s is not signed", f->name);
		return fail_hint(e, "sign it, or let the policy allow unsigned payloads");
	}
	fail(e, XL_FAIL, "patch.signature", "%s: %.200s", f->name, why.text);
	return fail_hint(e, "public keys belong into %.150s", store->keys);
}

uint8_t *patch_store_read_file(const char *path, size_t *size, struct rpc_error *e)
{
	uint8_t *bytes = read_whole(path, O_NONBLOCK, size);

	if (bytes)
		return bytes;
	if (errno == EFBIG)
		fail(e, XL_INVAL, "patch.too_large", "%.200s is larger than a payload can be",
		     path);
	else if (errno == EINVAL)
		fail(e, XL_INVAL, "patch.refused", "%.200s is empty or no regular file", path);
	else
		fail_errno(e, errno, "patch.store", "cannot read %.200s", path);
	fail_field(e, "file");
	return NULL;
}

uint8_t *patch_store_read(const struct patch_store *store, struct patch_file *f, size_t *size,
			  struct rpc_error *e)
{
	char file[FILE_NAME_BYTES], path[600];
	uint8_t *bytes;

	file_name(file, f->name);
	snprintf(path, sizeof(path), "%s/%s", store->dir, file);
	bytes = read_whole(path, O_NOFOLLOW | O_NONBLOCK, size);
	if (!bytes) {
		fail_errno(e, errno, "patch.store", "cannot read %s", path);
		snprintf(f->problem, sizeof(f->problem), "%.255s", e->message);
	}
	return bytes;
}

/* --- policy ----------------------------------------------------------------------------- */

void patch_pending_clear(struct patch_pending *p)
{
	json_free(p->before);
	json_free(p->after);
	json_free(p->wanted);
	memset(p, 0, sizeof(*p));
}

bool patch_store_wants(const struct patch_store *store, const char *name)
{
	for (size_t i = 0; i < store->wanted->nr; i++)
		if (strcmp(json_string(store->wanted->items[i], ""), name) == 0)
			return true;
	return false;
}

static struct json *pending_to_json(const struct patch_pending *p)
{
	struct json *v;

	if (!p->after)
		return json_new_null();
	v = json_new_object();
	if (json_set_string(v, "instance", p->instance) &&
	    json_set(v, "before", json_copy(p->before)) &&
	    json_set(v, "after", json_copy(p->after)) &&
	    json_set(v, "wanted", json_copy(p->wanted)))
		return v;
	json_free(v);
	return NULL;
}

struct json *patch_store_policy(const struct patch_store *store)
{
	struct json *v = json_new_object();

	if (json_set_bool(v, "allow_unsigned", store->allow_unsigned) &&
	    json_set(v, "wanted", json_copy(store->wanted)))
		return v;
	json_free(v);
	return NULL;
}

int patch_store_save_policy(const struct patch_store *store, struct rpc_error *e)
{
	struct json *v = patch_store_policy(store);
	char *text = NULL;
	int rc;

	if (usable(store, e)) {
		json_free(v);
		return -1;
	}
	if (v && json_set_int(v, "format", 1) &&
	    json_set(v, "pending", pending_to_json(&store->pending)))
		text = json_print(v, true);
	json_free(v);
	if (!text)
		return fail_memory(e);
	rc = durable_replace(store->dir, "policy.json", text, strlen(text), e);
	free(text);
	return rc;
}

/* A list of names, copied; NULL if it is none. */
static struct json *names_of(const struct json *v)
{
	struct rpc_error e;

	if (!v || v->type != JSON_ARRAY || v->nr > LIMIT_PATCHES)
		return NULL;
	for (size_t i = 0; i < v->nr; i++)
		if (patch_store_check_name(json_string(v->items[i], ""), &e))
			return NULL;
	return json_copy(v);
}

static bool policy_from_json(struct patch_store *store, const struct json *v)
{
	struct patch_pending *p = &store->pending;
	const struct json *pending = json_get(v, "pending");
	struct json *wanted = names_of(json_get(v, "wanted"));

	if (json_int(json_get(v, "format"), 0) != 1 || !wanted) {
		json_free(wanted);
		return false;
	}
	json_free(store->wanted);
	store->wanted = wanted;
	store->allow_unsigned = json_bool(json_get(v, "allow_unsigned"), false);
	if (!pending || pending->type != JSON_OBJECT)
		return true;
	snprintf(p->instance, sizeof(p->instance), "%s",
		 json_string(json_get(pending, "instance"), ""));
	p->before = names_of(json_get(pending, "before"));
	p->after = names_of(json_get(pending, "after"));
	p->wanted = names_of(json_get(pending, "wanted"));
	return p->before && p->after && p->wanted;
}

static void load_policy(struct patch_store *store)
{
	static const struct json_limits limits = {
		.max_bytes = 1u << 20, .max_depth = 6, .max_values = 8192};
	char path[600], why[DURABLE_WHY], *text;
	struct json *v = NULL;
	size_t len = 0;
	bool ok;

	snprintf(path, sizeof(path), "%s/policy.json", store->dir);
	text = durable_read(path, limits.max_bytes, &len, why);
	if (!text && !why[0])
		return;
	if (text)
		v = json_parse(text, len, &limits, why, sizeof(why));
	free(text);
	ok = v && policy_from_json(store, v);
	if (!ok) {
		patch_pending_clear(&store->pending);
		durable_set_aside(path, v ? "not a policy of this version" : why,
				  "no payload is wanted any more");
	}
	json_free(v);
}

/* --- the directory ------------------------------------------------------------------------ */

static void load_entry(struct patch_store *store, const char *file)
{
	size_t len = strlen(file), suffix = sizeof(SUFFIX) - 1;
	char name[PATCH_NAME_BYTES];
	struct rpc_error e;

	if (durable_sweep(store->dir, file) || len <= suffix || len - suffix >= sizeof(name) ||
	    strcmp(file + len - suffix, SUFFIX) != 0)
		return;
	snprintf(name, sizeof(name), "%.*s", (int)(len - suffix), file);
	if (patch_store_check_free(store, name, &e) || !add_file(store, name))
		log_error("%s/%s is left alone: %s", store->dir, file, e.message);
}

static int choose_dirs(struct patch_store *store, const char *instance)
{
	char what[64];
	int rc;

	snprintf(what, sizeof(what), "patches/%s", instance);
	rc = instance_state(what, store->dir, sizeof(store->dir));
	return rc ? rc : instance_config("keys", store->keys, sizeof(store->keys));
}

int patch_store_open(struct patch_store *store, const char *instance)
{
	struct dirent *entry;
	DIR *d = NULL;
	int rc;

	memset(store, 0, sizeof(*store));
	store->wanted = json_new_array();
	if (!store->wanted)
		return -ENOMEM;
	rc = choose_dirs(store, instance);
	if (!rc)
		rc = durable_directory(store->dir);
	if (!rc) {
		d = opendir(store->dir);
		rc = d ? 0 : -errno;
	}
	if (rc) {
		snprintf(store->broken, sizeof(store->broken), "%.180s: %s",
			 store->dir[0] ? store->dir : "no directory is known",
			 rc == -EPERM ? "not a directory of nacred's user alone" : strerror(-rc));
		log_error("payloads cannot be kept: %s", store->broken);
		return 0;
	}
	while ((entry = readdir(d)))
		load_entry(store, entry->d_name);
	closedir(d);
	load_policy(store);
	return 0;
}

void patch_store_close(struct patch_store *store)
{
	while (store->files)
		drop_file(store, store->files);
	json_free(store->wanted);
	patch_pending_clear(&store->pending);
	memset(store, 0, sizeof(*store));
}
