/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "schema.h"

#include <stdio.h>
#include <string.h>

#include "config.h"
#include "limits.h"

static int bad(struct rpc_error *e, const struct field *f, const char *what)
{
	fail(e, RPC_INVALID_PARAMS, "request.invalid_params", "\"%s\" %s", f->name, what);
	return fail_field(e, "%s", f->name);
}

static bool chosen(const char *const *choices, const char *s)
{
	for (; *choices; choices++)
		if (strcmp(*choices, s) == 0)
			return true;
	return false;
}

static int bad_choice(struct rpc_error *e, const struct field *f)
{
	const char *const *c;
	size_t len;

	bad(e, f, "must be one of:");
	for (c = f->choices; *c; c++) {
		len = strlen(e->message);
		snprintf(e->message + len, sizeof(e->message) - len, "%s %s",
			 c == f->choices ? "" : ",", *c);
	}
	return -1;
}

/* Where values come from: strings of ours have no bound that was not asked for. */
enum origin { THEIRS, OURS };

static int check_members(const struct field *fields, const struct json *v, enum origin from,
			 struct rpc_error *e);

static int check_string(const struct field *f, const struct json *v, enum origin from,
			struct rpc_error *e)
{
	size_t len, max = f->max ? (size_t)f->max : from == OURS ? SIZE_MAX : LIMIT_PATH_BYTES;

	if (v->type != JSON_STRING)
		return bad(e, f, "must be a string");
	len = strlen(v->string);
	if (len < (size_t)f->min)
		return bad(e, f, "must not be empty");
	if (len > max) {
		bad(e, f, "is too long");
		return fail_hint(e, "at most %zu bytes", max);
	}
	if (f->choices && !chosen(f->choices, v->string))
		return bad_choice(e, f);
	return 0;
}

static int check_int(const struct field *f, const struct json *v, struct rpc_error *e)
{
	if (v->type != JSON_INT)
		return bad(e, f, "must be an integer");
	if ((f->min || f->max) && (v->integer < f->min || v->integer > f->max)) {
		bad(e, f, "is out of range");
		return fail_hint(e, "from %lld to %lld", (long long)f->min, (long long)f->max);
	}
	return 0;
}

static int check_domain(const struct field *f, const struct json *v, struct rpc_error *e)
{
	if (v->type == JSON_INT)
		return v->integer >= 0 && v->integer < 0x7ff0
			       ? 0
			       : bad(e, f, "must be a domain id from 0 to 32751, a name or a UUID");
	if (v->type != JSON_STRING)
		return bad(e, f, "must be a name or UUID (string) or a domain id (integer)");
	return v->string[0] && strlen(v->string) <= 2 * LIMIT_NAME_BYTES
		       ? 0
		       : bad(e, f, "is no possible name");
}

static int check_cpus(const struct field *f, const struct json *v, struct rpc_error *e)
{
	bool good = v->type == JSON_ARRAY || strcmp(json_string(v, ""), "all") == 0;
	char what[80];
	size_t i;

	for (i = 0; good && v->type == JSON_ARRAY && i < v->nr; i++) {
		int64_t cpu = json_int(v->items[i], -1);

		good = cpu >= 0 && cpu < CONFIG_MAX_CPUS;
	}
	if (good)
		return 0;
	snprintf(what, sizeof(what), "must be \"all\" or a list of numbers from 0 to %d",
		 CONFIG_MAX_CPUS - 1);
	return bad(e, f, what);
}

/* The members of object @v, which is @where in the error's field. */
static int check_inside(const struct field *f, const struct json *v, const char *where,
			enum origin from, struct rpc_error *e)
{
	char inside[sizeof(e->field)];

	if (!check_members(f->of, v, from, e))
		return 0;
	memcpy(inside, e->field, sizeof(inside));
	return fail_field(e, "%s.%s", where, inside);
}

/* Element @i of an array of objects. */
static int check_row(const struct field *f, const struct json *v, size_t i, enum origin from,
		     struct rpc_error *e)
{
	char where[64];

