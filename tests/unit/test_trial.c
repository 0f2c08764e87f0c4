/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Which guests a rehearsal runs, and what their verdicts say together. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "rehearse.h"

static char directory[] = "trial.XXXXXX";
static struct trials t;
static char error[256];

static void make(const char *name, const char *text)
{
	char path[64];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	f = fopen(path, "w");
	cr_assert_not_null(f);
	fputs(text, f);
	fclose(f);
}

static void setup(void)
{
	cr_assert_not_null(mkdtemp(directory));
	make("guests.txt", "one long64,flat32 a 1 60 -\ntwo long64 a 2 - -\nlost pae32 a 1 60 -\n");
	make("one.long64.elf", "");
	make("one.flat32.elf", "");
	make("two.long64.elf", "");
	cr_assert_eq(trials_open(&t, directory, error, sizeof(error)), 0, "%s", error);
}

static void teardown(void)
{
	char command[64];

	trials_close(&t);
	snprintf(command, sizeof(command), "rm -rf %s", directory);
	cr_assert_eq(system(command), 0);
}

TestSuite(trial, .init = setup, .fini = teardown);

static void said(size_t i, unsigned int round, enum guest_verdict verdict)
{
	t.trials[i].ran[round] = true;
	t.trials[i].results[round].verdict = verdict;
	snprintf(t.trials[i].results[round].line, sizeof(t.trials[i].results[round].line),
		 "round %u", round);
}

static void add(const char *name)
{
	cr_assert_eq(trials_add(&t, name, error, sizeof(error)), 0, "%s", error);
}

Test(trial, each_guest_once_in_all_environments)
{
	add("one");
	add("two");
	add("one");
	cr_assert_eq(t.nr, 3);
	cr_expect_str_eq(t.trials[1].name, "one.flat32");
}

Test(trial, names_what_is_missing)
{
	cr_expect_eq(trials_add(&t, "three", error, sizeof(error)), -1);
	cr_expect_str_eq(error, "guest three: it is not in guests.txt");
	cr_expect_eq(trials_add(&t, "lost", error, sizeof(error)), -1);
	cr_expect_not_null(strstr(error, "lost.pae32.elf: No such file"), "%s", error);
	trials_close(&t);
	make("guests.txt", "bad\n");
	cr_expect_eq(trials_open(&t, directory, error, sizeof(error)), -1);
	cr_expect_not_null(strstr(error, "guests.txt:1: not a row"), "%s", error);
}

Test(trial, worse_is_what_passed_before)
{
	struct json *report;

	add("one");
	add("two");
	said(0, 0, GUEST_PASS);
	said(1, 0, GUEST_FAIL);
	said(2, 0, GUEST_SKIP);
	said(0, 1, GUEST_FAIL);
	said(1, 1, GUEST_FAIL);
	cr_expect_eq(trials_failed(&t, 0), 1);
	cr_expect_eq(trials_failed(&t, 1), 2);
	cr_expect_eq(trials_worse(&t), 1);
	said(2, 1, GUEST_ERROR);
	cr_expect_eq(trials_worse(&t), 2);
	said(0, 1, GUEST_SKIP);
	cr_expect_eq(trials_worse(&t), 1);
	report = trials_report(&t);
	cr_assert_not_null(report);
	cr_expect_str_eq(json_string(json_get(report->items[1], "after"), ""), "FAIL");
	cr_expect_str_eq(json_string(json_get(report->items[1], "line"), ""), "round 1");
	json_free(report);
}

static const char *verdict(const struct json *results, size_t i)
{
	return json_string(json_get(results->items[i], "verdict"), "");
}

Test(trial, evidence_is_the_worst_of_all_environments)
{
	static const char text[] =
		"{\"advisories\":[{\"id\":\"XSA-1\",\"evidence\":[{\"test\":\"guest.all one\"},"
		"{\"test\":\"unit.x\"},{\"test\":\"stack.races two\"}]}]}";
	struct json *status = json_parse(text, strlen(text), NULL, NULL, 0), *results;

	add("one");
	add("two");
	said(0, 0, GUEST_PASS);
	said(1, 0, GUEST_SKIP);
	results = rehearse_evidence(&t, status);
	cr_assert_eq(results->nr, 1); /* the other guest did not run, unit.x is no guest */
	cr_expect_str_eq(verdict(results, 0), "PASS");
	json_free(results);
	said(1, 0, GUEST_ERROR);
	said(2, 0, GUEST_FAIL);
	results = rehearse_evidence(&t, status);
	cr_assert_eq(results->nr, 2);
	cr_expect_str_eq(verdict(results, 0), "ERROR");
	cr_expect_str_eq(verdict(results, 1), "FAIL");
	cr_expect_str_eq(json_string(json_get(results->items[1], "test"), ""), "stack.races two");
	json_free(results);
	json_free(status);
}
