/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "advisory_file.h"
#include "advisory_set.h"

#define EARLY 1000000000
#define LATER 2000000000 /* 2033-05-18T03:33:20Z */

static struct advisory_set rs;
static char dir[64];

static void start(void)
{
	const char *tmp = getenv("TMPDIR");

	snprintf(dir, sizeof(dir), "%.40s/advisory.XXXXXX", tmp ? tmp : "/tmp");
	cr_assert_not_null(mkdtemp(dir));
	cr_assert(advisory_set_init(&rs));
}

static void stop(void)
{
	char command[100];

	advisory_set_free(&rs);
	snprintf(command, sizeof(command), "rm -r '%s'", dir);
	cr_assert_eq(system(command), 0);
}

TestSuite(advisory_set, .init = start, .fini = stop);

static void add(enum advisory_layer layer, const char *text)
{
	struct json *v = json_parse(text, strlen(text), NULL, NULL, 0);
	char why[200] = "";

	cr_assert(v && advisory_check(v, why, sizeof(why)), "%s: %s", text, why);
	cr_assert(advisory_set_add(&rs, v, layer));
}

static void put(const char *name, const char *text)
{
	char path[120];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "w");
	cr_assert(f && fputs(text, f) >= 0 && fclose(f) == 0);
}

static const char *title(const struct json *view, const char *id)
{
	const struct json *r = advisory_find(view, id);

	return r ? json_string(json_get(r, "title"), "(untitled)") : "(none)";
}

#define R(id, rest) "{\"format\":1,\"id\":\"" id "\"" rest "}"
#define SECRET	    ",\"disclosure\":\"2033-05-18T03:33:20Z\",\"neutral_name\":\"plain\""

Test(advisory_set, layers_and_order)
{
	struct json *view;

	add(LAYER_LOCAL, R("XSA-108", ",\"title\":\"local\""));
	add(LAYER_INDEX, R("XSA-108", ",\"title\":\"index\",\"published\":\"2014-10-01\""));
	add(LAYER_INSTALLED, R("XSA-108", ",\"title\":\"ours\",\"evidence\":[\"t\"]"));
	add(LAYER_INDEX, R("XSA-29", ",\"title\":\"index\""));
	add(LAYER_IMPORTED, R("CVE-2016-9386", ""));
	view = advisory_set_view(&rs, EARLY, false);
	cr_assert_eq(view->nr, 3);
	cr_assert_str_eq(advisory_id(view->items[0]), "CVE-2016-9386");
	cr_assert_str_eq(advisory_id(view->items[1]), "XSA-29");
	cr_assert_str_eq(title(view, "XSA-108"), "local");
	cr_assert_not_null(json_get(advisory_find(view, "XSA-108"), "evidence"));
	cr_assert_neq(advisory_published(advisory_find(view, "XSA-108")), 0);
	cr_assert_str_eq(title(view, "XSA-1"), "(none)");
	json_free(view);
}

Test(advisory_set, embargo)
{
	struct json *view;

	add(LAYER_LOCAL, R("XSA-500", SECRET ",\"title\":\"secret\",\"cve\":[\"CVE-2033-1234\"]"));
	add(LAYER_LOCAL, R("XSA-500", ",\"title\":\"secret too\""));
	add(LAYER_IMPORTED, R("XSA-500", ",\"title\":\"secret three\""));
	add(LAYER_LOCAL, R("XSA-501", SECRET));
	add(LAYER_INDEX, R("XSA-501", ",\"published\":\"2033-05-18\""));
	view = advisory_set_view(&rs, EARLY, false);
	cr_assert_eq(view->nr, 1);
	cr_assert_str_eq(title(view, "XSA-500"), "(none)");
	cr_assert_null(advisory_find_cve(view, "CVE-2033-1234"));
	cr_assert_null(json_get(advisory_find(view, "XSA-501"), "disclosure"));
	json_free(view);
	view = advisory_set_view(&rs, EARLY, true);
	cr_assert_eq(view->nr, 2);
	cr_assert_str_eq(title(view, "XSA-500"), "secret too");
	cr_assert_not_null(json_get(advisory_find(view, "XSA-501"), "disclosure"));
	json_free(view);
	/* The time comes: everybody sees it. */
	view = advisory_set_view(&rs, LATER, false);
	cr_assert_str_eq(title(view, "XSA-500"), "secret too");
	json_free(view);
	cr_assert_eq(advisory_set_next_disclosure(&rs, EARLY), LATER);
	cr_assert_eq(advisory_set_next_disclosure(&rs, LATER), INT64_MAX);
	view = advisory_set_view(&rs, LATER - 1, false);
	cr_assert_str_eq(title(view, "XSA-500"), "(none)");
	json_free(view);
}

Test(advisory_set, cve_of_two_advisories_is_ambiguous)
{
	struct json *view;

	add(LAYER_LOCAL, R("XSA-1", ",\"cve\":[\"CVE-2016-0001\",\"CVE-2016-0002\"]"));
	add(LAYER_LOCAL, R("XSA-2", ",\"cve\":[\"CVE-2016-0002\"]"));
	view = advisory_set_view(&rs, EARLY, true);
	cr_assert_str_eq(advisory_id(advisory_find_cve(view, "CVE-2016-0001")), "XSA-1");
	cr_assert_null(advisory_find_cve(view, "CVE-2016-0002"));
	json_free(view);
}

Test(advisory_set, files)
{
	uint64_t before = advisory_dir_signature(dir);
	struct json *view;

	cr_assert_eq(advisory_set_load(&rs, "/nonexistent/d", LAYER_LOCAL), -2);
	put("a.json", R("XSA-1", ""));
	cr_assert_neq(advisory_dir_signature(dir), before);
	put("b.json", "{\"format\":1,\"records\":[" R("XSA-2", "") "," R("XSA-3", "") "]}");
	put("index.json", "{\"format\":1,\"layer\":\"index\",\"records\":[" R("XSA-4", "") "]}");
	put("bad.json", "{\"format\":1,");
	put("half.json",
	    "{\"format\":1,\"records\":[" R("XSA-5", "") "," R("XSA-6", ",\"x\":1") "]}");
	put("old.json", "{\"format\":7,\"records\":[]}");
	put(".hidden.json", R("XSA-7", ""));
	put("notes.txt", R("XSA-8", ""));
	put("list.json", "{\"format\":1,\"records\":{}}");
	cr_assert_eq(advisory_set_load(&rs, dir, LAYER_LOCAL), 0);
	view = advisory_set_view(&rs, EARLY, true);
	cr_assert_eq(view->nr, 4);
	cr_assert_str_eq(advisory_id(view->items[3]), "XSA-4");
	json_free(view);
	cr_assert_eq(rs.problems->nr, 4);
	cr_assert(strstr(json_string(json_get(rs.problems->items[0], "file"), ""), "/bad.json"));
}

/* The records that are installed are records, each in the file of its name. */
Test(advisory_set, installed_records)
{
	struct json *view;

	cr_assert_eq(advisory_set_load(&rs, ADVISORY_DATA, LAYER_INSTALLED), 0);
	cr_assert_eq(rs.problems->nr, 0);
	view = advisory_set_view(&rs, EARLY, false);
	cr_assert_eq(view->nr, rs.nr);
	cr_assert_geq(view->nr, 9);
	json_free(view);
}
