/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * CSAF 2.0, profiles csaf_vex and csaf_security_advisory.  Products count when their
 * package URL says pkg:generic/nacre or pkg:generic/xen, or when they have no
 * package URL and are called so; ?build_id= in it makes the statement one about
 * that build, @X.Y.Z one about that release.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host_facts.h"
#include "import.h"
#include "advisory.h"
#include "xen_version.h"

#define PRODUCTS_MAX 4096

struct product {
	const char *id; /* product_id */
	const char *product;
	char version[32];
	char build_id[BUILD_ID_TEXT];
};

struct products {
	struct product *items;
	size_t nr;
};

static void read_purl(struct product *p, const char *purl)
{
	const char *version = strchr(purl, '@'), *build = strstr(purl, "build_id=");
	size_t len;

	if (version && (len = strcspn(version + 1, "?#")) < sizeof(p->version))
		snprintf(p->version, sizeof(p->version), "%.*s", (int)len, version + 1);
	if (build) {
		build += strlen("build_id=");
		len = strspn(build, "0123456789abcdef");
		if (len < sizeof(p->build_id))
			snprintf(p->build_id, sizeof(p->build_id), "%.*s", (int)len, build);
	}
}

/* "Nacre", "Xen 4.17.4": the name, and a version behind a blank. */
static bool is_named(const char *name, const char *product, struct product *p)
{
	size_t len = strlen(product);

	if (strncasecmp(name, product, len) != 0 || (name[len] && name[len] != ' '))
		return false;
	if (name[len] && strlen(name + len + 1) < sizeof(p->version))
		snprintf(p->version, sizeof(p->version), "%s", name + len + 1);
	return true;
}

static bool add_product(struct importing *i, struct products *all, const struct json *v)
{
	const char *name = json_string(json_get(v, "name"), "");
	const char *id = json_string(json_get(v, "product_id"), NULL);
	const char *purl = json_string(json_path(v, "product_identification_helper.purl"), NULL);
	struct product p = {.id = id};
	int n;

	if (!id)
		return true;
	for (n = 0; advisory_products[n]; n++) {
		char generic[32];
		size_t len = (size_t)snprintf(generic, sizeof(generic), "pkg:generic/%s",
					      advisory_products[n]);

		if (purl ? strncmp(purl, generic, len) == 0 && strchr("@?#", purl[len])
			 : is_named(name, advisory_products[n], &p))
			p.product = advisory_products[n];
	}
	if (!p.product)
		return true;
	if (purl)
		read_purl(&p, purl);
	if (all->nr == PRODUCTS_MAX)
		return import_bad(i, "more than %d products", PRODUCTS_MAX);
	all->items[all->nr++] = p;
	return true;
}

/* Depth is bounded by the parser's limit. */
static bool add_branches(struct importing *i, struct products *all, const struct json *branches)
{
	size_t n;

	for (n = 0; branches && branches->type == JSON_ARRAY && n < branches->nr; n++) {
		const struct json *b = branches->items[n];

		if (!add_product(i, all, json_get(b, "product")) ||
		    !add_branches(i, all, json_get(b, "branches")))
			return false;
	}
	return true;
}

static bool add_products(struct importing *i, struct products *all, const struct json *tree)
{
	const struct json *full = json_get(tree, "full_product_names");
	size_t n;

	for (n = 0; full && full->type == JSON_ARRAY && n < full->nr; n++)
		if (!add_product(i, all, full->items[n]))
			return false;
	return add_branches(i, all, json_get(tree, "branches"));
}

static const struct product *find_product(const struct products *all, const char *id)
{
	size_t n;

	for (n = 0; n < all->nr; n++)
		if (strcmp(all->items[n].id, id) == 0)
			return &all->items[n];
	return NULL;
}

/* The label of the flag that names this product. */
static const char *justification_of(const struct json *vulnerability, const char *product_id)
{
	const struct json *flags = json_get(vulnerability, "flags");
	size_t n;
	int j;

	for (n = 0; flags && flags->type == JSON_ARRAY && n < flags->nr; n++) {
		const char *label = json_string(json_get(flags->items[n], "label"), "");

		if (!advisory_list_has(json_get(flags->items[n], "product_ids"), product_id))
			continue;
		for (j = 0; advisory_justifications[j]; j++)
			if (strcmp(label, advisory_justifications[j]) == 0)
				return advisory_justifications[j];
	}
	return "vulnerable_code_not_present";
}

static struct json *side_of(struct json *record, const char *product)
{
	struct json *side = json_get(json_get(record, "products"), product);

	/* What is said of one build or release leaves the others as they were. */
	return side ? side : import_side(record, product, "affected");
}

