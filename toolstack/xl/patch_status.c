/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "patch_status.h"

#include <string.h>

#include "xl.h"

static const char *text_of(const struct json *v, const char *member)
{
	return json_string(json_get(v, member), "");
}

static bool is(const struct json *a, const char *status)
{
	return strcmp(text_of(a, "status"), status) == 0;
}

/* Build-ids are long; twelve digits tell builds apart. */
static void print_component(FILE *out, const struct json *c)
{
	const char *id = text_of(c, "build_id");

	fprintf(out, "%-11s: ", xl_safe(text_of(c, "name")));
	if (*id)
		fprintf(out, "build %.12s", xl_safe(id));
	else
		fputs("build not known", out);
	if (!json_bool(json_get(c, "manifest"), false))
		fputs(", no manifest of it here", out);
	if (json_bool(json_get(c, "outdated"), false))
		fprintf(out, ", installed is %.12s", xl_safe(text_of(c, "installed_build_id")));
	fputc('\n', out);
}

static void print_host(FILE *out, const struct json *report)
{
	const struct json *host = json_get(report, "host");
	const struct json *list = json_get(host, "components");
	size_t i;

	fprintf(out, "host       : %s %s\n", xl_safe(text_of(host, "product")),
		xl_safe(text_of(host, "version")));
	for (i = 0; list && i < list->nr; i++)
		print_component(out, list->items[i]);
	list = json_get(report, "payloads");
	for (i = 0; list && i < list->nr; i++)
		fprintf(out, "live patch : %s (%s)\n", xl_safe(text_of(list->items[i], "name")),
			xl_safe(text_of(list->items[i], "state")));
	if (!json_bool(json_get(host, "payloads_known"), true))
		fputs("live patch : cannot be listed\n", out);
}

/* "PASS 2/3 2026-11-25": the worst of the results that count, how many of the
 * record's tests have one, the date of the oldest of them. */
static const char *evidence(const struct json *a, char *text, size_t len)
{
	static const char *const order[] = {"FAIL", "ERROR", "SKIP", "PASS", NULL};
	const struct json *list = json_get(a, "evidence");
	const char *oldest = NULL;
	size_t i, nr = 0;
	int worst = 3, w;

	for (i = 0; list && i < list->nr; i++) {
		const struct json *e = list->items[i];

		if (!json_bool(json_get(e, "current"), false))
			continue;
		nr++;
		for (w = 0; order[w]; w++)
			if (w < worst && strcmp(order[w], text_of(e, "verdict")) == 0)
				worst = w;
		if (!oldest || strcmp(text_of(e, "time"), oldest) < 0)
			oldest = text_of(e, "time");
	}
	if (!nr)
		return "-";
	snprintf(text, len, "%s %zu/%zu %.10s", order[worst], nr, list->nr, oldest);
	return text;
}

static void print_reason(FILE *out, const struct json *a)
{
	const char *action = text_of(a, "action");

	if (is(a, "not_affected"))
		fputs(xl_safe(text_of(a, "justification")), out);
	else if (is(a, "fixed_by_livepatch"))
		fputs(xl_safe(text_of(a, "payload")), out);
	else if (!is(a, "affected"))
		fputs(xl_safe(text_of(a, "detail")), out);
	else if (strcmp(action, "apply") == 0)
		fprintf(out, "apply the live patch %s", xl_safe(text_of(a, "apply")));
	else if (strcmp(action, "reboot") == 0)
		fputs("reboot: the installed hypervisor has the fix", out);
	else if (strcmp(action, "restart") == 0)
		fprintf(out, "restart %s: the installed one has the fix",
			xl_safe(text_of(a, "component")));
	else
		fputs("no fix is on this host", out);
	if (json_get(a, "disclosure"))
		fprintf(out, " [undisclosed until %s]", xl_safe(text_of(a, "disclosure")));
}

static void print_row(FILE *out, const struct json *a)
{
	char text[64];

	fprintf(out, "%-15s %-19s %-20s ", xl_safe(text_of(a, "id")), xl_safe(text_of(a, "status")),
		xl_safe(evidence(a, text, sizeof(text))));
	print_reason(out, a);
	fputc('\n', out);
}

static long long count(const struct json *report, const char *status)
{
	return json_int(json_get(json_get(report, "counts"), status), 0);
}

void patch_status_print(FILE *out, const struct json *report, bool affected)
{
	const struct json *list = json_get(report, "advisories");
	size_t i;

	print_host(out, report);
	fprintf(out, "\n%-15s %-19s %-20s %s\n", "Advisory", "Status", "Evidence", "Reason");
	for (i = 0; list && i < list->nr; i++)
		if (!affected || is(list->items[i], "affected"))
			print_row(out, list->items[i]);
	fprintf(out,
		"\n%lld not affected, %lld fixed in the build, %lld fixed by live "
		"patches, "
		"%lld affected (%lld with a fix here), %lld unknown\n",
		count(report, "not_affected"), count(report, "fixed_in_build"),
		count(report, "fixed_by_livepatch"), count(report, "affected"),
		count(report, "pending"), count(report, "unknown"));
}
