/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Types from JSON text. */
#include "type.h"

#include <stdlib.h>
#include <string.h>

#include "libxl_internal.h"

static int parse_value(const struct libxl__type *type, const struct json_node *node, void *p);

static unsigned int accepts(const struct libxl__type *type)
{
	if (type->ops)
		return type->ops->accepts;
	return type->words ? NODE_STRING : NODE_MAP;
}

/* The count grows with the elements, so that an error leaves what can be disposed of. */
static int parse_array(const struct libxl__field *f, const struct json_node *node, char *p)
{
	const struct json_node *element;
	char *elements = NULL;
	int count = 0, rc = 0;

	if (node->nr > INT32_MAX)
		return ERROR_FAIL;
	if (node->nr) {
		elements = calloc(node->nr, f->type->size);
		if (!elements)
			return ERROR_NOMEM;
	}
	memcpy(p + f->at, &elements, sizeof(elements));
	for (element = node->first; element && !rc; element = element->next) {
		char *at = elements + (size_t)count * f->type->size;

		count++;
		memcpy(p + f->other, &count, sizeof(count));
		libxl__type_init(f->type, at);
		rc = parse_value(f->type, element, at);
	}
	return rc;
}

/* Real libxl ends the process when a text names two arms; it is only bad input here. */
static int parse_switch(const struct libxl__field *f, const struct json_node *map, char *p)
{
	const struct libxl__switch *choice = &libxl__switches[f->arms];
	const struct libxl__arm *chosen = NULL;
	const struct json_node *body = NULL;
	size_t i;

	for (i = 0; i < choice->nr; i++) {
		const struct json_node *node =
			json_node_get(map, choice->arms[i].json_key, NODE_MAP);

		if (!node)
			continue;
		if (chosen)
			return ERROR_FAIL;
		chosen = &choice->arms[i];
		body = node;
	}
	if (!chosen)
		return 0;
	libxl__set_number(p + f->other, f->type->size, (uint64_t)chosen->key);
	libxl__arm_init(f, chosen, p);
	return chosen->body ? parse_value(chosen->body, body, p + f->at) : 0;
}

static int parse_field(const struct libxl__field *f, const struct json_node *map, char *p)
{
	const struct json_node *node;

	if (f->kind == LIBXL__HIDDEN)
		return 0;
	if (f->kind == LIBXL__SWITCH)
		return parse_switch(f, map, p);
	node = json_node_get(map, f->name, f->kind == LIBXL__ARRAY ? NODE_ARRAY : accepts(f->type));
	if (!node)
		return 0;
	if (f->kind == LIBXL__ARRAY)
		return parse_array(f, node, p);
	return parse_value(f->type, node, p + f->at);
}

static int parse_value(const struct libxl__type *type, const struct json_node *node, void *p)
{
	size_t i;
	int rc = 0;

	/* Real libxl takes anything for a struct of which nothing was said. */
	if (!(node->kind & accepts(type)))
		return type->fields ? 0 : ERROR_FAIL;
	if (type->ops)
		return type->ops->parse(node, p);
	if (type->words)
		return libxl__type_from_word(type, node->text, p);
	for (i = 0; i < type->nr_fields && !rc; i++)
		rc = parse_field(&type->fields[i], node, p);
	return rc;
}

int libxl__type_from_json(libxl_ctx *ctx, const struct libxl__type *type, void *p, const char *text)
{
	struct json_text t;
	int rc = 0;

	if (type->fields)
		libxl__type_init(type, p);
	json_text_parse(&t, text);
	if (t.root) {
		rc = parse_value(type, t.root, p);
		if (rc)
			LIBXL__ERROR(ctx, (uint32_t)INVALID_DOMID,
				     "unable to convert libxl__json_object to %s. (rc=%d)",
				     type->name, rc);
	} else {
		LIBXL__ERROR(ctx, (uint32_t)INVALID_DOMID, "yajl error: %s",
			     t.error ? t.error : "out of memory");
		LIBXL__ERROR(
			ctx, (uint32_t)INVALID_DOMID,
			"unable to generate libxl__json_object from JSON representation of %s.",
			type->name);
		rc = ERROR_FAIL;
	}
	json_text_free(&t);
	return rc ? ERROR_FAIL : 0;
}
