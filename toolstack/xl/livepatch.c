/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "livepatch.h"

#include <string.h>

#include "xl.h"

/* Good for the next few calls, as xl_safe() is. */
static const char *text(const struct json *v, const char *key)
{
	return xl_safe(json_string(json_get(v, key), ""));
}

/* "a, b", or @none. */
static void print_names(FILE *out, const struct json *names, const char *none)
{
	size_t nr = names && names->type == JSON_ARRAY ? names->nr : 0;

	if (!nr)
		fputs(none, out);
	for (size_t i = 0; i < nr; i++)
		fprintf(out, "%s%s", i ? ", " : "", xl_safe(json_string(names->items[i], "")));
}

static void print_pause(FILE *out, const struct json *v)
{
	const struct json *pause = json_get(v, "pause_ns");

	if (pause)
		fprintf(out, "CPUs paused for %.3f us, %.3f us of that until all had met",
			(double)json_int(pause, 0) / 1000,
			(double)json_int(json_get(v, "gather_ns"), 0) / 1000);
}

static void print_payload(FILE *out, const struct json *p)
{
	const struct json *position = json_get(p, "position"), *last = json_get(p, "last");
	const char *signature = json_string(json_get(p, "signature"), NULL);
	char place[24] = "-";

	if (position && position->type == JSON_INT)
		snprintf(place, sizeof(place), "%lld", (long long)position->integer);
	fprintf(out, "%-32s %-8s %5s %-6s %-11s ", text(p, "name"), text(p, "state"), place,
		json_bool(json_get(p, "wanted"), false) ? "yes" : "no",
		signature ? xl_safe(signature) : "not-stored");
	print_names(out, json_path(p, "metadata.advisory"), "-");
	fputc('\n', out);
	if (*text(p, "problem"))
		fprintf(out, "    cannot be used: %s\n", text(p, "problem"));
	if (*text(last, "error"))
		fprintf(out, "    %s failed: %s\n", text(last, "action"), text(last, "error"));
}

void livepatch_print_list(FILE *out, const struct json *payloads)
{
	fprintf(out, "%-32s %-8s %5s %-6s %-11s %s\n", "Name", "State", "Place", "Wanted",
		"Signature", "Advisories");
	for (size_t i = 0; payloads && i < payloads->nr; i++)
		print_payload(out, payloads->items[i]);
}

void livepatch_print_status(FILE *out, const struct json *status)
{
	fprintf(out, "hypervisor             : %s\n", text(status, "hypervisor"));
	if (*text(status, "top"))
		fprintf(out, "top                    : %s\n", text(status, "top"));
	fputs("applied                : ", out);
	print_names(out, json_get(status, "applied"), "none");
	fputs("\nwanted                 : ", out);
	print_names(out, json_get(status, "wanted"), "none");
	fputs("\nwanted and not applied : ", out);
	print_names(out, json_get(status, "missing"), "none");
	fprintf(out, "\nunsigned payloads      : %s\n",
		json_bool(json_get(status, "allow_unsigned"), false) ? "allowed" : "refused");
	fprintf(out, "store                  : %s\n", text(status, "store"));
	fprintf(out, "keys                   : %s\n", text(status, "keys"));
	if (*text(status, "problem"))
		fprintf(out, "problem                : %s\n", text(status, "problem"));
	if (*text(status, "doing"))
		fprintf(out, "under way              : %s\n", text(status, "doing"));
}

static void print_depends(FILE *out, const struct json *plan)
{
	const char *below = json_string(json_get(plan, "depends_on"), NULL);

	fprintf(out, "depends on : %s\n",
		!below	  ? "not known, or not here"
		: !*below ? "the hypervisor"
			  : xl_safe(below));
	fputs("needed by  : ", out);
	print_names(out, json_get(plan, "needed_by"), "nothing here");
	fputs("\napplied    : ", out);
	print_names(out, json_get(plan, "applied"), "none");
	fputs("\n", out);
}

void livepatch_print_plan(FILE *out, const struct json *plan)
{
	const struct json *steps = json_get(plan, "steps"), *reason = json_get(plan, "reason");
	bool possible = json_bool(json_get(plan, "possible"), false);

	fprintf(out, "%s %s: %s\n", text(plan, "action"), text(plan, "name"),
		possible ? "possible" : "not possible");
	if (!possible)
		fprintf(out, "because    : %s%s%s\n", text(reason, "message"),
			*text(reason, "hint") ? "; " : "", text(reason, "hint"));
	for (size_t i = 0; steps && i < steps->nr; i++)
		fprintf(out, "step %-6zu: %s %s\n", i + 1, text(steps->items[i], "action"),
			text(steps->items[i], "name"));
	print_depends(out, plan);
}

void livepatch_print_policy(FILE *out, const struct json *policy)
{
	fprintf(out, "unsigned payloads : %s\nwanted            : ",
		json_bool(json_get(policy, "allow_unsigned"), false) ? "allowed" : "refused");
	print_names(out, json_get(policy, "wanted"), "none");
	fputs("\n", out);
}

void livepatch_print_done(FILE *out, const struct json *result)
{
	const struct json *steps = json_get(result, "steps");

	if (!steps)
		fprintf(out, "upload %s: done, signature %s%s%s\n", text(result, "name"),
			text(result, "signature"), *text(result, "signed_by") ? " by " : "",
			text(result, "signed_by"));
	for (size_t i = 0; steps && i < steps->nr; i++) {
		const struct json *step = steps->items[i];

		fprintf(out, "%s %s: done%s", text(step, "action"), text(step, "name"),
			json_get(step, "pause_ns") ? ", " : "");
		print_pause(out, step);
		fputc('\n', out);
	}
}
