/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "openrpc.h"

#include <stdio.h>

#include "error_table.h"
#include "limits.h"
#include "replay.h"

const char *method_class_word(enum method_class class)
{
	static const char *const words[] = {
		[METHOD_READ] = "read",
		[METHOD_OPERATE] = "operate",
		[METHOD_ADMIN] = "admin",
	};

	return words[class];
}

static void describe_fields(struct json *list, const struct field *f)
{
	for (; f && f->name; f++) {
		struct json *p = json_new_object();

		json_set_string(p, "name", f->name);
		if (f->summary)
			json_set_string(p, "summary", f->summary);
		json_set_bool(p, "required", !f->optional);
		json_set(p, "schema", schema_field(f));
		json_append(list, p);
	}
}

static struct json *describe_errors(const struct method *m)
{
	struct json *list = json_new_array();
	const struct error_entry *entry;
	char ref[80];

	for (entry = error_table; entry->code; entry++) {
		struct json *v;

		if (!error_concerns(entry, m))
			continue;
		v = json_new_object();
		snprintf(ref, sizeof(ref), "#/components/errors/%s", entry->code);
		json_set_string(v, "$ref", ref);
		json_append(list, v);
	}
	return list;
}

static struct json *describe_method(const struct method *m)
{
	struct json *v = json_new_object(), *result = json_new_object();
	struct json *params = json_new_array();

	describe_fields(params, m->params);
	describe_fields(params, replay_fields(m));
	json_set_string(v, "name", m->name);
	json_set_string(v, "summary", m->summary);
	json_set_string(v, "paramStructure", "by-name");
	json_set_string(v, "x-class", method_class_word(m->class));
	json_set(v, "params", params);
	json_set_string(result, "name", "result");
	json_set(result, "schema", schema_object(m->result));
	json_set(v, "result", result);
	json_set(v, "errors", describe_errors(m));
	return v;
}

/* components.errors: by symbolic code. */
static struct json *describe_codes(void)
{
	struct json *errors = json_new_object();
	const struct error_entry *entry;

	for (entry = error_table; entry->code; entry++) {
		struct json *v = json_new_object(), *data = json_new_object();

		json_set_int(v, "code", error_jsonrpc_number(entry));
		json_set_string(v, "message", entry->meaning);
		json_set_string(data, "code", entry->code);
		if (entry->remedy)
			json_set_string(data, "hint", entry->remedy);
		json_set(v, "data", data);
		json_set(errors, entry->code, v);
	}
	return errors;
}

struct json *openrpc_document(void)
{
	struct json *v = json_new_object(), *info = json_new_object(), *list = json_new_array();
	struct json *components = json_new_object();
	const struct method *m;
	unsigned int i;

	json_set_string(info, "title", "nacred");
	json_set_string(info, "version", NACRED_API);
	for (i = 0; (m = rpc_method_at(i)); i++)
		json_append(list, describe_method(m));
	json_set_string(v, "openrpc", "1.2.6");
	json_set(v, "info", info);
	json_set(v, "methods", list);
	json_set(components, "errors", describe_codes());
	json_set(v, "components", components);
	return v;
}
