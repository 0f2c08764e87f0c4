/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "list.h"

#include <string.h>

#include "xl.h"

static int64_t number(const struct json *domain, const char *member)
{
	return json_int(json_get(domain, member), 0);
}

static bool flag(const struct json *domain, const char *name)
{
	return json_bool(json_get(json_get(domain, "state"), name), false);
}

static char reason_letter(const struct json *domain)
{
	static const char letters[] = "-rscwS"; /* by SHUTDOWN_* of xen/sched.h */
	int64_t reason = json_int(json_get(domain, "shutdown_reason"), -1);

	if (reason < 0 || (size_t)reason >= strlen(letters))
		return '?';
	return letters[reason];
}

void list_state(const struct json *domain, char state[7])
{
	static const char *const names[] = {"running", "blocked", "paused", "shutdown"};
	size_t i;

	memcpy(state, "------", 7);
	/* Parsers know a dying domain only as "-----d" or with "s". */
	for (i = 0; i < 4; i++)
		if (flag(domain, names[i]) && (!flag(domain, "dying") || i == 3))
			state[i] = names[i][0];
	if (state[3] == 's')
		state[4] = reason_letter(domain);
	if (flag(domain, "dying"))
		state[5] = 'd';
}

void list_header(FILE *out, const struct list_columns *columns)
{
	fputs("Name                                        ID   Mem VCPUs\tState\tTime(s)", out);
	if (columns->verbose)
		fputs("   UUID                            Reason-Code\tSecurity Label", out);
	if (columns->context && !columns->verbose)
		fputs("   Security Label", out);
	if (columns->claim)
		fputs("  Claimed", out);
	if (columns->cpupool)
		fputs("         Cpupool", out);
	if (columns->numa)
		fputs(" NODE Affinity", out);
	fputc('\n', out);
}

static void print_reason(FILE *out, const struct json *domain)
{
	if (flag(domain, "shutdown"))
		fprintf(out, " %8llx",
			(unsigned long long)json_int(json_get(domain, "shutdown_reason"), 0xff));
	else
		fprintf(out, " %8s", "-");
}

void list_row(FILE *out, const struct json *domain, const struct list_columns *columns)
{
	char state[7];

	list_state(domain, state);
	fprintf(out, "%-40s %5lld %5llu %5lld     %s  %8.1f",
		xl_safe_word(json_string(json_get(domain, "name"), NULL)),
		(long long)number(domain, "domid"),
		(unsigned long long)(number(domain, "current_memkb") +
				     number(domain, "outstanding_memkb")) /
			1024,
		(long long)number(domain, "vcpu_online"), state,
		(double)number(domain, "cpu_time_ns") / 1e9);
	if (columns->verbose) {
		fprintf(out, " %s", xl_safe(json_string(json_get(domain, "uuid"), "-")));
		print_reason(out, domain);
	}
	if (columns->claim)
		fprintf(out, " %5llu",
			(unsigned long long)number(domain, "outstanding_memkb") / 1024);
	if (columns->verbose || columns->context)
		fprintf(out, " %16s", "-");
	if (columns->cpupool)
		fprintf(out, "%16s", xl_safe(json_string(json_get(domain, "cpupool"), NULL)));
	if (columns->numa) /* one memory node */
		fputs(" all", out);
	fputc('\n', out);
}

void sharing_print(FILE *out, const struct json *domains)
{
	size_t i;

	fputs("Name                                        ID   Mem Shared\n", out);
	for (i = 0; i < domains->nr; i++) {
		const struct json *domain = domains->items[i];

		fprintf(out, "%-40s %5lld %5llu  %5llu\n",
			xl_safe(json_string(json_get(domain, "name"), NULL)),
			(long long)number(domain, "domid"),
			(unsigned long long)(number(domain, "current_memkb") +
					     number(domain, "outstanding_memkb")) /
				1024,
			(unsigned long long)number(domain, "shared_memkb") / 1024);
	}
}

void vm_list_print(FILE *out, const struct json *domains)
{
	size_t i;

	fputs("UUID                                  ID    name\n", out);
	for (i = 0; i < domains->nr; i++) {
		const struct json *domain = domains->items[i];

		fprintf(out, "%s  %lld    %-30s\n",
			xl_safe(json_string(json_get(domain, "uuid"), "-")),
			(long long)number(domain, "domid"),
			xl_safe(json_string(json_get(domain, "name"), NULL)));
	}
}