	snprintf(where, sizeof(where), "%s[%zu]", f->name, i);
	if (v->type != JSON_OBJECT) {
		bad(e, f, "must be an array of objects");
		return fail_field(e, "%s", where);
	}
	return check_inside(f, v, where, from, e);
}

/* Element @i of an array of strings or numbers. */
static int check_element(const struct field *f, const struct json *v, size_t i, enum origin from,
			 struct rpc_error *e)
{
	struct field element = {.name = f->name, .type = f->element, .choices = f->choices};
	char where[64];

	if (f->element == F_STRING ? check_string(&element, v, from, e) == 0
				   : f->element != F_INT || check_int(&element, v, e) == 0)
		return 0;
	snprintf(where, sizeof(where), "%s[%zu]", f->name, i);
	element.name = where;
	return f->element == F_STRING ? check_string(&element, v, from, e)
				      : check_int(&element, v, e);
}

static int check_array(const struct field *f, const struct json *v, enum origin from,
		       struct rpc_error *e)
{
	size_t i;

	if (v->type != JSON_ARRAY)
		return bad(e, f, "must be an array");
	for (i = 0; f->of && i < v->nr; i++)
		if (check_row(f, v->items[i], i, from, e))
			return -1;
	for (i = 0; !f->of && i < v->nr; i++)
		if (check_element(f, v->items[i], i, from, e))
			return -1;
	return 0;
}

static int check_field(const struct field *f, const struct json *v, enum origin from,
		       struct rpc_error *e)
{
	if (v->type == JSON_NULL && f->nullable)
		return 0;
	switch (f->type) {
	case F_STRING:
		return check_string(f, v, from, e);
	case F_INT:
		return check_int(f, v, e);
	case F_DOMAIN:
		return check_domain(f, v, e);
	case F_ARRAY:
		return check_array(f, v, from, e);
	case F_REAL:
		return v->type == JSON_REAL || v->type == JSON_INT ? 0
								   : bad(e, f, "must be a number");
	case F_BOOL:
		return v->type == JSON_BOOL ? 0 : bad(e, f, "must be true or false");
	case F_OBJECT:
		if (v->type != JSON_OBJECT)
			return bad(e, f, "must be an object");
		return f->of ? check_inside(f, v, f->name, from, e) : 0;
	case F_CPUS:
		return check_cpus(f, v, e);
	case F_ANY:
		return 0;
	}
	return -1;
}

const struct field *schema_find(const struct field *fields, const char *name)
{
	for (; fields && fields->name; fields++)
		if (strcmp(fields->name, name) == 0)
			return fields;
	return NULL;
}

/* @also: optional members beside @fields, or NULL. */
static int check_all(const struct field *fields, const struct field *also,
		     const struct json *params, enum origin from, struct rpc_error *e)
{
	const struct field *f;
	size_t i;

	for (i = 0; params && i < params->nr; i++) {
		f = schema_find(fields, params->keys[i]);
		if (!f)
			f = schema_find(also, params->keys[i]);
		if (!f) {
			fail(e, RPC_INVALID_PARAMS, "request.unknown_param",
			     "unknown parameter \"%.60s\"", params->keys[i]);
			return fail_field(e, "%.60s", params->keys[i]);
		}
		if (check_field(f, params->items[i], from, e))
			return -1;
	}
	for (f = fields; f && f->name; f++)
		if (!f->optional && !json_get(params, f->name))
			return bad(e, f, "is required");
	return 0;
}

static int check_members(const struct field *fields, const struct json *v, enum origin from,
			 struct rpc_error *e)
{
	return check_all(fields, NULL, v, from, e);
}

int schema_check(const struct field *fields, const struct json *params, struct rpc_error *e)
{
	return check_all(fields, NULL, params, THEIRS, e);
}

int schema_check_both(const struct field *fields, const struct field *also,
		      const struct json *params, struct rpc_error *e)
{
	return check_all(fields, also, params, THEIRS, e);
}

