/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * OSV 1.x: one record, a list of them, or {"vulns":[...]} as its servers answer.
 * Statements count when they are about the packages "nacre" or "xen" of no
 * distribution: a distribution's own version numbers tell nothing about the
 * hypervisor that runs.  What OSV has no words for stands in the member
 * ecosystem_specific: component, requires, fixes, builds.
 */
#include <stdio.h>
#include <string.h>

#include "import.h"
#include "advisory.h"
#include "xen_version.h"

static bool starts_with(const char *s, const char *start)
{
	return strncmp(s, start, strlen(start)) == 0;
}

/* "nacre", "xen" or NULL. */
static const char *product_of(const struct json *package)
{
	const char *name = json_string(json_get(package, "name"), "");
	const char *ecosystem = json_string(json_get(package, "ecosystem"), "");
	const char *purl = json_string(json_get(package, "purl"), "");
	int p;

	for (p = 0; advisory_products[p]; p++) {
		char generic[32];

		snprintf(generic, sizeof(generic), "pkg:generic/%s", advisory_products[p]);
		if (starts_with(purl, generic))
			return advisory_products[p];
		if (!*purl && strcmp(name, advisory_products[p]) == 0 &&
		    (!*ecosystem || strcasecmp(ecosystem, advisory_products[p]) == 0))
			return advisory_products[p];
	}
	return NULL;
}

static bool is_release(const char *text)
{
	struct xen_version v;

	return xen_version_parse(text, &v) && v.exact;
}

static bool add_event(struct importing *i, struct json *side, const struct json *event)
{
	const char *fixed = json_string(json_get(event, "fixed"), NULL);
	struct json *fixed_by;

	if (!fixed)
		return true;
	if (!is_release(fixed)) {
		i->im->skipped++;
		return true;
	}
	fixed_by = json_get(side, "fixed_by");
	if (!fixed_by) {
		if (!json_set(side, "fixed_by", json_new_object()))
			return false;
		fixed_by = json_get(side, "fixed_by");
	}
	return import_add_word(fixed_by, "versions", fixed);
}

/* *@old becomes the oldest release that brought the fault; false when a range begins
 * at "0" or somewhere else that is no release. */
static bool oldest_introduced(const struct json *events, const char **old)
{
	struct xen_version v;
	size_t e;

	for (e = 0; e < events->nr; e++) {
		const char *at = json_string(json_get(events->items[e], "introduced"), NULL);

		if (!at)
			continue;
		if (!is_release(at) || !xen_version_parse(at, &v))
			return false;
		if (!*old || xen_version_before(&v, *old) == VERSION_HAS)
			*old = at;
	}
	return true;
}

static bool add_ranges(struct importing *i, struct json *side, const struct json *ranges)
{
	const char *introduced = NULL;
	bool bounded = true;
	size_t r, e;

	for (r = 0; ranges && ranges->type == JSON_ARRAY && r < ranges->nr; r++) {
		const struct json *events = json_get(ranges->items[r], "events");
		const char *type = json_string(json_get(ranges->items[r], "type"), "");

		if (strcmp(type, "GIT") == 0 || !events || events->type != JSON_ARRAY) {
			i->im->skipped++; /* a commit is not what a hypervisor tells */
			continue;
		}
		for (e = 0; e < events->nr; e++)
			if (!add_event(i, side, events->items[e]))
				return import_bad(i, "out of memory");
		bounded = bounded && oldest_introduced(events, &introduced);
	}
	if (bounded && introduced && !json_set_string(side, "introduced", introduced))
		return import_bad(i, "out of memory");
	return true;
}

static bool add_specific(struct importing *i, struct json *side, const struct json *specific)
{
	static const char *const own[] = {"status",   "justification", "component",
					  "requires", "impact",	       NULL};
	static const char *const fixes[] = {"fixes", "builds", NULL};
	const struct json *v;
	struct json *fixed_by;
	int n;

	for (n = 0; own[n]; n++) {
		v = json_get(specific, own[n]);
		if (v && !json_set(side, own[n], json_copy(v)))
			return import_bad(i, "out of memory");
	}
	for (n = 0; fixes[n]; n++) {
		v = json_get(specific, fixes[n]);
		if (!v)
			continue;
		if (!json_get(side, "fixed_by") && !json_set(side, "fixed_by", json_new_object()))
			return import_bad(i, "out of memory");
		fixed_by = json_get(side, "fixed_by");
		if (!json_set(fixed_by, fixes[n], json_copy(v)))
			return import_bad(i, "out of memory");
	}
	return true;
}

static bool add_affected(struct importing *i, struct json *record, const struct json *list)
{
	size_t n;

	if (list && list->type != JSON_ARRAY)
		return import_bad(i, "\"affected\" is not a list");
	for (n = 0; list && n < list->nr; n++) {
		const struct json *a = list->items[n];
		const char *product = product_of(json_get(a, "package"));
		struct json *side;

		if (!product) {
			i->im->skipped++;
			continue;
		}
		side = import_side(record, product, "affected");
		if (!side)
			return import_bad(i, "out of memory");
		if (!add_ranges(i, side, json_get(a, "ranges")) ||
		    !add_specific(i, side, json_get(a, "ecosystem_specific")))
			return false;
	}
	return true;
}

static bool add_cves(struct importing *i, struct json *record, const struct json *list)
{
	size_t n;

	for (n = 0; list && list->type == JSON_ARRAY && n < list->nr; n++)
		if (!import_add_cve(record, json_string(list->items[n], "")))
			return import_bad(i, "out of memory");
	return true;
}

static bool add_one(struct importing *i, const struct json *v)
{
	const char *own = json_string(json_get(v, "id"), NULL);
	const struct json *aliases = json_get(v, "aliases");
	char id[ADVISORY_ID_MAX];
	struct json *record;

	if (!own)
		return import_bad(i, "a record without \"id\"");
	if (!aliases || aliases->type != JSON_ARRAY || !aliases->nr)
		aliases = json_get(v, "upstream"); /* what distributions' records have */
	if (!import_pick_id(i, own, aliases, id))
		return import_bad(i, "\"%.60s\" is no id", own);
	record = import_record(i, id);
	if (!record)
		return false;
	i->where = advisory_id(record);
	if (json_get(v, "withdrawn")) {
		i->im->skipped++;
		return true;
	}
	if (!import_title(record, json_string(json_get(v, "summary"), "")) ||
	    !import_published(record, json_string(json_get(v, "published"), "")) ||
	    !import_add_cve(record, own))
		return import_bad(i, "out of memory");
	return add_cves(i, record, aliases) && add_affected(i, record, json_get(v, "affected"));
}

bool import_osv(struct importing *i, const struct json *v)
{
	const struct json *list = json_get(v, "vulns");
	size_t n;

	if (!list && v->type != JSON_ARRAY)
		return add_one(i, v);
	list = list ? list : v;
	if (list->type != JSON_ARRAY)
		return import_bad(i, "\"vulns\" is not a list");
	for (n = 0; n < list->nr; n++) {
		i->where = "file";
		if (!add_one(i, list->items[n]))
			return false;
	}
	return true;
}
