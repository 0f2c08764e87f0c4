/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* nacre-livepatch-build show: what a payload says about itself. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "json/json.h"
#include "livepatch/commands.h"
#include "livepatch/file.h"
#include "patch/payload.h"
#include "patch/signature.h"

static struct json *id_json(const struct payload_id *id)
{
	char hex[PAYLOAD_ID_HEX];

	payload_id_print(id, hex);
	return json_new_string(hex);
}

static struct json *function_json(const struct payload_function *f)
{
	struct json *j = json_new_object();
	char hex[2 * PAYLOAD_EXPECT + 1] = "", address[24];

	json_set_string(j, "name", f->name);
	json_set_int(j, "old_size", f->old_size);
	json_set_int(j, "new_size", f->new_size);
	if (f->old_addr) {
		snprintf(address, sizeof(address), "0x%" PRIx64, f->old_addr);
		json_set_string(j, "old_address", address);
	}
	json_set_bool(j, "blanks", f->blanks);
	for (unsigned int i = 0; f->expects && i < f->expect_len; i++)
		snprintf(hex + (size_t)2 * i, 3, "%02x", f->expect[i]);
	if (f->expects)
		json_set_string(j, "expects", hex);
	return j;
}

/* A key that is there several times has a list of values. */
static struct json *infos_json(const struct payload *p)
{
	struct json *all = json_new_object();

	for (uint32_t i = 0; i < p->nr_infos; i++) {
		char key[200];
		struct json *list;

		snprintf(key, sizeof(key), "%.*s", (int)p->infos[i].key_len, p->infos[i].key);
		if (json_get(all, key))
			continue;
		if (!payload_value(p, key, 1)) {
			json_set_string(all, key, p->infos[i].value);
			continue;
		}
		list = json_new_array();
		for (uint32_t n = 0; payload_value(p, key, n); n++)
			json_append(list, json_new_string(payload_value(p, key, n)));
		json_set(all, key, list);
	}
	return all;
}

static struct json *payload_json(const struct payload *p, const char *name, bool is_signed)
{
	struct json *j = json_new_object(), *functions = json_new_array(),
		    *hooks = json_new_object();

	json_set_string(j, "name", name);
	json_set(j, "build_id", id_json(&p->id));
	json_set(j, "depends", id_json(&p->depends));
	json_set(j, "xen_depends", id_json(&p->xen_depends));
	json_set_bool(j, "signed", is_signed);
	json_set_bool(j, "has_data", p->has_data);
	json_set_int(j, "memory", (int64_t)p->loaded);
	if (p->foreign)
		json_set_string(j, "foreign", p->foreign);
	for (uint32_t i = 0; i < p->nr_functions; i++)
		json_append(functions, function_json(&p->functions[i]));
	json_set(j, "functions", functions);
	for (unsigned int h = 0; h < NR_HOOKS; h++)
		if (p->nr_hooks[h])
			json_set_int(hooks, payload_hook_names[h], p->nr_hooks[h]);
	json_set(j, "hooks", hooks);
	json_set(j, "metadata", infos_json(p));
	return j;
}

static void print_id(const char *what, const struct payload_id *id)
{
	char hex[PAYLOAD_ID_HEX];

	payload_id_print(id, hex);
	printf("%-12s %s\n", what, hex);
}

static void print(const struct payload *p, const char *name, bool is_signed)
{
	printf("%-12s %s\n", "name", name);
	print_id("build-id", &p->id);
	print_id("depends", &p->depends);
	print_id("xen-depends", &p->xen_depends);
	printf("%-12s %s\n", "signed", is_signed ? "yes (not verified)" : "no");
	printf("%-12s %" PRIu64 " bytes%s\n", "memory", p->loaded,
	       p->has_data ? "; has data: not applied a second time" : "");
	if (p->foreign)
		printf("%-12s %s: for another hypervisor\n", "foreign", p->foreign);
	for (uint32_t i = 0; i < p->nr_infos; i++)
		printf("%-12.*s %s\n", (int)p->infos[i].key_len, p->infos[i].key,
		       p->infos[i].value);
	for (unsigned int h = 0; h < NR_HOOKS; h++)
		if (p->nr_hooks[h])
			printf("%-12s %s\n", "hook", payload_hook_names[h]);
	for (uint32_t i = 0; i < p->nr_functions; i++) {
		const struct payload_function *f = &p->functions[i];

		printf("%-12s %s (%u bytes) by %u bytes%s\n", f->blanks ? "blanks" : "replaces",
		       f->name, f->old_size, f->new_size,
		       f->expects ? "; checks the old ones" : "");
	}
}

static int show(const char *path, bool json, struct patch_error *err)
{
	char name[XEN_LIVEPATCH_NAME_SIZE];
	struct payload p = {0};
	struct file f;
	size_t size;
	int rc;

	if (file_read(path, PAYLOAD_MAX_SIZE + SIGNATURE_TRAILER_SIZE, &f, err))
		return -1;
	size = signature_strip(f.bytes, f.size);
	rc = payload_parse(f.bytes, size, &p, err);
	if (!rc)
		rc = payload_name(&p, path, name, err);
	if (!rc && json) {
		struct json *j = payload_json(&p, name, size != f.size);
		char *text = json_print(j, true);

		puts(text ? text : "");
		rc = text ? 0 : patch_fail(err, "out of memory");
		free(text);
		json_free(j);
	} else if (!rc) {
		print(&p, name, size != f.size);
	}
	payload_clear(&p);
	file_free(&f);
	return rc;
}

int cmd_show(int argc, char **argv)
{
	struct patch_error err = {""};
	bool json = argc == 3 && !strcmp(argv[1], "--json");

	if (argc != 2 + json || (argv[1 + json][0] == '-' && argv[1 + json][1]))
		return misuse("show [--json] FILE");
	if (show(argv[1 + json], json, &err))
		return complain("%s: %s", argv[1 + json], err.text);
	return EXIT_OK;
}