int schema_check_result(const struct field *fields, const struct json *result, struct rpc_error *e)
{
	if (result->type != JSON_OBJECT)
		return fail(e, RPC_INTERNAL_ERROR, "daemon.bad_result", "a result is no object");
	return check_members(fields, result, OURS, e);
}

static const char *type_word(enum field_type type)
{
	switch (type) {
	case F_STRING:
		return "string";
	case F_INT:
		return "integer";
	case F_REAL:
		return "number";
	case F_BOOL:
		return "boolean";
	case F_ARRAY:
		return "array";
	default:
		return "object";
	}
}

/* {"oneOf": [{"type": a}, {"type": b}]} */
static bool set_either(struct json *s, struct json *a, const char *b)
{
	struct json *list = json_new_array(), *second = json_new_object();

	json_set_string(second, "type", b);
	json_append(list, a);
	json_append(list, second);
	return json_set(s, "oneOf", list);
}

static struct json *typed(const char *word)
{
	struct json *s = json_new_object();

	if (s && !json_set_string(s, "type", word)) {
		json_free(s);
		return NULL;
	}
	return s;
}

static bool set_choices(struct json *s, const char *const *choices)
{
	struct json *list = json_new_array();

	for (; *choices; choices++)
		json_append(list, json_new_string(*choices));
	return json_set(s, "enum", list);
}

static struct json *array_items(const struct field *f)
{
	struct json *items = f->of ? schema_object(f->of) : typed(type_word(f->element));

	if (items && f->choices && !set_choices(items, f->choices)) {
		json_free(items);
		return NULL;
	}
	return items;
}

/* "type" becomes a list with "null" in it; what has no type may be anything already. */
static bool set_nullable(struct json *s)
{
	const char *type = json_string(json_get(s, "type"), NULL);
	struct json *list;

	if (!type)
		return true;
	list = json_new_array();
	json_append(list, json_new_string(type));
	json_append(list, json_new_string("null"));
	if (json_get(s, "enum"))
		json_append(json_get(s, "enum"), json_new_null());
	return json_set(s, "type", list);
}

struct json *schema_field(const struct field *f)
{
	struct json *s;
	bool ok = true;

	if (f->type == F_OBJECT && f->of)
		s = schema_object(f->of);
	else if (f->type == F_DOMAIN || f->type == F_CPUS || f->type == F_ANY)
		s = json_new_object();
	else
		s = typed(type_word(f->type));
	if (!s)
		return NULL;
	if (f->type == F_DOMAIN)
		ok = set_either(s, typed("integer"), "string");
	if (f->type == F_CPUS)
		ok = set_either(s, typed("array"), "string");
	if (f->type == F_INT && (f->min || f->max))
		ok = json_set_int(s, "minimum", f->min) && json_set_int(s, "maximum", f->max);
	if (f->type == F_STRING && f->min)
		ok = json_set_int(s, "minLength", f->min);
	if (ok && f->type == F_STRING && f->max)
		ok = json_set_int(s, "maxLength", f->max);
	if (ok && f->type == F_STRING && f->choices)
		ok = set_choices(s, f->choices);
	if (ok && f->type == F_ARRAY)
		ok = json_set(s, "items", array_items(f));
	if (ok && f->nullable)
		ok = set_nullable(s);
	if (ok && f->summary)
		ok = json_set_string(s, "description", f->summary);
	if (ok)
		return s;
	json_free(s);
	return NULL;
}

struct json *schema_object(const struct field *fields)
{
	struct json *s = typed("object"), *props = json_new_object(), *need = json_new_array();
	const struct field *f;
	bool ok = s && props && need;

	for (f = fields; ok && f && f->name; f++) {
		ok = json_set(props, f->name, schema_field(f));
		if (ok && !f->optional)
			ok = json_append(need, json_new_string(f->name));
	}
	ok = json_set(s, "properties", props) && ok;
	ok = json_set(s, "required", need) && ok;
	if (ok)
		return s;
	json_free(s);
	return NULL;
}
