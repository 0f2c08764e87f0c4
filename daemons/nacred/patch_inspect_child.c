/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* The process of patch_inspect.h: under seccomp from before the first byte is read. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "guest/sandbox.h"
#include "json.h"
#include "patch/payload.h"
#include "patch_inspect.h"

#define PAYLOAD_FD 3
#define RESULT_FD  4
/* Names of replaced functions that are told; their number is always. */
#define FUNCTIONS_TOLD 256u

static bool read_all(uint8_t *bytes, size_t size)
{
	size_t done = 0;

	while (done < size) {
		ssize_t n = pread(PAYLOAD_FD, bytes + done, size - done, (off_t)done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		done += (size_t)n;
	}
	return true;
}

static bool set_id(struct json *v, const char *key, const struct payload_id *id)
{
	char hex[PAYLOAD_ID_HEX];

	payload_id_print(id, hex);
	return json_set_string(v, key, hex);
}

static struct json *functions(const struct payload *p)
{
	struct json *list = json_new_array();

	for (uint32_t i = 0; i < p->nr_functions && i < FUNCTIONS_TOLD; i++)
		json_append(list, json_new_string(p->functions[i].name));
	return list;
}

static struct json *infos(const struct payload *p)
{
	struct json *list = json_new_array();

	for (uint32_t i = 0; i < p->nr_infos; i++) {
		const struct payload_info *info = &p->infos[i];
		struct json *pair = json_new_array();
		char key[128];

		snprintf(key, sizeof(key), "%.*s", (int)info->key_len, info->key);
		json_append(pair, json_new_string(key));
		json_append(pair, json_new_string(info->value));
		json_append(list, pair);
	}
	return list;
}

static bool describe(const struct payload *p, struct json *v)
{
	return set_id(v, "build_id", &p->id) && set_id(v, "depends", &p->depends) &&
	       set_id(v, "xen_depends", &p->xen_depends) &&
	       json_set(v, "functions", functions(p)) &&
	       json_set_int(v, "nr_functions", p->nr_functions) &&
	       json_set_bool(v, "has_data", p->has_data) &&
	       json_set_bool(v, "vetoes", payload_vetoes(p)) &&
	       json_set_int(v, "loaded", (int64_t)p->loaded) && json_set(v, "info", infos(p));
}

static bool look(const uint8_t *bytes, size_t size, struct json *v)
{
	struct patch_error why = {""};
	struct payload p;
	bool ok;

	if (payload_parse(bytes, size, &p, &why))
		ok = json_set_string(v, "error", why.text);
	else
		ok = describe(&p, v);
	payload_clear(&p);
	return ok;
}

static bool answer(const struct json *v)
{
	char *text = json_print(v, false);
	size_t len = text ? strlen(text) : 0;
	bool done = len && pwrite(RESULT_FD, text, len, 0) == (ssize_t)len;

	free(text);
	return done;
}

int patch_inspect_main(void)
{
	const char *env = getenv("PAYLOAD_SIZE");
	size_t size = env ? strtoul(env, NULL, 10) : 0;
	struct json *v = json_new_object();
	struct image_error why = {""};
	uint8_t *bytes;
	bool done;

	if (!size || size > PAYLOAD_MAX_SIZE || sandbox_enter(&why))
		return 2;
	bytes = malloc(size);
	done = v && bytes && read_all(bytes, size) && look(bytes, size, v) && answer(v);
	json_free(v);
	free(bytes);
	return done ? 0 : 2;
}
