/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "advisory.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "feature.h"
#include "xen_version.h"

const char *const advisory_status_words[] = {
	[STATUS_NOT_AFFECTED] = "not_affected",
	[STATUS_FIXED] = "fixed",
	[STATUS_AFFECTED] = "affected",
	[STATUS_UNDER_INVESTIGATION] = "under_investigation",
	NULL,
};

const char *const advisory_justifications[] = {
	"component_not_present",
	"vulnerable_code_not_present",
	"vulnerable_code_not_in_execute_path",
	"vulnerable_code_cannot_be_controlled_by_adversary",
	"inline_mitigations_already_exist",
	NULL,
};

const char *const advisory_products[] = {"nacre", "xen", NULL};

struct check {
	char *error;
	size_t error_len;
};

static bool __attribute__((format(printf, 2, 3))) bad(struct check *c, const char *fmt, ...)
{
	va_list ap;

	if (!c->error || !c->error_len)
		return false;
	va_start(ap, fmt);
	vsnprintf(c->error, c->error_len, fmt, ap);
	va_end(ap);
	return false;
}

typedef bool (*member_check)(struct check *c, const char *name, struct json *v);

struct member {
	const char *name;
	member_check check;
	bool required;
};

/* Printable: no control characters, which would forge lines and columns. */
static bool is_text(const char *s, size_t max)
{
	const unsigned char *p;

	for (p = (const unsigned char *)s; *p; p++)
		if (*p < 0x20 || *p == 0x7f)
			return false;
	return s[0] && strlen(s) <= max;
}

static bool check_string(struct check *c, const char *name, const struct json *v, size_t max)
{
	if (v->type != JSON_STRING)
		return bad(c, "%s: not a string", name);
	if (!is_text(v->string, max))
		return bad(c, "%s: empty, longer than %zu bytes, or with control characters", name,
			   max);
	return true;
}

static bool check_text(struct check *c, const char *name, struct json *v)
{
	return check_string(c, name, v, ADVISORY_TEXT_MAX);
}

static bool check_word(struct check *c, const char *name, struct json *v)
{
	return check_string(c, name, v, ADVISORY_WORD_MAX);
}

static bool check_choice(struct check *c, const char *name, const struct json *v,
			 const char *const *words)
{
	if (v->type == JSON_STRING)
		for (; *words; words++)
			if (strcmp(*words, v->string) == 0)
				return true;
	return bad(c, "%s: not one of the known words", name);
}

static bool check_status(struct check *c, const char *name, struct json *v)
{
	return check_choice(c, name, v, advisory_status_words);
}

static bool check_justification(struct check *c, const char *name, struct json *v)
{
	return check_choice(c, name, v, advisory_justifications);
}

static bool check_time(struct check *c, const char *name, struct json *v)
{
	int64_t seconds;

	if (v->type == JSON_STRING && advisory_time_parse(v->string, &seconds))
		return true;
	return bad(c, "%s: not a time such as 2016-11-22T12:00:00Z", name);
}

static bool check_format(struct check *c, const char *name, struct json *v)
{
	if (v->type == JSON_INT && v->integer == ADVISORY_FORMAT)
		return true;
	return bad(c, "format: not %d", ADVISORY_FORMAT);
}

static bool check_id(struct check *c, const char *name, struct json *v)
{
	char id[ADVISORY_ID_MAX];

	if (v->type == JSON_STRING && advisory_id_parse(v->string, id) &&
	    strcmp(id, v->string) == 0)
		return true;
	return bad(c, "%s: not the id of an advisory, such as XSA-191", name);
}

static bool check_list(struct check *c, const char *name, struct json *v, member_check element)
{
	size_t i;

	if (v->type != JSON_ARRAY || v->nr > ADVISORY_LIST_MAX)
		return bad(c, "%s: not a list of at most %d", name, ADVISORY_LIST_MAX);
	for (i = 0; i < v->nr; i++)
		if (!element(c, name, v->items[i]))
			return false;
	return true;
}

