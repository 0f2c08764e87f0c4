/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "builder.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "members.h"

#define KIB_PER_MIB 1024

static void __attribute__((format(printf, 2, 0)))
say(struct builder *b, const char *format, va_list args)
{
	if (!b->failed)
		b->status = 1;
	b->failed = true;
	vfprintf(b->report, format, args);
	fputc('\n', b->report);
}

void builder_fail(struct builder *b, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(b, format, args);
	va_end(args);
}

void builder_fail_at(struct builder *b, const char *key, const char *format, ...)
{
	const struct cfg_setting *setting = cfg_find(b->cfg, key);
	va_list args;

	fprintf(b->report, "%s:%d: ", b->cfg->source, setting ? setting->value->line : 0);
	va_start(args, format);
	say(b, format, args);
	va_end(args);
}

void builder_set(struct builder *b, struct json *object, const char *member, struct json *v)
{
	if (!v || !object)
		json_free(v);
	else if (json_set(object, member, v))
		return;
	b->failed = true;
}

const char *builder_string(struct builder *b, const char *key)
{
	const char *value;

	return cfg_string(b->cfg, key, &value, b->report) ? NULL : value;
}

bool builder_long(struct builder *b, const char *key, long *value)
{
	return !cfg_long(b->cfg, key, value, b->report);
}

void builder_put_string(struct builder *b, struct json *object, const char *member, const char *key)
{
	const char *value = builder_string(b, key);

	if (value && object)
		builder_set(b, object, member, json_new_string(value));
}

void builder_put_bool(struct builder *b, struct json *object, const char *member, const char *key)
{
	long value;

	if (builder_long(b, key, &value) && object)
		builder_set(b, object, member, json_new_string(value ? "True" : "False"));
}

void builder_put_int(struct builder *b, struct json *object, const char *member, const char *key,
		     long otherwise)
{
	long value;

	if (builder_long(b, key, &value) && object &&
	    !members_set_int(object, member, (int32_t)value, otherwise))
		b->failed = true;
}

void builder_put_unsigned(struct builder *b, struct json *object, const char *member,
			  const char *key)
{
	long value;

	if (builder_long(b, key, &value) && object &&
	    !members_set_int(object, member, (uint32_t)value, 0))
		b->failed = true;
}

/* libxl would take a negative size for 16 EiB less something. */
void builder_put_mib(struct builder *b, struct json *object, const char *member, const char *key)
{
	long value;

	if (!builder_long(b, key, &value) || !object)
		return;
	if (value < 0 || value > LONG_MAX / KIB_PER_MIB)
		builder_fail_at(b, key, "parameter `%s' is %ld but must be from 0 to %ld", key,
				value, LONG_MAX / KIB_PER_MIB);
	else
		builder_set(b, object, member, json_new_int(value * KIB_PER_MIB));
}

void builder_put_strings(struct builder *b, struct json *object, const char *member,
			 const struct cfg_value *list)
{
	struct json *strings;
	size_t i;

	if (!list->nr)
		return;
	strings = json_new_array();
	for (i = 0; i < list->nr && list->items[i]->type == CFG_STRING; i++)
		if (!json_append(strings, json_new_string(list->items[i]->string)))
			b->failed = true;
	builder_set(b, object, member, strings);
}

int builder_word(const char *text, const char *const *words)
{
	int i;

	for (i = 0; words[i]; i++)
		if (!strcasecmp(text, words[i]))
			return i;
	return -1;
}

static int choice_by_number(struct builder *b, const char *key, const char *const *names,
			    long value)
{
	/* libxl looks the name up by the lower 32 bits, in which timer_mode has an "unknown". */
	int low = (int)value, nr = 0;
	const char *name = NULL;

	while (names[nr])
		nr++;
	if (low >= 0 && low < nr)
		name = names[low];
	else if (low == -1 && !strcmp(key, "timer_mode"))
		name = "unknown";
	fprintf(b->report,
		"WARNING: specifying \"%s\" as an integer is deprecated. Please use the "
		"named parameter variant. ",
		key);
	if (name)
		fprintf(b->report, "e.g. %s=\"%s\"", key, name);
	fputc('\n', b->report);
	if (value >= 0 && value < nr)
		return (int)value;
	builder_fail(b, "ERROR: invalid value %ld for \"%s\"", value, key);
	return -1;
}

int builder_choice(struct builder *b, const char *key, const char *const *names)
{
	const char *text;
	long value;
	int choice;

	if (!cfg_long(b->cfg, key, &value, NULL))
		return choice_by_number(b, key, names, value);
	text = builder_string(b, key);
	if (!text)
		return -1;
	/* Xen's xl says this for tsc_mode only, and on every use. */
	if (!strcmp(key, "tsc_mode"))
		fprintf(b->report, "got a tsc mode string: \"%s\"\n", text);
	choice = builder_word(text, names);
	if (choice < 0)
		builder_fail(b, "ERROR: invalid value \"%s\" for \"%s\"", text, key);
	return choice;
}