static bool say_fixed(struct importing *i, struct json *record, const struct product *p)
{
	struct json *side = side_of(record, p->product), *fixed_by;
	struct xen_version v;

	if (!side ||
	    (!json_get(side, "fixed_by") && !json_set(side, "fixed_by", json_new_object())))
		return false;
	fixed_by = json_get(side, "fixed_by");
	if (p->build_id[0])
		return import_add_word(fixed_by, "builds", p->build_id);
	if (strcmp(p->product, "xen") == 0 && xen_version_parse(p->version, &v) && v.exact)
		return import_add_word(fixed_by, "versions", p->version);
	i->im->skipped++;
	return true;
}

static bool say_not_affected(struct importing *i, struct json *record, const struct product *p,
			     const char *justification)
{
	struct json *side;

	if (p->build_id[0]) {
		side = side_of(record, p->product);
		return side && json_set_string(side, "justification", justification) &&
		       import_add_word(side, "not_affected_builds", p->build_id);
	}
	if (p->version[0]) {
		i->im->skipped++; /* of one release only, which says nothing of others */
		return true;
	}
	side = import_side(record, p->product, "not_affected");
	return side && json_set_string(side, "justification", justification);
}

static bool add_statements(struct importing *i, struct json *record, const struct products *all,
			   const struct json *v, const char *status)
{
	const struct json *ids = json_get(json_get(v, "product_status"), status);
	size_t n;

	for (n = 0; ids && ids->type == JSON_ARRAY && n < ids->nr; n++) {
		const char *id = json_string(ids->items[n], "");
		const struct product *p = find_product(all, id);
		bool ok;

		if (!p) {
			i->im->skipped++;
			continue;
		}
		if (strcmp(status, "fixed") == 0)
			ok = say_fixed(i, record, p);
		else if (strcmp(status, "known_not_affected") == 0)
			ok = say_not_affected(i, record, p, justification_of(v, id));
		else if (strcmp(status, "known_affected") == 0)
			ok = side_of(record, p->product);
		else
			ok = json_get(json_get(record, "products"), p->product) ||
			     import_side(record, p->product, "under_investigation");
		if (!ok)
			return import_bad(i, "out of memory");
	}
	return true;
}

/* "ids": other systems' names, the XSA's among them. */
static bool pick_id(struct importing *i, const struct json *v, char *id)
{
	const char *cve = json_string(json_get(v, "cve"), "");
	const struct json *ids = json_get(v, "ids");
	struct json *names = json_new_array();
	bool ok = names;
	size_t n;

	for (n = 0; ok && ids && ids->type == JSON_ARRAY && n < ids->nr; n++)
		ok = json_append(
			names, json_new_string(json_string(json_get(ids->items[n], "text"), "?")));
	ok = ok && json_append(names, json_new_string(cve));
	ok = ok && (import_pick_id(i, cve, names, id) ||
		    import_pick_id(i, json_string(names->items[0], ""), names, id));
	json_free(names);
	return ok || import_bad(i, "a vulnerability without an id");
}

static bool add_vulnerability(struct importing *i, const struct products *all, const struct json *v)
{
	static const char *const statuses[] = {"known_not_affected", "fixed", "known_affected",
					       "under_investigation", NULL};
	char id[ADVISORY_ID_MAX];
	struct json *record;
	int s;

	i->where = "vulnerabilities";
	if (!pick_id(i, v, id))
		return false;
	record = import_record(i, id);
	if (!record)
		return false;
	i->where = advisory_id(record);
	if (!import_title(record, json_string(json_get(v, "title"), "")) ||
	    !import_published(record, json_string(json_get(v, "release_date"), "")) ||
	    !import_add_cve(record, json_string(json_get(v, "cve"), "")))
		return import_bad(i, "out of memory");
	for (s = 0; statuses[s]; s++)
		if (!add_statements(i, record, all, v, statuses[s]))
			return false;
	return true;
}

bool import_csaf(struct importing *i, const struct json *v)
{
	const char *version = json_string(json_path(v, "document.csaf_version"), "");
	const struct json *list = json_get(v, "vulnerabilities");
	struct products all = {0};
	bool ok;
	size_t n;

	i->where = "document";
	if (strcmp(version, "2.0") != 0)
		return import_bad(i, "csaf_version is \"%.20s\", not \"2.0\"", version);
	if (!list || list->type != JSON_ARRAY)
		return import_bad(i, "no list of vulnerabilities");
	all.items = calloc(PRODUCTS_MAX, sizeof(*all.items));
	if (!all.items)
		return import_bad(i, "out of memory");
	ok = add_products(i, &all, json_get(v, "product_tree"));
	for (n = 0; ok && n < list->nr; n++)
		ok = add_vulnerability(i, &all, list->items[n]);
	free(all.items);
	return ok;
}
