/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "advisory_file.h"
#include "import.h"
#include "advisory_set.h"

static struct json *parse(const char *text)
{
	char why[160] = "";
	struct json *v = json_parse(text, strlen(text), NULL, why, sizeof(why));

	cr_assert_not_null(v, "%s: %s", text, why);
	return v;
}

static struct json *known; /* a view with XSA-191 and its CVE */

static void start(void)
{
	known = parse("[{\"format\":1,\"id\":\"XSA-191\",\"cve\":[\"CVE-2016-9386\"]}]");
}

static void stop(void)
{
	json_free(known);
}

TestSuite(import, .init = start, .fini = stop);

static struct import im;

static void take(const char *text)
{
	struct json *v = parse(text);
	char why[300] = "";

	cr_assert(import_json(v, known, &im, why, sizeof(why)), "%s: %s", text, why);
	json_free(v);
}

static void refused(const char *text, const char *word)
{
	struct json *v = parse(text);
	char why[300] = "";

	cr_assert_not(import_json(v, known, &im, why, sizeof(why)), "accepted: %s", text);
	cr_assert(strstr(why, word), "%s: \"%s\" does not say \"%s\"", text, why, word);
	cr_assert_null(im.records);
	json_free(v);
}

/* The text of @path in the only record of that id. */
static const char *get(const char *id, const char *path)
{
	const struct json *r = advisory_find(im.records, id), *v = json_path(r, path);

	if (v && v->type == JSON_ARRAY)
		v = v->nr ? v->items[0] : NULL;
	return r ? json_string(v, "(none)") : "(no record)";
}

Test(import, xsa_index)
{
	take("[{\"xsas\":[{\"xsa\":1,\"title\":\"One\\nline\",\"public_time\":\"2011-03-14 "
	     "12:00\"},"
	     "{\"xsa\":\"191\",\"title\":\"T\",\"public_time\":\"2016-11-22T12:00:00Z\",\"cve\":["
	     "\"CVE-2016-9386\",\"CAN-1\"],\"more\":{}},{\"xsa\":600,\"public_time\":"
	     "\"2033-01-01T12:00Z\"}]}]");
	cr_assert_eq(im.format, IMPORT_XSA_INDEX);
	cr_assert_eq(im.records->nr, 3);
	cr_assert_str_eq(get("XSA-1", "title"), "One line");
	cr_assert_str_eq(get("XSA-1", "published"), "(none)", "no zone is no time");
	cr_assert_str_eq(get("XSA-191", "cve"), "CVE-2016-9386");
	cr_assert_eq(json_get(advisory_find(im.records, "XSA-191"), "cve")->nr, 1);
	cr_assert_str_eq(get("XSA-600", "published"), "2033-01-01T12:00:00Z");
	/* Announced, not secret: everybody may know the number. */
	cr_assert_str_eq(get("XSA-600", "disclosure"), "(none)");
	import_free(&im);
}

Test(import, xsa_index_refused)
{
	refused("{\"xsas\":{}}", "not a list");
	refused("{\"xsas\":[{\"xsa\":-1}]}", "xsas[0]");
	refused("{\"xsas\":[{\"xsa\":1},{\"title\":\"x\"}]}", "xsas[1]");
	refused("{\"xsas\":[{\"xsa\":99999999}]}", "not a number");
	refused("{\"xsas\":[{\"xsa\":\"CVE-2016-9386\"}]}", "not a number");
	refused("{\"xsas\":[{\"xsa\":1,\"cve\":\"CVE-2016-9386\"}]}", "not a list");
	refused("{\"xsas\":[[]]}", "xsas[0]");
}

