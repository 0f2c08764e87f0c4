/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "import.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "advisory.h"
#include "advisory_set.h"

const char *const import_format_words[NR_IMPORT_FORMATS] = {
	[IMPORT_XSA_INDEX] = "xsa.json",
	[IMPORT_OSV] = "osv",
	[IMPORT_CSAF] = "csaf",
};

bool import_bad(struct importing *i, const char *fmt, ...)
{
	int used = snprintf(i->error, i->error_len, "%s: ", i->where);
	va_list ap;

	if (used < 0 || (size_t)used >= i->error_len)
		return false;
	va_start(ap, fmt);
	vsnprintf(i->error + used, i->error_len - (size_t)used, fmt, ap);
	va_end(ap);
	return false;
}

struct json *import_record(struct importing *i, const char *id)
{
	struct json *records = i->im->records, *r;
	size_t n;

	/* Files name an advisory's parts one after the other. */
	for (n = records->nr; n > 0 && n + 8 > records->nr; n--)
		if (strcmp(advisory_id(records->items[n - 1]), id) == 0)
			return records->items[n - 1];
	if (records->nr == IMPORT_RECORDS_MAX) {
		import_bad(i, "more than %d advisories", IMPORT_RECORDS_MAX);
		return NULL;
	}
	r = json_new_object();
	if (r && json_set_int(r, "format", ADVISORY_FORMAT) && json_set_string(r, "id", id)) {
		if (json_append(records, r))
			return r;
		r = NULL;
	}
	json_free(r);
	import_bad(i, "out of memory");
	return NULL;
}

bool import_pick_id(struct importing *i, const char *own, const struct json *aliases, char *id)
{
	char candidate[ADVISORY_ID_MAX];
	const struct json *known;
	bool have = advisory_id_parse(own, id);
	size_t n;

	if (have && advisory_id_xsa(id) >= 0)
		return true;
	for (n = 0; aliases && aliases->type == JSON_ARRAY && n < aliases->nr; n++)
		if (advisory_id_parse(json_string(aliases->items[n], ""), candidate) &&
		    advisory_id_xsa(candidate) >= 0) {
			memcpy(id, candidate, sizeof(candidate));
			return true;
		}
	for (n = 0; i->view && aliases && aliases->type == JSON_ARRAY && n < aliases->nr; n++) {
		known = advisory_find_cve(i->view, json_string(aliases->items[n], ""));
		if (known) {
			snprintf(id, ADVISORY_ID_MAX, "%s", advisory_id(known));
			return true;
		}
	}
	known = have && i->view ? advisory_find_cve(i->view, id) : NULL;
	if (known)
		snprintf(id, ADVISORY_ID_MAX, "%s", advisory_id(known));
	return have;
}

/* Cut at a character, not inside one. */
static size_t cut_length(const char *text, size_t max)
{
	size_t len = strlen(text);

	if (len <= max)
		return len;
	while (max && ((unsigned char)text[max] & 0xc0) == 0x80)
		max--;
	return max;
}

bool import_title(struct json *record, const char *title)
{
	char text[ADVISORY_WORD_MAX + 1];
	size_t len = cut_length(title, ADVISORY_WORD_MAX), n;

	for (n = 0; n < len; n++)
		text[n] = (unsigned char)title[n] < 0x20 || title[n] == 0x7f ? ' ' : title[n];
	text[len] = '\0';
	return !len || json_set_string(record, "title", text);
}

bool import_add_word(struct json *object, const char *member, const char *word)
{
	struct json *list = json_get(object, member);

	if (!list) {
		if (!json_set(object, member, json_new_array()))
			return false;
		list = json_get(object, member);
	}
	return advisory_list_has(list, word) || list->nr == ADVISORY_LIST_MAX ||
	       json_append(list, json_new_string(word));
}

bool import_add_cve(struct json *record, const char *cve)
{
	return !advisory_id_is_cve(cve) || import_add_word(record, "cve", cve);
}

bool import_published(struct json *record, const char *time)
{
	char text[ADVISORY_TIME_MAX];
	int64_t seconds;

	if (!advisory_time_parse(time, &seconds))
		return true;
	advisory_time_print(seconds, text);
	return json_set_string(record, "published", text);
}

struct json *import_side(struct json *record, const char *product, const char *status)
{
	struct json *products = json_get(record, "products"), *side;

	if (!products) {
		if (!json_set(record, "products", json_new_object()))
			return NULL;
		products = json_get(record, "products");
	}
	side = json_get(products, product);
	if (!side) {
		if (!json_set(products, product, json_new_object()))
			return NULL;
		side = json_get(products, product);
	}
	return json_set_string(side, "status", status) ? side : NULL;
}

static bool read_format(struct importing *i, const struct json *v)
{
	const struct json *first = v->type == JSON_ARRAY && v->nr ? v->items[0] : v;

	i->where = "file";
	if (json_get(first, "xsas")) {
		i->im->format = IMPORT_XSA_INDEX;
		return import_xsa_index(i, first);
	}
	if (json_get(v, "document")) {
		i->im->format = IMPORT_CSAF;
		return import_csaf(i, v);
	}
	if (json_get(first, "affected") || json_get(first, "modified") || json_get(v, "vulns")) {
		i->im->format = IMPORT_OSV;
		return import_osv(i, v);
	}
	return import_bad(i,
			  "none of xsa.json (\"xsas\"), CSAF (\"document\"), OSV (\"affected\")");
}

bool import_json(const struct json *v, const struct json *view, struct import *im, char *error,
		 size_t error_len)
{
	struct importing i = {.im = im, .view = view, .error = error, .error_len = error_len};
	char why[160];
	size_t n;
	bool ok;

	*im = (struct import){.records = json_new_array()};
	i.where = "file";
	ok = im->records ? read_format(&i, v) : import_bad(&i, "out of memory");
	for (n = 0; ok && n < im->records->nr; n++) {
		i.where = advisory_id(im->records->items[n]);
		if (!advisory_check(im->records->items[n], why, sizeof(why)))
			ok = import_bad(&i, "%s", why);
	}
	if (!ok)
		import_free(im);
	return ok;
}

void import_free(struct import *im)
{
	json_free(im->records);
	im->records = NULL;
}

struct json *import_file(const struct import *im, int64_t now)
{
	struct json *v = json_new_object();
	char time[ADVISORY_TIME_MAX];

	advisory_time_print(now, time);
	if (v && json_set_int(v, "format", ADVISORY_FORMAT) &&
	    json_set_string(v, "imported", time) &&
	    json_set_string(v, "source", import_format_words[im->format]) &&
	    json_set_string(v, "layer", im->format == IMPORT_XSA_INDEX ? "index" : "records") &&
	    json_set(v, "records", json_copy(im->records)))
		return v;
	json_free(v);
	return NULL;
}
