/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "records.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uuid/uuid.h>

#include "durable.h"
#include "limits.h"
#include "log.h"

#define FORMAT 1

/* A config as large as a request, and what stands around it. */
static const struct json_limits file_limits = {
	.max_bytes = 2 * LIMIT_REQUEST_BYTES,
	.max_depth = LIMIT_REQUEST_DEPTH + 2,
	.max_values = LIMIT_REQUEST_VALUES + 64,
};

static const char *const state_words[] = {
	[RECORD_CREATING] = "creating",
	[RECORD_RUNNING] = "running",
	[RECORD_RESTARTING] = "restarting",
};
#define NR_STATES (int)(sizeof(state_words) / sizeof(state_words[0]))

void record_free(struct record *r)
{
	if (!r)
		return;
	json_free(r->config);
	json_free(r->userdata);
	json_free(r->next_config);
	free(r->name);
	free(r);
}

struct json *record_to_json(const struct record *r)
{
	struct json *v = json_new_object();
	bool ok = json_set_int(v, "format", FORMAT) && json_set_string(v, "uuid", r->uuid) &&
		  json_set_string(v, "name", r->name) &&
		  json_set_string(v, "state", state_words[r->state]) &&
		  json_set_int(v, "domid", r->domid) &&
		  json_set_int(v, "generation", r->generation) &&
		  json_set_real(v, "start_time", r->start_time);

	if (ok && r->begins_paused)
		ok = json_set_bool(v, "begins_paused", true);
	if (ok && r->preserve_as[0])
		ok = json_set_string(v, "preserve_as", r->preserve_as);
	if (ok && r->keep_ended)
		ok = json_set_bool(v, "keep_ended", true);
	if (ok)
		ok = json_set(v, "config", json_copy(r->config));
	if (ok && r->userdata && r->userdata->nr)
		ok = json_set(v, "userdata", json_copy(r->userdata));
	if (ok && r->next_config)
		ok = json_set(v, "next_config", json_copy(r->next_config));
	if (ok)
		return v;
	json_free(v);
	return NULL;
}

/* Whether @text is a UUID; copied in lower case. */
static bool take_uuid(char out[UUID_TEXT], const char *text)
{
	uuid_t u;

	if (!text || uuid_parse(text, u))
		return false;
	uuid_unparse_lower(u, out);
	return true;
}

struct record *record_from_json(const struct json *v)
{
	const char *name = json_string(json_get(v, "name"), NULL);
	const char *state = json_string(json_get(v, "state"), "");
	const char *preserve = json_string(json_get(v, "preserve_as"), NULL);
	const struct json *config = json_get(v, "config");
	const struct json *userdata = json_get(v, "userdata");
	const struct json *next = json_get(v, "next_config");
	struct record *r = calloc(1, sizeof(*r));
	int s = 0;

	if (!r)
		return NULL;
	while (s < NR_STATES && strcmp(state_words[s], state) != 0)
		s++;
	if (json_int(json_get(v, "format"), 0) != FORMAT || s == NR_STATES || !name || !config ||
	    config->type != JSON_OBJECT || (userdata && userdata->type != JSON_OBJECT) ||
	    (next && next->type != JSON_OBJECT) ||
	    (preserve && !take_uuid(r->preserve_as, preserve)) ||
	    !take_uuid(r->uuid, json_string(json_get(v, "uuid"), NULL))) {
		free(r);
		return NULL;
	}
	r->state = (enum record_state)s;
	r->domid = json_int(json_get(v, "domid"), -1);
	r->generation = (unsigned int)json_int(json_get(v, "generation"), 1);
	r->start_time = json_real(json_get(v, "start_time"), 0);
	r->begins_paused = json_bool(json_get(v, "begins_paused"), false);
	r->keep_ended = json_bool(json_get(v, "keep_ended"), false);
	r->name = strdup(name);
	r->config = json_copy(config);
	r->userdata = userdata ? json_copy(userdata) : NULL;
	r->next_config = next ? json_copy(next) : NULL;
	if (r->name && r->config && (r->userdata || !userdata) && (r->next_config || !next))
		return r;
	record_free(r);
	return NULL;
}

