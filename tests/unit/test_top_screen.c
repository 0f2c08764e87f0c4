/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* xentop on a terminal: what it shows, how little it writes, and that it leaves no trace. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fake_nacred.h"
#include "terminal.h"
#include "top_sample.h"

#define ANSWERS(web)                                                                               \
	{.method = "host.info", .json = TOP_HOST},                                                 \
		{.method = "domain.list", .json = TOP_DOMAINS(web)},                               \
		{.method = "domain.vcpus", .json = TOP_VCPUS},                                     \
		{.method = "sched.credit2.get", .json = TOP_SHARES},                               \
	{                                                                                          \
		.method = "sched.stats", .json = TOP_STATS                                         \
	}
static const struct fake_answer answers[] = {ANSWERS("4")};
#define NR_ANSWERS (sizeof(answers) / sizeof(answers[0]))

#define KEYS   "Delay  Networks  vBds  VCPUs  Repeat header  Sort order  sCheduler  Quit   >"
#define HEADER "      NAME  STATE   CPU(sec) CPU(%)     MEM(k) MEM(%)  MAXMEM(k) MAXMEM(%) VCPUS"

static char directory[] = "/tmp/nacre-top-test.XXXXXX", path[64];
static struct terminal t;

static void setup(void)
{
	cr_assert_not_null(mkdtemp(directory));
	setenv("NACRE_RUNDIR", directory, 1);
	snprintf(path, sizeof(path), "%s/nacred.sock", directory);
	fake_nacred_script(answers, NR_ANSWERS);
	cr_assert_eq(fake_nacred_start(path), 0);
}

static void teardown(void)
{
	cr_expect_str_eq(t.unknown, "", "it wrote ^[%s", t.unknown);
	terminal_close(&t);
	unlink(path);
	rmdir(directory);
}

TestSuite(top_screen, .init = setup, .fini = teardown, .timeout = 240);

static void expect_row(int row, const char *text)
{
	cr_expect(terminal_wait_row(&t, row, text), "row %d: '%s'", row, terminal_row(&t, row));
}

/* On a screen of @rows by @cols, until it has the first sample. */
static void start(int rows, int cols)
{
	static char program[] = XENTOP_PROGRAM, option[] = "-d0.2";

	cr_assert(terminal_start(&t, rows, cols, (char *[]){program, option, NULL}));
	cr_assert(terminal_wait(&t, "Domain-0", true), "%s", terminal_row(&t, 0));
	cr_assert(terminal_wait(&t, "Quit", true), "%s", terminal_row(&t, rows - 1));
}

static void expect_end(int status)
{
	int actual = terminal_end(&t);

	cr_expect_eq(actual, status, "it ended with %x", (unsigned int)actual);
	cr_expect(terminal_is_restored(&t));
}

Test(top_screen, eighty_columns_and_keys)
{
	start(24, 80);
	cr_expect(t.alternate && t.hidden);
	expect_row(3, HEADER);
	expect_row(23, KEYS);
	expect_row(1, "3 domains: 1 running, 1 blocked, 1 paused, 0 crashed, 0 dying, 0 shutdown");
	terminal_type(&t, "v");
	cr_expect(terminal_wait(&t, "    1:    0.0%        2s  CPU 1   -b", true));
	terminal_type(&t, "Vc");
	cr_expect(terminal_wait(&t, "WEIGHT", true));
	cr_expect(terminal_wait(&t, "    512     50 ", true));
	terminal_type(&t, "C\x1bOC");
	cr_expect(terminal_wait(&t, "VCPUS NETS", true));
	terminal_type(&t, "\x1bOB");
	cr_expect(terminal_wait(&t, "a-rather", false));
	terminal_type(&t, "\x1bOA");
	cr_expect(terminal_wait(&t, "a-rather", true));
	terminal_type(&t, "n");
	cr_expect(terminal_wait(&t, "No domain has a virtual network yet", true));
	terminal_type(&t, "d0.7\x7f"
			  "5\r");
	cr_expect(terminal_wait(&t, "sCheduler", true));
	terminal_type(&t, "q");
	expect_end(0);
}

Test(top_screen, only_what_changes_is_written)
{
	static const struct fake_answer later[] = {ANSWERS("987")};
	size_t bytes, clears;

	start(24, 80);
	terminal_follow(&t, 500);
	cr_expect_leq(t.clears, 1, "at the start");
	bytes = t.bytes;
	clears = t.clears;
	terminal_follow(&t, 2000);
	/* Some ten samples, which differ in the time of day only. */
	cr_expect_lt(t.bytes - bytes, 300, "%zu bytes for nothing", t.bytes - bytes);
	bytes = t.bytes;
	fake_nacred_script(later, NR_ANSWERS);
	cr_expect(terminal_wait(&t, "       web --b---        987", true));
	cr_expect_lt(t.bytes - bytes, 200, "%zu bytes for a number", t.bytes - bytes);
	cr_expect_eq(t.clears, clears);
	terminal_type(&t, "\f"); /* but this is asked for */
	terminal_follow(&t, 500);
	cr_expect_eq(t.clears, clears + 1);
	expect_row(3, HEADER);
	terminal_type(&t, "Q");
	expect_end(0);
}

