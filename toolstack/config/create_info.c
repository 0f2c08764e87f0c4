/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* The "c_info" part, and which type of guest it is. */
#include <string.h>
#include <uuid/uuid.h>

#include "sections.h"

/* The label of the domain, unless another one is for its start only. */
void section_security_labels(struct builder *b)
{
	const char *start = builder_string(b, "init_seclabel");
	const char *label = builder_string(b, "seclabel");

	if (start)
		builder_set(b, b->at[PLACE_CREATE], "ssid_label", json_new_string(start));
	if (label)
		builder_set(b, b->at[start ? PLACE_BUILD : PLACE_CREATE],
			    start ? "exec_ssid_label" : "ssid_label", json_new_string(label));
}

static bool begins_as(const char *text, const char *word)
{
	return !strncmp(text, word, strlen(text));
}

/* Xen takes what a word begins with: "p" is "pv", and "" is "hvm". */
static enum guest_type type_of(const char *type)
{
	if (begins_as(type, "hvm"))
		return GUEST_HVM;
	if (begins_as(type, "pv"))
		return GUEST_PV;
	return begins_as(type, "pvh") ? GUEST_PVH : 0;
}

/* The legacy builder= against type=; 0 after an error. */
static enum guest_type read_type(struct builder *b)
{
	const char *type = builder_string(b, "type"), *builder;
	enum guest_type meant = type ? type_of(type) : 0, built = 0;

	if (type && !meant) {
		builder_fail(b, "Invalid domain type %s.", type);
		return 0;
	}
	builder = builder_string(b, "builder");
	if (builder && begins_as(builder, "hvm"))
		built = GUEST_HVM;
	else if (builder && begins_as(builder, "generic"))
		built = GUEST_PV;
	else if (builder)
		builder_fail(b, "Invalid domain type %s.", builder);
	if (built && meant && built != meant)
		builder_fail(b, "Contradicting \"builder\" and \"type\" options specified.");
	if (built)
		meant = built;
	return meant ? meant : GUEST_PV;
}

static void refuse_pv(struct builder *b)
{
	const struct cfg_setting *type = cfg_find(b->cfg, "type");

	if (type && type->value->type == CFG_STRING)
		builder_fail_at(b, "type",
				"type=\"pv\" is not supported by Nacre; kernels with a "
				"PVH entry run with type=\"pvh\"");
	else
		builder_fail(b,
			     "%s: no type is set, which means type=\"pv\", not supported by "
			     "Nacre; set type=\"pvh\"",
			     b->cfg->source);
}

/* Objects that every HVM guest's configuration shows. */
static void make_hvm(struct builder *b)
{
	static const struct {
		const char *member;
		enum place place;
	} parts[] = {
		{"vga", PLACE_VGA},	{"vnc", PLACE_VNC}, {"sdl", PLACE_SDL},
		{"spice", PLACE_SPICE}, {"rdm", PLACE_RDM},
	};
	size_t i;

	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		b->at[parts[i].place] = json_new_object();
		builder_set(b, b->at[PLACE_TYPE], parts[i].member, b->at[parts[i].place]);
	}
}

void section_type(struct builder *b)
{
	struct json *info = b->at[PLACE_CREATE];
	bool hvm;

	builder_set(b, info, "run_hotplug_scripts",
		    json_new_string(b->defaults->run_hotplug_scripts ? "True" : "False"));
	b->type = read_type(b);
	if (b->type == GUEST_PV && !b->failed)
		refuse_pv(b);
	if (b->failed)
		return;
	hvm = b->type == GUEST_HVM;
	builder_set(b, info, "type", json_new_string(hvm ? "hvm" : "pvh"));
	b->at[PLACE_TYPE] = json_new_object();
	builder_set(b, b->at[PLACE_BUILD], hvm ? "type.hvm" : "type.pvh", b->at[PLACE_TYPE]);
	if (hvm && !b->failed)
		make_hvm(b);
}

/* Names end up in columns that scripts split at blanks. */
void section_name(struct builder *b)
{
	const char *name = builder_string(b, "name"), *c;

	if (!name) {
		builder_fail(b, "Domain name must be specified.");
		return;
	}
	for (c = name; *c; c++)
		if ((unsigned char)*c <= ' ' || *c == 0x7f)
			break;
	if (*c || !*name) {
		builder_fail_at(b, "name",
				"a domain name must not be empty and must not hold "
				"blanks or control characters");
		return;
	}
	builder_set(b, b->at[PLACE_CREATE], "name", json_new_string(name));
}

void section_uuid(struct builder *b)
{
	const char *text = builder_string(b, "uuid");
	char canonical[UUID_STR_LEN];
	uuid_t uuid;

	if (!text) {
		uuid_generate(uuid);
	} else if (uuid_parse(text, uuid)) {
		builder_fail(b, "Failed to parse UUID: %s", text);
		return;
	}
	uuid_unparse_lower(uuid, canonical);
	builder_set(b, b->at[PLACE_CREATE], "uuid", json_new_string(canonical));
}
