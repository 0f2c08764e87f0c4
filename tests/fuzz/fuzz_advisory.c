/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * fuzz_advisory ROUNDS SEED-DIRECTORY [FIRST]
 *
 * Advisory files that others made, and metadata of payloads: mutations of the files
 * of a directory go through every reader.  What is imported must be records, and a
 * set must be able to merge, judge and export them.
 */
#include <stdlib.h>
#include <string.h>

#include "advisory_file.h"
#include "import.h"
#include "manifest.h"
#include "live_patch.h"
#include "advisory_set.h"
#include "report.h"
#include "seeds.h"

static void mutate(struct seed *t)
{
	static const char *const tokens[] = {
		"[",
		"]",
		"{",
		"}",
		",",
		":",
		"\"",
		"null",
		"true",
		"-1",
		"1e400",
		"\"\"",
		"{}",
		"[]",
		"\\n",
		"\\u001b",
		"\xff",
		"\"XSA-1\"",
		"\"XSA-191\"",
		"\"CVE-2016-9386\"",
		"\"nacre\"",
		"\"xen\"",
		"\"4.17.4\"",
		"\"4.17\"",
		"\"pkg:generic/nacre@1?build_id=\"",
		"\"known_not_affected\"",
		"\"fixed\"",
		"\"2016-11-22\"",
		"\"affected\"",
		"\"id\"",
		"\"9999999999999999999999999999\"",
		"[[[[[[[[[[[[[[[[[[[[[[[[",
		"advisory=",
		"fixes=",
	};

	mutate_text(t, tokens, sizeof(tokens) / sizeof(tokens[0]));
}

static void must(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "%s\n", what);
	abort();
}

/* Everybody's view of these records, judged and exported. */
static void judge(struct advisory_set *rs, struct live_patch *p)
{
	struct host_facts host = {.product = "nacre", .payloads = p, .nr_payloads = 1};
	struct evidence_store none = {.lines = json_new_array()};
	struct json *view = advisory_set_view(rs, 1000, false),
		    *all = advisory_set_view(rs, 1000, true);
	struct report_source src = {
		.view = view, .hidden = all, .host = &host, .evidence = &none, .now = 1000};
	struct json *report, *csaf;
	char *metrics;
	size_t i;

	for (i = 1; i < all->nr; i++)
		must(advisory_id_compare(advisory_id(all->items[i - 1]),
					 advisory_id(all->items[i])) < 0,
		     "a view is not in order");
	for (i = 0; i < view->nr; i++)
		must(!advisory_embargoed(view->items[i], 1000), "undisclosed, and shown");
	report = report_make(&src, NULL);
	csaf = report_csaf(report, 1000);
	metrics = report_metrics(report, 1000);
	must(csaf && metrics, "cannot be exported");
	free(metrics);
	json_free(csaf);
	json_free(report);
	json_free(view);
	json_free(all);
	json_free(none.lines);
}

static void look_at(struct json *v, struct live_patch *p)
{
	char why[200] = "";
	struct advisory_set rs;
	struct import im;
	size_t i;

	must(advisory_set_init(&rs), "memory");
	if (import_json(v, NULL, &im, why, sizeof(why))) {
		for (i = 0; i < im.records->nr; i++) {
			must(advisory_check(im.records->items[i], why, sizeof(why)), why);
			advisory_set_add(&rs, json_copy(im.records->items[i]), LAYER_IMPORTED);
		}
		import_free(&im);
	} else {
		must(why[0], "refused without a reason");
	}
	why[0] = '\0';
	manifest_check(v, why, sizeof(why));
	if (advisory_check(v, why, sizeof(why)))
		advisory_set_add(&rs, json_copy(v), LAYER_LOCAL);
	else
		must(why[0], "refused without a reason");
	judge(&rs, p);
	advisory_set_free(&rs);
}

static void try_one(const struct seed *t, unsigned long round)
{
	char *exact = seed_exact(t), why[160] = "";
	struct json *v = advisory_text_read(exact, t->len, why, sizeof(why));
	struct live_patch p;

	must(live_patch_read(&p, "p", LIVE_PATCH_APPLIED, exact, t->len), "memory");
	free(exact);
	if (v)
		look_at(v, &p);
	else
		must(why[0], "refused without a reason");
	json_free(v);
	live_patch_free(&p);
}

int main(int argc, char **argv)
{
	static const struct fuzzer fuzzer = {.mutate = mutate, .max_mutations = 5, .try = try_one};

	return seeds_main(argc, argv, &fuzzer);
}