Test(top_screen, follows_the_window)
{
	start(24, 80);
	terminal_resize(&t, 40, 180);
	cr_expect(terminal_wait(&t, "VBD_WSECT SSID", true));
	cr_expect(terminal_wait(&t, "a-rather-long-name ----p-", true));
	expect_row(39, "Delay  Networks  vBds  VCPUs  Repeat header  Sort order  sCheduler  Quit");
	expect_row(23, "");
	terminal_resize(&t, 5, 40);
	cr_expect(terminal_wait(&t, "VBD_WSECT", false));
	cr_expect(terminal_wait(&t, "Delay  Networks  vBds  VCPUs  Repeat hea", true));
	terminal_follow(&t, 500);
	expect_row(0, "      NAME  STATE   CPU(sec) CPU(%)");
	expect_row(4, "Delay  Networks  vBds  VCPUs  Repeat hea");
	terminal_resize(&t, 1, 1);
	terminal_follow(&t, 500);
	terminal_resize(&t, 24, 80);
	cr_expect(terminal_wait(&t, KEYS, true));
	cr_expect(terminal_wait(&t, HEADER, true));
	expect_row(23, KEYS);
	terminal_type(&t, "\x1b");
	expect_end(0);
}

Test(top_screen, every_signal_leaves_the_terminal_as_it_was)
{
	static const int ends[] = {SIGTERM, SIGINT, SIGHUP, SIGQUIT};
	static const int crashes[] = {SIGSEGV, SIGABRT};
	size_t i;

	for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		start(24, 80);
		kill(t.pid, ends[i]);
		expect_end(0);
		terminal_close(&t);
	}
	for (i = 0; i < sizeof(crashes) / sizeof(crashes[0]); i++) {
		start(24, 80);
		kill(t.pid, crashes[i]);
		expect_end(crashes[i]);
		terminal_close(&t);
	}
}

/* A shell with job control: who leads a session is not stopped. */
Test(top_screen, stops_and_goes_on)
{
	static char
		bash[] = "/bin/bash",
		norc[] = "--norc", m[] = "-mc",
		script[] = XENTOP_PROGRAM
		" -d0.2; echo it stopped; until [ -e \"$NACRE_RUNDIR/go\" ]; do sleep 0.1; done; "
		"fg >/dev/null; echo it is over";
	char go[80];
	int fd;

	cr_assert(terminal_start(&t, 24, 80, (char *[]){bash, norc, m, script, NULL}));
	cr_assert(terminal_wait(&t, "Quit", true));
	terminal_type(&t, "\x1a");
	cr_assert(terminal_wait(&t, "it stopped", true), "%s", terminal_row(&t, 0));
	cr_expect(terminal_is_restored(&t));
	snprintf(go, sizeof(go), "%s/go", directory);
	fd = open(go, O_CREAT | O_WRONLY, 0600);
	cr_assert_geq(fd, 0);
	close(fd);
	cr_assert(terminal_wait(&t, "Quit", true));
	unlink(go);
	cr_expect(t.alternate && t.hidden);
	expect_row(3, HEADER);
	terminal_type(&t, "q");
	cr_assert(terminal_wait(&t, "it is over", true));
	expect_end(0);
}

Test(top_screen, nacred_may_come_and_go)
{
	start(24, 80);
	fake_nacred_stop();
	cr_expect(terminal_wait(&t, "cannot reach nacred", true));
	expect_row(3, HEADER);
	cr_assert_eq(fake_nacred_start(path), 0);
	cr_expect(terminal_wait(&t, KEYS, true));
	terminal_type(&t, "q");
	expect_end(0);
}

Test(top_screen, keys_work_while_nacred_is_stuck)
{
	static const struct fake_answer stuck[] = {
		{.method = "host.info", .json = TOP_HOST, .hold = true},
		{.method = "domain.list", .json = TOP_DOMAINS("5")},
	};

	start(24, 80);
	fake_nacred_script(stuck, 2);
	cr_expect(terminal_wait(&t, "nacred does not answer", true));
	terminal_type(&t, "s");
	cr_expect(terminal_wait(&t, KEYS, true));
	cr_expect(terminal_wait(&t, "Domain-0 -----r", true));
	fake_nacred_release();
	cr_expect(terminal_wait(&t, "       web --b---          5", true));
	terminal_type(&t, "q");
	expect_end(0);
}

Test(top_screen, ends_with_its_terminal)
{
	int status;

	start(24, 80);
	terminal_close(&t);
	cr_expect_eq(waitpid(t.pid, &status, 0), t.pid);
	cr_expect(WIFEXITED(status));
}

Test(top_screen, a_name_is_no_sequence)
{
	static const struct fake_answer hostile[] = {
		{.method = "host.info", .json = TOP_HOST},
		{.method = "domain.list",
		 .json = "{\"domains\":[" TOP_DOMAIN(0, "Domain-0", "", "0", 0, "0",
						     0) "," TOP_DOMAIN(1, "\\u001b[2J\\u009b", "",
								       "0", 0, "0", 0) "]}"},
	};

	fake_nacred_script(hostile, 2);
	start(24, 160);
	cr_expect(terminal_wait(&t, "\\x1b[2J\\xc", true), "%s", terminal_row(&t, 4));
	cr_expect_leq(t.clears, 1);
	terminal_type(&t, "q");
	expect_end(0);
}