static bool check_words(struct check *c, const char *name, struct json *v)
{
	return check_list(c, name, v, check_word);
}

static bool check_cve(struct check *c, const char *name, struct json *v)
{
	if (v->type == JSON_STRING && advisory_id_is_cve(v->string))
		return true;
	return bad(c, "%s: not an id such as CVE-2016-9386", name);
}

static bool check_cves(struct check *c, const char *name, struct json *v)
{
	return check_list(c, name, v, check_cve);
}

static bool check_build(struct check *c, const char *name, struct json *v)
{
	const char *s = json_string(v, "");
	size_t len = strlen(s);

	if (len >= 8 && len <= 64 && len % 2 == 0 && strspn(s, "0123456789abcdef") == len)
		return true;
	return bad(c, "%s: not a build-id in lower-case hexadecimal", name);
}

static bool check_builds(struct check *c, const char *name, struct json *v)
{
	return check_list(c, name, v, check_build);
}

static bool check_version(struct check *c, const char *name, struct json *v)
{
	struct xen_version version;

	if (v->type == JSON_STRING && xen_version_parse(v->string, &version) && version.exact)
		return true;
	return bad(c, "%s: not a release such as 4.17.4", name);
}

static bool check_versions(struct check *c, const char *name, struct json *v)
{
	return check_list(c, name, v, check_version);
}

static bool check_predicate(struct check *c, const char *name, struct json *v)
{
	if (v->type == JSON_STRING && feature_predicate_known(v->string))
		return true;
	return bad(c, "%s: \"%.60s\" is no known feature", name, json_string(v, "?"));
}

/* An element is a feature, or a list of features any of which will do. */
static bool check_requirement(struct check *c, const char *name, struct json *v)
{
	if (v->type == JSON_ARRAY && v->nr)
		return check_list(c, name, v, check_predicate);
	return check_predicate(c, name, v);
}

static bool check_requires(struct check *c, const char *name, struct json *v)
{
	return check_list(c, name, v, check_requirement);
}

static bool check_members(struct check *c, const char *name, struct json *v,
			  const struct member *members)
{
	const struct member *m;
	size_t i;

	if (v->type != JSON_OBJECT)
		return bad(c, "%s: not an object", name);
	for (i = 0; i < v->nr; i++) {
		for (m = members; m->name && strcmp(m->name, v->keys[i]) != 0; m++)
			;
		if (!m->name)
			return bad(c, "%s: unknown member \"%.60s\"", name, v->keys[i]);
		if (!m->check(c, m->name, v->items[i]))
			return false;
	}
	for (m = members; m->name; m++)
		if (m->required && !json_get(v, m->name))
			return bad(c, "%s: without \"%s\"", name, m->name);
	return true;
}

static bool check_fixed_by(struct check *c, const char *name, struct json *v)
{
	static const struct member members[] = {
		{"fixes", check_words, false},
		{"builds", check_builds, false},
		{"versions", check_versions, false},
		{NULL, NULL, false},
	};

	return check_members(c, name, v, members);
}

static bool check_side(struct check *c, const char *name, struct json *v)
{
	static const struct member members[] = {
		{"status", check_status, true},
		{"justification", check_justification, false},
		{"impact", check_text, false},
		{"component", check_word, false},
		{"requires", check_requires, false},
		{"introduced", check_version, false},
		{"fixed_by", check_fixed_by, false},
		{"not_affected_builds", check_builds, false},
		{NULL, NULL, false},
	};

	if (!check_members(c, name, v, members))
		return false;
	if (advisory_side_status(v) == STATUS_NOT_AFFECTED && !json_get(v, "justification"))
		return bad(c, "%s: not_affected without a justification", name);
	return true;
}