static void file_of(const char *uuid, char name[UUID_TEXT + 8])
{
	snprintf(name, UUID_TEXT + 8, "%s.json", uuid);
}

static void load_one(struct records *rs, const char *file)
{
	char path[600], why[DURABLE_WHY];
	struct json *v = NULL;
	struct record *r = NULL;
	size_t len = 0;
	char *text;

	snprintf(path, sizeof(path), "%s/%s", rs->dir, file);
	text = durable_read(path, file_limits.max_bytes, &len, why);
	if (text)
		v = json_parse(text, len, &file_limits, why, sizeof(why));
	free(text);
	if (v) {
		snprintf(why, sizeof(why), "not a record of this version");
		r = record_from_json(v);
	}
	json_free(v);
	if (r && strncmp(file, r->uuid, UUID_TEXT - 1) == 0) {
		r->next = rs->first;
		rs->first = r;
		return;
	}
	record_free(r);
	durable_set_aside(path, why, "its domain, if it runs, goes on without");
}

static bool ends_with(const char *s, const char *end)
{
	size_t len = strlen(s), n = strlen(end);

	return len >= n && strcmp(s + len - n, end) == 0;
}

int records_load(struct records *rs, const char *dir)
{
	struct dirent *entry;
	DIR *d;

	snprintf(rs->dir, sizeof(rs->dir), "%s", dir);
	rs->first = NULL;
	if (mkdir(dir, 0700) && errno != EEXIST)
		return -errno;
	d = opendir(dir);
	if (!d)
		return -errno;
	while ((entry = readdir(d)))
		if (!durable_sweep(dir, entry->d_name) && ends_with(entry->d_name, ".json"))
			load_one(rs, entry->d_name);
	closedir(d);
	return 0;
}

void records_free(struct records *rs)
{
	struct record *r;

	while ((r = rs->first)) {
		rs->first = r->next;
		record_free(r);
	}
}

struct record *record_new(struct records *rs, const char *uuid, const char *name,
			  struct json *config)
{
	struct record *r = calloc(1, sizeof(*r));

	if (r)
		r->name = strdup(name);
	if (!r || !r->name || !config) {
		free(r ? r->name : NULL);
		free(r);
		json_free(config);
		return NULL;
	}
	snprintf(r->uuid, sizeof(r->uuid), "%s", uuid);
	r->config = config;
	r->domid = -1;
	r->generation = 1;
	r->next = rs->first;
	rs->first = r;
	return r;
}

int record_save(struct records *rs, struct record *r, struct rpc_error *e)
{
	struct json *v = record_to_json(r);
	char *text = v ? json_print(v, true) : NULL;
	char name[UUID_TEXT + 8];
	int rc;

	json_free(v);
	if (!text)
		return fail_memory(e);
	file_of(r->uuid, name);
	rc = durable_replace(rs->dir, name, text, strlen(text), e);
	free(text);
	return rc;
}

void record_remove(struct records *rs, struct record *r)
{
	char name[UUID_TEXT + 8];
	struct record **at;
	struct rpc_error e;

	file_of(r->uuid, name);
	if (durable_remove(rs->dir, name, &e))
		log_error("%s", e.message);
	for (at = &rs->first; *at; at = &(*at)->next) {
		if (*at != r)
			continue;
		*at = r->next;
		break;
	}
	record_free(r);
}

int record_set_name(struct record *r, const char *name)
{
	char *copy = strdup(name);

	if (!copy || !json_set_string(json_get(r->config, "c_info"), "name", name) ||
	    (r->next_config &&
	     !json_set_string(json_get(r->next_config, "c_info"), "name", name))) {
		free(copy);
		return -1;
	}
	free(r->name);
	r->name = copy;
	return 0;
}

struct record *record_by_uuid(const struct records *rs, const char *uuid)
{
	struct record *r;

	for (r = rs->first; r; r = r->next)
		if (strcmp(r->uuid, uuid) == 0)
			return r;
	return NULL;
}

struct record *record_by_name(const struct records *rs, const char *name)
{
	struct record *r;

	for (r = rs->first; r; r = r->next)
		if (strcmp(r->name, name) == 0)
			return r;
	return NULL;
}