Test(import, osv)
{
	take("{\"id\":\"NACRE-2026-1\",\"modified\":\"2026-01-01T00:00:00Z\",\"aliases\":[\"XSA-"
	     "500\","
	     "\"CVE-2026-12345\"],\"summary\":\"S\",\"published\":\"2026-01-01T00:00:00Z\","
	     "\"affected\":["
	     "{\"package\":{\"name\":\"xen\",\"ecosystem\":\"Alpine:v3.19\",\"purl\":"
	     "\"pkg:apk/alpine/xen\"},\"ranges\":[{\"type\":\"ECOSYSTEM\",\"events\":[{\"fixed\":"
	     "\"4.17.4-r2\"}]}]},"
	     "{\"package\":{\"name\":\"xen\",\"purl\":\"pkg:generic/xen\"},\"ranges\":[{\"type\":"
	     "\"SEMVER\",\"events\":[{\"introduced\":\"4.15.0\"},{\"fixed\":\"4.17.4\"}]},{"
	     "\"type\":"
	     "\"SEMVER\",\"events\":[{\"introduced\":\"4.14.1\"},{\"fixed\":\"4.16.6\"}]},{"
	     "\"type\":"
	     "\"GIT\",\"events\":[{\"fixed\":\"deadbeef\"}]}]},"
	     "{\"package\":{\"name\":\"nacre\",\"ecosystem\":\"Nacre\"},\"ecosystem_specific\":{"
	     "\"component\":\"xenstored\",\"requires\":[\"guest:pvh\"],\"fixes\":[\"w\"],"
	     "\"builds\":["
	     "\"0123456789abcdef\"]}}]}");
	cr_assert_eq(im.format, IMPORT_OSV);
	cr_assert_eq(im.skipped, 2, "a distribution's package, and commits");
	cr_assert_str_eq(get("XSA-500", "title"), "S");
	cr_assert_str_eq(get("XSA-500", "cve"), "CVE-2026-12345");
	cr_assert_str_eq(get("XSA-500", "products.xen.introduced"), "4.14.1");
	cr_assert_eq(json_path(im.records->items[0], "products.xen.fixed_by.versions")->nr, 2);
	cr_assert_str_eq(get("XSA-500", "products.nacre.component"), "xenstored");
	cr_assert_str_eq(get("XSA-500", "products.nacre.requires"), "guest:pvh");
	cr_assert_str_eq(get("XSA-500", "products.nacre.fixed_by.fixes"), "w");
	cr_assert_str_eq(get("XSA-500", "products.nacre.fixed_by.builds"), "0123456789abcdef");
	import_free(&im);
}

Test(import, osv_ids)
{
	take("[{\"id\":\"ALPINE-CVE-2016-9386\",\"upstream\":[\"CVE-2016-9386\"],\"affected\":[]},"
	     "{\"id\":\"CVE-2016-9387\",\"affected\":[]}]");
	cr_assert_eq(im.records->nr, 2);
	cr_assert_str_eq(advisory_id(im.records->items[0]), "XSA-191", "known by its CVE");
	cr_assert_str_eq(advisory_id(im.records->items[1]), "CVE-2016-9387");
	import_free(&im);
	take("{\"vulns\":[{\"id\":\"CVE-2016-9386\",\"modified\":\"x\"}]}");
	cr_assert_str_eq(advisory_id(im.records->items[0]), "XSA-191");
	import_free(&im);
	/* "0" or a commit as beginning bounds nothing. */
	take("{\"id\":\"X-1\",\"affected\":[{\"package\":{\"name\":\"xen\"},\"ranges\":[{\"type\":"
	     "\"SEMVER\",\"events\":[{\"introduced\":\"4.15.0\"}]},{\"type\":\"SEMVER\",\"events\":"
	     "[{"
	     "\"introduced\":\"0\"},{\"fixed\":\"4.17.0\"}]}]}]}");
	cr_assert_str_eq(get("X-1", "products.xen.introduced"), "(none)");
	import_free(&im);
}

