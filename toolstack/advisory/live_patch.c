/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "live_patch.h"

#include <stdio.h>
#include <string.h>

#include "advisory_id.h"
#include "advisory.h"

#define SEPARATORS ", \t;"

/* One word of a list, of @len bytes. */
static bool add_word(struct live_patch *p, const char *word, size_t len)
{
	char text[ADVISORY_ID_MAX * 2], id[ADVISORY_ID_MAX];
	size_t i;

	if (!len || len >= sizeof(text) || p->fixes->nr == ADVISORY_LIST_MAX)
		return true;
	for (i = 0; i < len; i++)
		if (word[i] <= ' ' || word[i] > '~')
			return true;
	snprintf(text, sizeof(text), "%.*s", (int)len, word);
	if (advisory_id_parse(text, id))
		snprintf(text, sizeof(text), "%s", id);
	if (advisory_list_has(p->fixes, text))
		return true;
	return json_append(p->fixes, json_new_string(text));
}

static bool add_list(struct live_patch *p, const char *list, size_t len)
{
	const char *end = list + len;

	while (list < end) {
		size_t word = 0;

		while (list + word < end && !strchr(SEPARATORS, list[word]))
			word++;
		if (!add_word(p, list, word))
			return false;
		list += word + 1;
	}
	return true;
}

bool live_patch_read(struct live_patch *p, const char *name, enum live_patch_state state,
		     const char *metadata, size_t len)
{
	static const char *const keys[] = {"advisory=", "cve=", "fixes="};
	size_t at = 0, i;

	*p = (struct live_patch){.state = state, .fixes = json_new_array()};
	snprintf(p->name, sizeof(p->name), "%s", name);
	while (p->fixes && at < len) {
		size_t size = strnlen(metadata + at, len - at);

		for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
			size_t key = strlen(keys[i]);

			if (size > key && memcmp(metadata + at, keys[i], key) == 0 &&
			    !add_list(p, metadata + at + key, size - key)) {
				live_patch_free(p);
				return false;
			}
		}
		at += size + 1;
	}
	return p->fixes;
}

void live_patch_free(struct live_patch *p)
{
	json_free(p->fixes);
	p->fixes = NULL;
}

bool live_patch_fixes(const struct live_patch *p, const char *word)
{
	return advisory_list_has(p->fixes, word);
}
