/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* The Xen Project's xsa.json: ids, titles, CVE ids and times; no versions.  An
 * advisory that is announced but not public yet has neither title nor CVE. */
#include <stdio.h>

#include "import.h"
#include "advisory.h"

static bool add_one(struct importing *i, const struct json *v, size_t nr)
{
	const struct json *number = json_get(v, "xsa"), *cve = json_get(v, "cve");
	char id[ADVISORY_ID_MAX], place[32];
	struct json *record;
	size_t n;

	snprintf(place, sizeof(place), "xsas[%zu]", nr);
	i->where = place;
	/* A number; some tools write it as a string. */
	if (number && number->type == JSON_INT && number->integer > 0 && number->integer < 10000000)
		snprintf(id, sizeof(id), "XSA-%lld", (long long)number->integer);
	else if (!advisory_id_parse(json_string(number, "?"), id) || advisory_id_xsa(id) < 0)
		return import_bad(i, "\"xsa\" is not a number");
	if (cve && cve->type != JSON_ARRAY)
		return import_bad(i, "\"cve\" is not a list");
	record = import_record(i, id);
	if (!record)
		return false;
	if (!import_title(record, json_string(json_get(v, "title"), "")) ||
	    !import_published(record, json_string(json_get(v, "public_time"), "")))
		return import_bad(i, "out of memory");
	for (n = 0; cve && n < cve->nr; n++)
		if (!import_add_cve(record, json_string(cve->items[n], "")))
			return import_bad(i, "out of memory");
	return true;
}

bool import_xsa_index(struct importing *i, const struct json *v)
{
	const struct json *list = json_get(v, "xsas");
	size_t n;

	if (list->type != JSON_ARRAY)
		return import_bad(i, "\"xsas\" is not a list");
	for (n = 0; n < list->nr; n++)
		if (!add_one(i, list->items[n], n))
			return false;
	return true;
}
