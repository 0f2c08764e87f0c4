/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "domain_config.h"

#include <stdlib.h>
#include <string.h>
#include <uuid/uuid.h>

#include "builder.h"
#include "devices.h"
#include "keys.h"

/* The legacy builder= against type=; true for an HVM guest. */
static bool check_type(struct builder *b)
{
	const char *type = builder_string(b, "type"), *builder = builder_string(b, "builder");
	const char *meant = "pv";

	if (builder && !strcmp(builder, "hvm"))
		meant = "hvm";
	if (!type)
		type = meant;
	else if (builder && strcmp(type, meant) != 0)
		builder_fail(b, "Contradicting \"builder\" and \"type\" options specified.");
	if (!strcmp(type, "pvh"))
		return false;
	if (!strcmp(type, "hvm"))
		return true;
	if (strcmp(type, "pv") != 0)
		builder_fail(b, "Invalid domain type %s.", type);
	else if (cfg_find(b->cfg, "type"))
		builder_fail_at(b, "type",
				"type=\"pv\" is not supported by Nacre; kernels with a "
				"PVH entry run with type=\"pvh\"");
	else
		builder_fail(b,
			     "%s: no type is set, which means type=\"pv\", not supported by "
			     "Nacre; set type=\"pvh\"",
			     b->cfg->source);
	return false;
}

/* Names end up in columns that scripts split at blanks. */
static void put_name(struct builder *b, struct json *info)
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
	builder_set(b, info, "name", json_new_string(name));
}

static void put_uuid(struct builder *b, struct json *info)
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
	builder_set(b, info, "uuid", json_new_string(canonical));
}

/* hap=0 asks for shadow paging, which does not exist here. */
static void put_paging(struct builder *b, struct json *info)
{
	const struct cfg_setting *hap = cfg_find(b->cfg, "hap");

	if (hap && cfg_value_is_off(hap->value))
		builder_fail_at(b, "hap",
				"hap=0 is not supported by Nacre: guests always run "
				"with nested paging");
	builder_put_bool(b, info, "hap", "hap");
}

static struct json *create_info(struct builder *b, bool hvm)
{
	struct json *info = json_new_object();

	builder_set(b, info, "type", json_new_string(hvm ? "hvm" : "pvh"));
	put_paging(b, info);
	put_name(b, info);
	put_uuid(b, info);
	builder_put_string(b, info, "pool_name", "pool");
	builder_set(b, info, "run_hotplug_scripts", json_new_string("True"));
	builder_put_bool(b, info, "driver_domain", "driver_domain");
	return info;
}

static void put_action(struct builder *b, struct json *config, const char *key,
		       const char *otherwise)
{
	static const char *const names[][2] = {
		{"destroy", "destroy"},
		{"restart", "restart"},
		{"rename-restart", "restart_rename"},
		{"preserve", "preserve"},
		{"coredump-destroy", "coredump_destroy"},
		{"coredump-restart", "coredump_restart"},
		{"soft-reset", "soft_reset"},
	};
	const char *action = builder_string(b, key);
	size_t i;

	if (!action)
		action = otherwise;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(action, names[i][0]))
			break;
	if (i == sizeof(names) / sizeof(names[0]))
		builder_fail(b, "Unknown %s action \"%s\" specified", key, action);
	else if (i) /* destroy is libxl's default */
		builder_set(b, config, key, json_new_string(names[i][1]));
}

struct json *domain_config_build(const struct cfg *cfg, const struct cpumap_host *host,
				 FILE *report)
{
	struct builder b = {
		.cfg = cfg, .host = host, .report = report, .failed = !keys_check(cfg, report)};
	struct json *config = json_new_object();
	bool hvm = check_type(&b);

	builder_set(&b, config, "c_info", create_info(&b, hvm));
	/* Further messages would only repeat that this file is not for us. */
	if (!b.failed) {
		builder_set(&b, config, "b_info", build_info(&b, hvm));
		devices_put_disks(&b, config);
		devices_put_nics(&b, config);
		put_action(&b, config, "on_poweroff", "destroy");
		put_action(&b, config, "on_reboot", "restart");
		put_action(&b, config, "on_watchdog", "destroy");
		put_action(&b, config, "on_crash", "destroy");
		put_action(&b, config, "on_soft_reset", "soft-reset");
	}
	if (!b.failed)
		return config;
	json_free(config);
	return NULL;
}
