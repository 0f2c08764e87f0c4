/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* What `xl livepatch' prints, to the letter, and what it makes of its arguments. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fake_nacred.h"
#include "json.h"
#include "livepatch.h"

static char out[8192];

static const char *printed(void (*print)(FILE *f, const struct json *v), const char *text)
{
	struct json *v = json_parse(text, strlen(text), NULL, NULL, 0);
	FILE *f = fmemopen(out, sizeof(out), "w");

	cr_assert_not_null(v, "%s", text);
	print(f, v);
	fclose(f);
	json_free(v);
	return out;
}

static char dir[64];

static void teardown(void)
{
	char command[100];

	snprintf(command, sizeof(command), "rm -rf %s", dir);
	cr_assert(!dir[0] || system(command) == 0);
}

TestSuite(xl_livepatch, .fini = teardown);

Test(xl_livepatch, list)
{
	cr_assert_str_eq(
		printed(livepatch_print_list,
			"[{\"name\":\"a\",\"state\":\"applied\",\"position\":1,\"wanted\":true,"
			"\"signature\":\"good\",\"problem\":\"\",\"last\":null,"
			"\"metadata\":{\"advisory\":[\"XSA-1\",\"XSA-2\"]}},"
			"{\"name\":\"b\\u001b[31m\",\"state\":\"stored\",\"position\":null,"
			"\"wanted\":false,\"signature\":null,\"problem\":\"no key\",\"last\":"
			"{\"action\":\"apply\",\"error\":\"Device or resource busy\"},"
			"\"metadata\":{}}]"),
		"Name                             State    Place Wanted Signature   Advisories\n"
		"a                                applied      1 yes    good        XSA-1, XSA-2\n"
		"b\\x1b[31m                        stored       - no     not-stored  -\n"
		"    cannot be used: no key\n"
		"    apply failed: Device or resource busy\n");
}

Test(xl_livepatch, plan)
{
	cr_assert_str_eq(
		printed(livepatch_print_plan,
			"{\"action\":\"apply\",\"name\":\"b\",\"possible\":true,\"steps\":["
			"{\"action\":\"load\",\"name\":\"b\"},{\"action\":\"apply\",\"name\":\"b\"}"
			"],"
			"\"applied\":[\"a\",\"b\"],\"depends_on\":\"a\",\"needed_by\":[],"
			"\"reason\":null}"),
		"apply b: possible\n"
		"step 1     : load b\n"
		"step 2     : apply b\n"
		"depends on : a\n"
		"needed by  : nothing here\n"
		"applied    : a, b\n");
	cr_assert_str_eq(
		printed(livepatch_print_plan,
			"{\"action\":\"revert\",\"name\":\"b\",\"possible\":false,\"steps\":[],"
			"\"applied\":[],\"depends_on\":\"\",\"needed_by\":[\"c\"],\"reason\":"
			"{\"message\":\"b is not applied\",\"hint\":\"apply it\"}}"),
		"revert b: not possible\n"
		"because    : b is not applied; apply it\n"
		"depends on : the hypervisor\n"
		"needed by  : c\n"
		"applied    : none\n");
}

Test(xl_livepatch, done)
{
	cr_assert_str_eq(
		printed(livepatch_print_done,
			"{\"name\":\"b\",\"steps\":[{\"action\":\"load\",\"name\":\"b\"},"
			"{\"action\":\"apply\",\"name\":\"b\",\"pause_ns\":5300,"
			"\"gather_ns\":4100}]}"),
		"load b: done\n"
		"apply b: done, CPUs paused for 5.300 us, 4.100 us of that until all had met\n");
	cr_assert_str_eq(printed(livepatch_print_done,
				 "{\"name\":\"b\",\"signature\":\"good\",\"signed_by\":\"me\"}"),
			 "upload b: done, signature good by me\n");
}

/* --- the program, with a daemon that answers from a script --------------------------- */

static int run(const char *arguments)
{
	char command[512];
	FILE *f;
	size_t len;
	int status;

	snprintf(command, sizeof(command), "NACRE_RUNDIR=%s %s %s 2>&1", dir, XL_PROGRAM,
		 arguments);
	f = popen(command, "r");
	len = fread(out, 1, sizeof(out) - 1, f);
	out[len] = '\0';
	status = pclose(f);
	return WEXITSTATUS(status);
}

static void start(const struct fake_answer *answers, size_t nr)
{
	char path[100];

	strcpy(dir, "/tmp/nacre-xl.XXXXXX");
	cr_assert(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/nacred.sock", dir);
	cr_assert_eq(fake_nacred_start(path), 0);
	fake_nacred_script(answers, nr);
}

static void asked(const char *text)
{
	cr_assert(strstr(fake_nacred_requests(), text), "no %s in %s", text,
		  fake_nacred_requests());
}

Test(xl_livepatch, options_become_parameters)
{
	static const struct fake_answer answers[] = {
		{.method = "patch.apply", .json = "{\"name\":\"a\",\"steps\":[]}"},
		{.method = "patch.revert", .json = "{\"name\":\"a\",\"steps\":[]}"},
		{.method = "patch.policy.set", .json = "{\"changes\":[]}"},
		{.method = "patch.policy.get", .json = "{\"allow_unsigned\":true,\"wanted\":[]}"},
		{.method = "patch.plan",
		 .json = "{\"possible\":false,\"reason\":{\"message\":\"no\"}}"},
	};

	start(answers, sizeof(answers) / sizeof(answers[0]));
	cr_assert_eq(
		run("livepatch --timeout=1.5 --whole --once --nodeps --if-revision=ab apply a"), 0,
		"%s", out);
	asked("\"timeout\":1500");
	asked("\"whole\":true");
	asked("\"once\":true");
	asked("\"nodeps\":true");
	asked("\"if_revision\":\"ab\"");
	asked("\"name\":\"a\"");
	cr_assert_eq(run("-N livepatch revert a"), 0);
	asked("\"dry_run\":true");
	cr_assert_eq(run("livepatch policy unsigned=allow wanted=a,b"), 0);
	asked("\"allow_unsigned\":true,\"wanted\":[\"a\",\"b\"]");
	cr_assert_eq(run("livepatch plan revert a"), 1);
	asked("\"action\":\"revert\"");
}

Test(xl_livepatch, what_does_not_fit_is_told)
{
	static const char *const wrong[] = {
		"livepatch",
		"livepatch nothing",
		"livepatch apply",
		"livepatch apply a b",
		"livepatch -t x apply a",
		"livepatch -t 5000 apply a",
		"livepatch --whole upload /f",
		"livepatch -t 5 list",
		"-N livepatch list",
		"-N livepatch load /f",
		"livepatch --nodeps revert a",
	};

	start(NULL, 0);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		cr_assert_eq(run(wrong[i]), 2, "%s: %s", wrong[i], out);
	cr_assert_eq(run("livepatch policy unsigned=maybe"), 1);
	cr_assert_eq(run("livepatch upload /nowhere"), 1);
	cr_assert(strstr(out, "/nowhere: No such file"), "%s", out);
	cr_assert_str_empty(fake_nacred_requests());
}

Test(xl_livepatch, what_cannot_be_applied_does_not_stay)
{
	static const struct fake_answer answers[] = {
		{.method = "patch.upload", .json = "{\"name\":\"a\"}"},
		{.method = "patch.apply",
		 .json = "{\"code\":-32003,\"message\":\"no\",\"data\":{\"code\":\"patch.refused\"}"
			 "}",
		 .is_error = true},
		{.method = "patch.unload", .json = "{\"name\":\"a\",\"steps\":[]}"},
	};

	start(answers, sizeof(answers) / sizeof(answers[0]));
	cr_assert_eq(run("livepatch load /dev/null"), 1);
	cr_assert_str_eq(out, "libxl: error: no\n");
	asked("patch.unload");
}
