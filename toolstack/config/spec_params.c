/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "spec_params.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <uuid/uuid.h>

#include "members.h"

static void complain(FILE *report, const char *format, const char *about)
{
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	fprintf(report, format, about);
#pragma GCC diagnostic pop
}

static bool set_word(struct json *object, const char *member, const struct spec_param *p,
		     const char *value, FILE *report)
{
	size_t i;

	for (i = 0; p->words[i]; i++)
		if (!strcasecmp(p->words[i], value))
			break;
	if (!p->words[i]) {
		complain(report, p->complaint, value);
		return false;
	}
	if (i)
		return json_set_string(object, member, p->words[i]);
	members_remove(object, member);
	return true;
}

static bool set_uuid(struct json *object, const char *member, const struct spec_param *p,
		     const char *value, FILE *report)
{
	char canonical[UUID_STR_LEN];
	uuid_t uuid;

	if (uuid_parse(value, uuid)) {
		complain(report, p->complaint, value);
		return false;
	}
	uuid_unparse_lower(uuid, canonical);
	if (!uuid_is_null(uuid))
		return json_set_string(object, member, canonical);
	members_remove(object, member);
	return true;
}

static bool set_bool(struct json *object, const char *member, bool value)
{
	if (value)
		return json_set_bool(object, member, true);
	members_remove(object, member);
	return true;
}

/* Numbers end where they are none, as they do in C. */
static bool set_value(struct json *object, const char *member, const struct spec_param *p,
		      const char *value, FILE *report)
{
	switch (p->value) {
	case SPEC_STRING:
		return json_set_string(object, member, value);
	case SPEC_INT:
		return members_set_int(object, member, (int32_t)strtol(value, NULL, 10), 0);
	case SPEC_DEVID:
		return members_set_int(object, member, (int32_t)strtol(value, NULL, 10), -1);
	case SPEC_UNSIGNED:
		return members_set_int(object, member, (uint32_t)strtoul(value, NULL, 0), 0);
	case SPEC_BYTE:
		return members_set_int(object, member, (uint8_t)strtoul(value, NULL, 0), 0);
	case SPEC_BOOL:
		return set_bool(object, member, strtoul(value, NULL, 0));
	case SPEC_DEFBOOL:
		return json_set_string(object, member,
				       (int32_t)strtol(value, NULL, 10) ? "True" : "False");
	case SPEC_WORD:
		return set_word(object, member, p, value, report);
	case SPEC_UUID:
		return set_uuid(object, member, p, value, report);
	}
	return false;
}

static bool set_param(struct json *device, const struct spec_param *p, const char *value,
		      FILE *report)
{
	const char *dot = strrchr(p->member, '.');
	char parent[32];

	if (!dot)
		return set_value(device, p->member, p, value, report);
	snprintf(parent, sizeof(parent), "%.*s", (int)(dot - p->member), p->member);
	return set_value(json_get(device, parent), dot + 1, p, value, report);
}

/* One KEY=VALUE; *@more: what follows is looked at. */
static bool read_entry(const struct spec_params *params, char *entry, struct json *device,
		       FILE *report, bool *more)
{
	bool splits = params->flags & SPEC_ENDS_WITHOUT_VALUE;
	char *value = strchr(entry, '=');
	const struct spec_param *p;
	size_t len;

	if (!value && splits) {
		*more = false;
		return true;
	}
	len = value ? (size_t)(value - entry) : 0;
	for (p = params->keys; value && p->key; p++)
		if (strlen(p->key) == len && !strncmp(p->key, entry, len))
			return set_param(device, p, value + 1, report);
	/* Where key and value are split first, the complaint is about the key. */
	if (splits)
		*value = '\0';
	if (params->unknown)
		complain(report, params->unknown, entry);
	return !params->unknown;
}

bool spec_params_read(const struct spec_params *params, const char *spec, struct json *device,
		      FILE *report)
{
	char *copy = strdup(spec), *rest, *entry;
	bool good = copy, more = true;

	for (entry = copy ? strtok_r(copy, ",", &rest) : NULL; entry && good && more;
	     entry = strtok_r(NULL, ",", &rest))
		good = read_entry(params, entry + strspn(entry, " "), device, report, &more);
	free(copy);
	return good;
}

static char *trim(char *text)
{
	size_t len;

	while (isspace((unsigned char)*text))
		text++;
	len = strlen(text);
	while (len && isspace((unsigned char)text[len - 1]))
		text[--len] = '\0';
	return text;
}

bool spec_pair(char *text, char **key, char **value)
{
	char *rest;

	*key = strtok_r(text, "=", &rest);
	*value = *key ? strtok_r(NULL, "=", &rest) : NULL;
	if (!*value)
		return false;
	*key = trim(*key);
	*value = trim(*value);
	return true;
}
