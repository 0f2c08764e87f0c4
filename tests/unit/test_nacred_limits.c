/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* The bounds in nacred-rpc(7) are those of the program: each entry, and no other. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "limits.h"

#define KIB 1024

/* An entry of the manual's list with its figures, and the beginning of what it says. */
struct entry {
	long long a;
	const char *unit;
	long long b; /* 0: there is one figure only */
	const char *text;
};

static const struct entry entries[] = {
	{LIMIT_CLIENTS, "", LIMIT_STRANGERS, "connections of those"},
	{LIMIT_RATE, "", LIMIT_RATE_STRANGERS, "calls of one client in a second"},
	{LIMIT_REQUEST_BYTES, " bytes", 0, "in one request line, 32 levels and 65536 values"},
	{LIMIT_BATCH, "", 0, "calls in a batch"},
	{LIMIT_CALLS_PENDING, "", 0, "calls of one client that are not answered"},
	{LIMIT_OUTPUT_PAUSE / KIB, " KiB", 0, "of answers that a client has not read"},
	{LIMIT_STALL_SEC, " s", 0, "without progress"},
	{LIMIT_BUILDS, "", LIMIT_BUILD_QUEUE, "domains being built at once"},
	{LIMIT_WAITS, "", 0, "calls of"},
	{LIMIT_JOBS_RUN, "", LIMIT_JOBS, "jobs that run at once"},
	{LIMIT_REPLAYS, "", LIMIT_REPLAY_SEC, "changes with a"},
	{LIMIT_PATCHES, "", 0, "payloads"},
	{LIMIT_USERDATA_KEYS, "", 0, "values that clients keep"},
	{LIMIT_USERDATA_BYTES / KIB, " KiB", 0, "of all of them"},
	{LIMIT_SIMULATIONS, "", 0, "simulations at once, each of at most 1024 domains with 4096"},
	{LIMIT_SIMULATION_CPU_SEC, " s", LIMIT_SIMULATION_SEC, "of processor time"},
	{LIMIT_SUBSCRIBERS, "", 0, "clients with events"},
	{LIMIT_EVENTS, "", 0, "events that are kept"},
	{LIMIT_DUMPS, "", 0, "cores of domains"},
	{LIMIT_DEBUG_KEYS, "", LIMIT_PARAMETERS_BYTES, "bytes of debug keys"},
	{LIMIT_EVENT_BYTES / KIB, " KiB", 0, "of text of all of them"},
};

/* Figures that stand in the texts above. */
_Static_assert(LIMIT_REQUEST_DEPTH == 32 && LIMIT_REQUEST_VALUES == 65536, "of a request");
_Static_assert(LIMIT_SIMULATION_DOMAINS == 1024 && LIMIT_SIMULATION_VCPUS == 4096, "of a run");

/* The section on limits of the manual, and where its end is. */
static const char *section(void)
{
	static char text[128 * KIB];
	FILE *f = fopen(MANUAL, "r");
	char *start, *end;

	cr_assert_not_null(f);
	text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
	fclose(f);
	start = strstr(text, "\n.Ss Limits\n");
	cr_assert_not_null(start);
	end = strstr(start, "\n.El\n");
	cr_assert_not_null(end);
	*end = '\0';
	return start;
}

Test(limits, the_manual_tells_them)
{
	const char *manual = section(), *p;
	size_t i, items = 0;
	char want[200];
	int len;

	for (i = 0; i < sizeof(entries) / sizeof(entries[0]); i++) {
		len = snprintf(want, sizeof(want), "\n.It ");
		len += snprintf(want + len, sizeof(want) - (size_t)len, "%lld%s", entries[i].a,
				entries[i].unit);
		if (entries[i].b)
			len += snprintf(want + len, sizeof(want) - (size_t)len, " , %lld%s",
					entries[i].b, entries[i].unit);
		snprintf(want + len, sizeof(want) - (size_t)len, "\n%s", entries[i].text);
		cr_expect(strstr(manual, want), "the manual lacks:%s", want);
	}
	for (p = manual; (p = strstr(p, "\n.It ")); p++)
		items++;
	cr_assert_eq(items, i, "the manual has %zu entries, this test %zu", items, i);
}
