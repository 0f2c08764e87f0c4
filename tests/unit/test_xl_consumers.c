/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * What other programs read out of xl's output (tests/stack/consumers.pl has their rules) when
 * domains have hostile names or are in states that are hard to meet on a real instance.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "xl_run.h"

TestSuite(xl_consumers, .init = xl_setup, .fini = xl_teardown, .timeout = 120);

static char told[4096]; /* by the last rule */

/* Whether the rule got on with what xl printed last. */
static bool understood(const char *rule)
{
	char command[512];
	size_t len;
	FILE *p;

	write_file("output", out);
	snprintf(command, sizeof(command), "perl %s %s <%s/output", CONSUMERS, rule, directory);
	p = popen(command, "r");
	cr_assert_not_null(p);
	len = fread(told, 1, sizeof(told) - 1, p);
	told[len] = '\0';
	return !pclose(p);
}

static char answer[8192];

/* domain.list has one domain, whose name and state are these. */
static void one_domain(const char *name, const char *state, int reason)
{
	static struct fake_answer answers[] = {{.method = "domain.list", .json = answer},
					       {.method = "domain.get", .json = answer}};

	snprintf(answer, sizeof(answer),
		 "{\"domains\":[{\"domid\":5,\"name\":\"%s\",\"uuid\":"
		 "\"65622c59-e557-4667-9137-aaa6b8bdd5d7\",\"state\":{%s},"
		 "\"shutdown_reason\":%d,\"current_memkb\":8192,\"outstanding_memkb\":0,"
		 "\"cpu_time_ns\":100000000,\"vcpu_online\":1,\"config\":{\"c_info\":{\"type\":"
		 "\"pvh\",\"name\":\"%s\",\"uuid\":\"65622c59-e557-4667-9137-aaa6b8bdd5d7\"},"
		 "\"b_info\":{\"max_vcpus\":1,\"max_memkb\":8192}}}]}",
		 name, state, reason, name);
	fake_nacred_script(answers, 2);
}

Test(xl_consumers, every_state)
{
	static const struct {
		const char *state;
		int reason;
		const char *means; /* to Ganeti; NULL: it passes over the domain */
	} states[] = {
		{"\"running\":true", 0, "running"},
		{"\"blocked\":true", 0, "running"},
		{"", 0, "running"},
		{"\"paused\":true", 0, "running"},
		{"\"blocked\":true,\"paused\":true", 0, "running"},
		{"\"shutdown\":true", 0, "shutdown"},
		{"\"shutdown\":true,\"paused\":true", 0, "shutdown"},
		{"\"shutdown\":true,\"dying\":true", 0, "shutdown"},
		{"\"shutdown\":true", 1, "running"}, /* reboots */
		{"\"shutdown\":true", 2, "running"}, /* suspended */
		{"\"shutdown\":true", 3, NULL},	     /* crashed */
		{"\"shutdown\":true,\"dying\":true", 3, NULL},
		{"\"dying\":true", 0, "running"},
		{"\"dying\":true,\"running\":true", 0, "running"},
		{"\"dying\":true,\"blocked\":true,\"paused\":true", 0, "running"},
	};
	size_t i;

	for (i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		one_domain("g", states[i].state, states[i].reason);
		cr_assert_eq(xl("list"), 0, "%s", err);
		cr_expect(understood("ganeti-list"), "%s: %s%s", states[i].state, told, out);
		if (states[i].means)
			cr_expect(strstr(told, states[i].means), "%s: %s", states[i].state, told);
		else
			cr_expect_str_eq(told, "", "%s: %s", states[i].state, told);
	}
}

/* Names that a guest's tools or another toolstack may have written. */
Test(xl_consumers, hostile_names)
{
	static const char *const names[] = {
		"a b",	     " a", "a\\tb", "a\\nName 1 1 1 r----- 0.0", "a\\r",      "\\u001b[2J",
		"a\\u00a0b", "",   "%s%n",  "\\\"}],\\\"domid\\\": 9,",	 "Domain-0x", "\\u2028",
	};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		one_domain(names[i], "\"running\":true", 0);
		cr_assert_eq(xl("list"), 0, "%s", err);
		cr_expect(understood("ganeti-list"), "%s: %s%s", names[i], told, out);
		cr_expect(understood("eve"), "%s: %s", names[i], told);
		cr_expect(understood("facter"), "%s: %s", names[i], told);
		cr_expect(understood("paused"), "%s: %s", names[i], told);
		cr_expect_str_eq(told, "not paused\n");
		cr_assert_eq(xl("list -l"), 0, "%s", err);
		cr_expect(understood("xendomains"), "%s: %s%s", names[i], told, out);
		if (*names[i])
			cr_expect(understood("opennebula"), "%s: %s%s", names[i], told, out);
	}
}