Test(import, osv_refused)
{
	refused("{\"affected\":[]}", "without \"id\"");
	refused("{\"id\":\"!\",\"affected\":[]}", "is no id");
	refused("{\"id\":\"X-1\",\"affected\":{}}", "X-1: \"affected\"");
	refused("{\"id\":\"X-1\",\"affected\":[{\"package\":{\"name\":\"nacre\"},\"ecosystem_"
		"specific\":{"
		"\"requires\":[\"moon\"]}}]}",
		"moon");
	refused("{\"id\":\"X-1\",\"affected\":[{\"package\":{\"name\":\"nacre\"},\"ecosystem_"
		"specific\":{"
		"\"status\":\"not_affected\"}}]}",
		"justification");
	refused("{\"vulns\":{}}", "not a list");
	refused("[7]", "none of xsa.json");
	refused("{}", "none of xsa.json");
	refused("7", "none of xsa.json");
}

#define CSAF(products, vulnerabilities)                                                            \
	"{\"document\":{\"csaf_version\":\"2.0\"},\"product_tree\":" products                      \
	",\"vulnerabilities\":" vulnerabilities "}"

static const char products[] =
	"{\"full_product_names\":["
	"{\"product_id\":\"B\",\"name\":\"x\",\"product_identification_helper\":{\"purl\":"
	"\"pkg:generic/nacre@0.1?build_id=0123456789abcdef\"}},"
	"{\"product_id\":\"C\",\"name\":\"x\",\"product_identification_helper\":{\"purl\":"
	"\"pkg:generic/nacre@0.1?build_id=ffffffffffffffff\"}}],"
	"\"branches\":[{\"branches\":["
	"{\"product\":{\"product_id\":\"X\",\"name\":\"Xen 4.17.4\"}},"
	"{\"product\":{\"product_id\":\"S\",\"name\":\"xen\",\"product_identification_helper\":{"
	"\"purl\":\"pkg:rpm/suse/xen@4.17.4\"}}}]}]}";

static const char vulnerabilities[] =
	"[{\"cve\":\"CVE-2016-9386\",\"title\":\"T\",\"product_status\":{\"fixed\":[\"B\",\"X\","
	"\"S\"],\"known_not_affected\":[\"C\"]},\"flags\":[{\"label\":\"component_not_present\","
	"\"product_ids\":[\"C\"]}]},"
	"{\"cve\":\"CVE-2026-11111\",\"ids\":[{\"system_name\":\"XSA\",\"text\":\"XSA-501\"}],"
	"\"product_status\":{\"known_affected\":[\"B\"],\"under_investigation\":[\"X\"]}}]";

Test(import, csaf)
{
	char text[4000];

	snprintf(text, sizeof(text),
		 "{\"document\":{\"csaf_version\":\"2.0\"},\"product_tree\":%s,"
		 "\"vulnerabilities\":%s}",
		 products, vulnerabilities);
	take(text);
	cr_assert_eq(im.format, IMPORT_CSAF);
	cr_assert_eq(im.skipped, 1, "a distribution's package");
	cr_assert_str_eq(get("XSA-191", "products.nacre.fixed_by.builds"), "0123456789abcdef");
	cr_assert_str_eq(get("XSA-191", "products.nacre.not_affected_builds"), "ffffffffffffffff");
	cr_assert_str_eq(get("XSA-191", "products.nacre.justification"), "component_not_present");
	cr_assert_str_eq(get("XSA-191", "products.nacre.status"), "affected",
			 "of other builds nothing is said");
	cr_assert_str_eq(get("XSA-191", "products.xen.fixed_by.versions"), "4.17.4");
	cr_assert_str_eq(get("XSA-501", "products.nacre.status"), "affected");
	cr_assert_str_eq(get("XSA-501", "products.xen.status"), "under_investigation");
	import_free(&im);
}

