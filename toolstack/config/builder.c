/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "builder.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

static void __attribute__((format(printf, 2, 0)))
say(struct builder *b, const char *format, va_list args)
{
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
	if (!v || !object) {
		json_free(v);
		b->failed = true;
	} else if (!json_set(object, member, v)) {
		b->failed = true;
	}
}

const char *builder_string(struct builder *b, const char *key)
{
	const char *value;

	return cfg_string(b->cfg, key, &value, b->report) ? NULL : value;
}

bool builder_number(struct builder *b, const char *key, long min, long max, long *value)
{
	int rc = cfg_long(b->cfg, key, value, b->report);

	if (rc == -ESRCH)
		return false;
	if (rc) {
		b->failed = true;
		return false;
	}
	if (*value >= min && *value <= max)
		return true;
	builder_fail_at(b, key, "parameter `%s' is %ld but must be from %ld to %ld", key, *value,
			min, max);
	return false;
}

void builder_put_string(struct builder *b, struct json *object, const char *member, const char *key)
{
	const char *value = builder_string(b, key);

	if (value)
		builder_set(b, object, member, json_new_string(value));
}

void builder_put_number(struct builder *b, struct json *object, const char *member, const char *key,
			long min, long max, long scale)
{
	long value;

	if (builder_number(b, key, min, max, &value))
		builder_set(b, object, member, json_new_int(value * scale));
}

void builder_put_bool(struct builder *b, struct json *object, const char *member, const char *key)
{
	long value;

	if (builder_number(b, key, -__LONG_MAX__ - 1, __LONG_MAX__, &value))
		builder_set(b, object, member, json_new_string(value ? "True" : "False"));
}

static int choice_by_number(struct builder *b, const char *key, const char *const *names,
			    long value)
{
	long nr = 0;

	while (names[nr])
		nr++;
	if (value >= 0 && value < nr) {
		fprintf(b->report,
			"WARNING: specifying \"%s\" as an integer is deprecated. Please use the "
			"named parameter variant. e.g. %s=\"%s\"\n",
			key, key, names[value]);
		return (int)value;
	}
	builder_fail(b,
		     "WARNING: specifying \"%s\" as an integer is deprecated. Please use the named "
		     "parameter variant. \nERROR: invalid value %ld for \"%s\"",
		     key, value, key);
	return -1;
}

int builder_choice(struct builder *b, const char *key, const char *const *names)
{
	const char *text = builder_string(b, key);
	long value;
	int i;

	if (!text)
		return -1;
	if (!cfg_number(text, &value))
		return choice_by_number(b, key, names, value);
	/* Xen's xl says this for tsc_mode only, and on every use. */
	if (!strcmp(key, "tsc_mode"))
		fprintf(b->report, "got a tsc mode string: \"%s\"\n", text);
	for (i = 0; names[i]; i++)
		if (!strcmp(text, names[i]))
			return i;
	builder_fail(b, "ERROR: invalid value \"%s\" for \"%s\"", text, key);
	return -1;
}
