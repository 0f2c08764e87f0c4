/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* OASIS CSAF 2.0, profile 5 (VEX): one product, which is the build that runs on this
 * host with its live patches. */
#include <stdio.h>
#include <string.h>

#include "advisory_id.h"
#include "report.h"

#define PRODUCT_ID "RUNNING"

static const char *text_of(const struct json *v, const char *member)
{
	return json_string(json_get(v, member), "");
}

static struct json *one_element(struct json *v)
{
	struct json *list = json_new_array();

	json_append(list, v);
	return list;
}

static const char *build_id_of(const struct json *report)
{
	const struct json *list = json_path(report, "host.components");
	size_t i;

	for (i = 0; list && i < list->nr; i++)
		if (strcmp(text_of(list->items[i], "name"), "hypervisor") == 0)
			return text_of(list->items[i], "build_id");
	return "";
}

static struct json *tracking(const struct json *report, const char *time)
{
	struct json *v = json_new_object(), *revision = json_new_object();
	char id[128];

	snprintf(id, sizeof(id), "host-status-%.16s-%s", build_id_of(report), time);
	json_set_string(v, "id", id);
	json_set_string(v, "status", "final");
	json_set_string(v, "version", "1");
	json_set_string(v, "initial_release_date", time);
	json_set_string(v, "current_release_date", time);
	json_set_string(revision, "number", "1");
	json_set_string(revision, "date", time);
	json_set_string(revision, "summary", "Status at this time");
	json_set(v, "revision_history", one_element(revision));
	return v;
}

static struct json *document(const struct json *report, const char *time)
{
	struct json *v = json_new_object(), *publisher = json_new_object();

	json_set_string(v, "category", "csaf_vex");
	json_set_string(v, "csaf_version", "2.0");
	json_set_string(v, "title", "Advisory status of a running hypervisor");
	json_set_string(publisher, "category", "user");
	json_set_string(publisher, "name", "nacred");
	json_set_string(publisher, "namespace", "urn:nacre:nacred");
	json_set(v, "publisher", publisher);
	json_set(v, "tracking", tracking(report, time));
	return v;
}

static struct json *product_tree(const struct json *report)
{
	const char *product = json_string(json_path(report, "host.product"), "");
	const char *version = json_string(json_path(report, "host.version"), "");
	struct json *v = json_new_object(), *name = json_new_object(), *helper = json_new_object();
	char text[256];

	snprintf(text, sizeof(text), "%s %s", product, version);
	json_set_string(name, "name", text);
	json_set_string(name, "product_id", PRODUCT_ID);
	snprintf(text, sizeof(text), "pkg:generic/%s@%s?build_id=%s", product, version,
		 build_id_of(report));
	json_set_string(helper, "purl", text);
	json_set(name, "product_identification_helper", helper);
	json_set(v, "full_product_names", one_element(name));
	return v;
}

static const char *status_of(const struct json *a)
{
	const char *status = text_of(a, "status");

	if (strcmp(status, "not_affected") == 0)
		return "known_not_affected";
	if (strcmp(status, "affected") == 0)
		return "known_affected";
	return strncmp(status, "fixed", 5) == 0 ? "fixed" : "under_investigation";
}

static struct json *with_product(const char *key, const char *value, const char *key2,
				 const char *value2)
{
	struct json *v = json_new_object();

	json_set_string(v, key, value);
	if (key2)
		json_set_string(v, key2, value2);
	json_set(v, "product_ids", one_element(json_new_string(PRODUCT_ID)));
	return v;
}

/* VEX wants a flag (or an impact) for what is not affected, and what to do for
 * what is (CSAF 2.0 section 4.5). */
static void add_reason(struct json *v, const struct json *a)
{
	const char *action = text_of(a, "action"), *category = "none_available";
	char text[256];

	if (strcmp(text_of(a, "status"), "not_affected") == 0)
		json_set(v, "flags",
			 one_element(
				 with_product("label", text_of(a, "justification"), NULL, NULL)));
	if (strcmp(text_of(a, "status"), "affected") != 0)
		return;
	snprintf(text, sizeof(text), "No fix is on this host");
	if (strcmp(action, "none") != 0)
		category = "vendor_fix";
	if (strcmp(action, "apply") == 0)
		snprintf(text, sizeof(text), "Apply the live patch %.128s", text_of(a, "apply"));
	else if (strcmp(action, "none") != 0)
		snprintf(text, sizeof(text), "Start the installed %.60s (%s)",
			 text_of(a, "component"), action);
	json_set(v, "remediations",
		 one_element(with_product("category", category, "details", text)));
}

static struct json *vulnerability(const struct json *a, const char *cve)
{
	struct json *v = json_new_object(), *status = json_new_object();
	struct json *id = json_new_object(), *note = json_new_object();

	if (cve)
		json_set_string(v, "cve", cve);
	json_set_string(id, "system_name", "Xen Security Advisory");
	json_set_string(id, "text", text_of(a, "id"));
	json_set(v, "ids", one_element(id));
	if (*text_of(a, "title"))
		json_set_string(v, "title", text_of(a, "title"));
	json_set_string(note, "category", "description");
	json_set_string(note, "text",
			*text_of(a, "title") ? text_of(a, "title") : text_of(a, "id"));
	json_set(v, "notes", one_element(note));
	json_set(status, status_of(a), one_element(json_new_string(PRODUCT_ID)));
	json_set(v, "product_status", status);
	add_reason(v, a);
	return v;
}

struct json *report_csaf(const struct json *report, int64_t now)
{
	const struct json *list = json_get(report, "advisories");
	struct json *v = json_new_object(), *all = json_new_array();
	char time[ADVISORY_TIME_MAX];
	size_t i, c;
	bool ok = v && all && list;

	advisory_time_print(now, time);
	for (i = 0; ok && i < list->nr; i++) {
		const struct json *a = list->items[i], *cve = json_get(a, "cve");

		if (!cve || !cve->nr)
			ok = json_append(all, vulnerability(a, NULL));
		for (c = 0; ok && cve && c < cve->nr; c++)
			ok = json_append(all, vulnerability(a, json_string(cve->items[c], "")));
	}
	ok = ok && json_set(v, "document", document(report, time)) &&
	     json_set(v, "product_tree", product_tree(report));
	if (ok && json_set(v, "vulnerabilities", all))
		return v;
	if (!ok)
		json_free(all);
	json_free(v);
	return NULL;
}