static bool check_products(struct check *c, const char *name, struct json *v)
{
	static const struct member members[] = {
		{"nacre", check_side, false},
		{"xen", check_side, false},
		{NULL, NULL, false},
	};

	return check_members(c, name, v, members);
}

bool advisory_check(struct json *v, char *error, size_t error_len)
{
	static const struct member members[] = {
		{"format", check_format, true},
		{"id", check_id, true},
		{"cve", check_cves, false},
		{"title", check_text, false},
		{"published", check_time, false},
		{"disclosure", check_time, false},
		{"neutral_name", check_word, false},
		{"references", check_words, false},
		{"evidence", check_words, false},
		{"products", check_products, false},
		{NULL, NULL, false},
	};
	struct check c = {.error = error, .error_len = error_len};
	struct json *id = json_get(v, "id");
	char canonical[ADVISORY_ID_MAX];

	if (id && id->type == JSON_STRING && advisory_id_parse(id->string, canonical) &&
	    strcmp(canonical, id->string) != 0 && !json_set_string(v, "id", canonical))
		return bad(&c, "out of memory");
	if (!check_members(&c, "record", v, members))
		return false;
	if (json_get(v, "disclosure") && !json_get(v, "neutral_name"))
		return bad(&c, "record: a disclosure time without a neutral_name");
	return true;
}

const char *advisory_id(const struct json *record)
{
	return json_string(json_get(record, "id"), "");
}

static int64_t time_of(const struct json *record, const char *member)
{
	const char *text = json_string(json_get(record, member), NULL);
	int64_t seconds;

	return text && advisory_time_parse(text, &seconds) ? seconds : 0;
}

int64_t advisory_published(const struct json *record)
{
	return time_of(record, "published");
}

int64_t advisory_disclosure(const struct json *record)
{
	return time_of(record, "disclosure");
}

bool advisory_embargoed(const struct json *record, int64_t now)
{
	return advisory_disclosure(record) > now;
}

const struct json *advisory_product(const struct json *record, const char *product)
{
	return json_get(json_get(record, "products"), product);
}

enum advisory_status advisory_side_status(const struct json *side)
{
	const char *word = json_string(json_get(side, "status"), "");
	int i;

	for (i = 0; advisory_status_words[i]; i++)
		if (strcmp(word, advisory_status_words[i]) == 0)
			return (enum advisory_status)i;
	return STATUS_UNDER_INVESTIGATION;
}

const char *advisory_side_component(const struct json *side)
{
	return json_string(json_get(side, "component"), "hypervisor");
}

bool advisory_list_has(const struct json *list, const char *word)
{
	size_t i;

	for (i = 0; list && list->type == JSON_ARRAY && i < list->nr; i++)
		if (strcmp(json_string(list->items[i], ""), word) == 0)
			return true;
	return false;
}

bool advisory_has_cve(const struct json *record, const char *cve)
{
	return advisory_list_has(json_get(record, "cve"), cve);
}

static bool merge_products(struct json *base, const struct json *over)
{
	struct json *mine = json_get(base, "products");
	size_t i, j;

	if (!mine)
		return json_set(base, "products", json_copy(over));
	for (i = 0; i < over->nr; i++) {
		const struct json *side = over->items[i];
		struct json *old = json_get(mine, over->keys[i]);
		bool ok = true;

		if (!old)
			ok = json_set(mine, over->keys[i], json_copy(side));
		for (j = 0; old && ok && j < side->nr; j++)
			ok = json_set(old, side->keys[j], json_copy(side->items[j]));
		if (!ok)
			return false;
	}
	return true;
}

bool advisory_merge(struct json *base, const struct json *over)
{
	size_t i;

	for (i = 0; i < over->nr; i++) {
		const char *key = over->keys[i];
		bool ok = strcmp(key, "products") == 0
				  ? merge_products(base, over->items[i])
				  : json_set(base, key, json_copy(over->items[i]));

		if (!ok)
			return false;
	}
	return true;
}