Test(import, csaf_product_without_version)
{
	take(CSAF("{\"full_product_names\":[{\"product_id\":\"N\",\"name\":\"Nacre\"},{\"product_"
		  "id\":"
		  "\"V\",\"name\":\"Xen 4.16.0\"}]}",
		  "[{\"cve\":\"CVE-2016-9386\",\"product_status\":{\"known_not_affected\":[\"N\","
		  "\"V\"]}"
		  "}]"));
	cr_assert_str_eq(get("XSA-191", "products.nacre.status"), "not_affected");
	cr_assert_str_eq(get("XSA-191", "products.nacre.justification"),
			 "vulnerable_code_not_present");
	cr_assert_str_eq(get("XSA-191", "products.xen.status"), "(none)",
			 "one release speaks for no other");
	import_free(&im);
}

Test(import, csaf_refused)
{
	refused("{\"document\":{}}", "csaf_version");
	refused("{\"document\":{\"csaf_version\":\"2.1\"}}", "2.1");
	refused("{\"document\":{\"csaf_version\":\"2.0\"}}", "no list of vulnerabilities");
	refused(CSAF("{}", "[{}]"), "without an id");
	refused(CSAF("{}", "[{\"cve\":7}]"), "without an id");
}

/* What was imported is what a set reads from the file that keeps it. */
Test(import, kept_file)
{
	struct advisory_set rs;
	struct json *file, *view;
	char dir[100], path[160];
	const char *tmp = getenv("TMPDIR");

	snprintf(dir, sizeof(dir), "%.60s/import.XXXXXX", tmp ? tmp : "/tmp");
	cr_assert_not_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/index.json", dir);
	take("{\"xsas\":[{\"xsa\":7,\"title\":\"T\"},{\"xsa\":8}]}");
	file = import_file(&im, 0);
	cr_assert_eq(advisory_file_write(path, file), 0);
	json_free(file);
	import_free(&im);
	cr_assert(advisory_set_init(&rs));
	cr_assert_eq(advisory_set_load(&rs, dir, LAYER_IMPORTED), 0);
	cr_assert_eq(rs.problems->nr, 0);
	cr_assert_eq(rs.nr, 2);
	cr_assert_eq(rs.entries[0].layer, LAYER_INDEX);
	view = advisory_set_view(&rs, 0, false);
	cr_assert_not_null(advisory_find(view, "XSA-8"));
	json_free(view);
	advisory_set_free(&rs);
	snprintf(path, sizeof(path), "rm -r '%s'", dir);
	cr_assert_eq(system(path), 0);
	cr_assert_neq(advisory_file_write("/nonexistent/x.json", known), 0);
}

Test(import, too_many_and_too_long)
{
	size_t i, len = 0, cap = (IMPORT_RECORDS_MAX + 2) * 16;
	char *text = malloc(cap + ADVISORY_STRING_MAX), why[200];

	len = (size_t)sprintf(text, "{\"xsas\":[{\"xsa\":1}");
	for (i = 2; i <= IMPORT_RECORDS_MAX; i++)
		len += (size_t)sprintf(text + len, ",{\"xsa\":%zu}", i);
	strcpy(text + len, "]}");
	take(text);
	cr_assert_eq(im.records->nr, IMPORT_RECORDS_MAX);
	import_free(&im);
	sprintf(text + len, ",{\"xsa\":%zu}]}", i);
	refused(text, "more than");
	len = (size_t)sprintf(text, "[\"");
	memset(text + len, 'x', ADVISORY_STRING_MAX + 1);
	strcpy(text + len + ADVISORY_STRING_MAX + 1, "\"]");
	cr_assert_null(advisory_text_read(text, strlen(text), why, sizeof(why)));
	cr_assert(strstr(why, "a string is longer"), "%s", why);
	strcpy(text + len + ADVISORY_STRING_MAX, "\"]");
	json_free(advisory_text_read(text, strlen(text), why, sizeof(why)));
	memset(text, '[', 100);
	cr_assert_null(advisory_text_read(text, 100, why, sizeof(why)));
	cr_assert(strstr(why, "nested deeper"), "%s", why);
	free(text);
}
