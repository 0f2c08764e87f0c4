/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* The process that looks at payloads: what it says, and what is believed of it. */
#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "nacred.h"
#include "patch_inspect.h"
#include "payload_sample.h"

static struct nacred n;
static struct json *facts;
static struct rpc_error error;
static bool ended;
static char script[64];

static void setup(void)
{
	sigset_t child;

	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	sigprocmask(SIG_BLOCK, &child, NULL);
	cr_assert_geq(sd_event_new(&n.loop), 0);
	patch_inspect_program = NACRED_PROGRAM;
	strcpy(script, "/tmp/nacre-inspect.XXXXXX");
	close(mkstemp(script));
}

static void teardown(void)
{
	json_free(facts);
	unlink(script);
	sd_event_unref(n.loop);
}

TestSuite(inspect, .init = setup, .fini = teardown);

static void done(void *arg, struct json *v, const struct rpc_error *e)
{
	facts = v;
	ended = true;
	memset(&error, 0, sizeof(error));
	if (e)
		error = *e;
}

static void look_at(const void *bytes, size_t size)
{
	int fd = memfd_create("test", 0);

	json_free(facts);
	facts = NULL;
	ended = false;
	cr_assert_eq(write(fd, bytes, size), (ssize_t)size);
	cr_assert_not_null(patch_inspect_start(&n, fd, size, done, NULL, &error));
	close(fd);
	while (!ended)
		cr_assert_geq(sd_event_run(n.loop, 20000000), 0);
	cr_assert_eq(!facts, error.number != 0);
}

Test(inspect, says_what_a_payload_is)
{
	static const char info[] = "advisory=XSA-7\0advisory=XSA-8\0name=fix";
	static uint8_t bytes[SAMPLE_MAX];
	struct payload_sample s = {.id = 1,
				   .depends = 2,
				   .build = 3,
				   .data_size = 8,
				   .hook = ".livepatch.hooks.prerevert",
				   .modinfo = info,
				   .modinfo_len = sizeof(info)};
	size_t size = payload_sample(&s, bytes);
	const struct json *list;

	look_at(bytes, size);
	cr_assert_str_eq(json_string(json_get(facts, "build_id"), ""),
			 "0101010101010101010101010101010101010101");
	cr_assert_eq(json_string(json_get(facts, "depends"), "")[1], '2');
	cr_assert_eq(json_string(json_get(facts, "xen_depends"), "")[1], '3');
	cr_assert(json_bool(json_get(facts, "has_data"), false));
	cr_assert(json_bool(json_get(facts, "vetoes"), false));
	cr_assert_eq(json_int(json_get(facts, "nr_functions"), 0), 1);
	cr_assert_str_eq(json_string(json_get(facts, "functions")->items[0], ""), "victim");
	list = json_get(facts, "info");
	cr_assert_eq(list->nr, 3u);
	cr_assert_str_eq(json_string(list->items[1]->items[1], ""), "XSA-8");
	look_at(bytes, size - 8);
	cr_assert_str_eq(error.code, "patch.refused");
	cr_assert(strstr(error.message, "not a payload that can be used: "), "%s", error.message);
}

/* Taken over by what it looked at, it may answer anything. */
static void answers(const char *what)
{
	FILE *f = fopen(script, "w");

	fprintf(f, "#!/bin/sh\n%s\n", what);
	fclose(f);
	chmod(script, 0700);
	patch_inspect_program = script;
	look_at("x", 1);
	cr_assert_null(facts, "%s", what);
}

#define SOUND                                                                                      \
	"\"build_id\":\"01\",\"depends\":\"02\",\"xen_depends\":\"03\",\"nr_functions\":0,"        \
	"\"has_data\":false,\"vetoes\":false,\"loaded\":0"

Test(inspect, is_not_believed)
{
	answers("kill -9 $$");
	cr_assert_str_eq(error.code, "patch.refused");
	answers("exit 2");
	answers("exit 0"); /* and no word */
	cr_assert_str_eq(error.code, "daemon.builder");
	answers("echo nonsense >&4");
	answers("echo '[]' >&4");
	answers("echo '{}' >&4");
	answers("echo '{\"error\":7}' >&4");
	answers("echo '{" SOUND ",\"functions\":[]}' >&4");
	answers("echo '{" SOUND ",\"functions\":[],\"info\":[7]}' >&4");
	answers("echo '{" SOUND ",\"functions\":[],\"info\":[[\"a\"]]}' >&4");
	answers("echo '{" SOUND ",\"functions\":[],\"info\":[[\"a\",7]]}' >&4");
	answers("echo '{" SOUND ",\"functions\":[7],\"info\":[]}' >&4");
	answers("echo '{" SOUND ",\"functions\":[],\"info\":[],\"more\":1}' >&4");
	answers("head -c 5000000 /dev/zero >&4");
	answers("echo '{\"error\":\"no\"}' >&4");
	cr_assert(strstr(error.message, ": no"), "%s", error.message);
}

/* Nothing but the payload and the place for the answer is open in it. */
Test(inspect, has_nothing_else)
{
	/* The shell itself has its script open, and the directory while it reads it. */
	answers("for fd in /proc/$$/fd/*; do case ${fd##*/} in 0|1|2|3|4|10) ;; *) "
		"[ -e $fd ] && printf '{\"error\":\"open: %s\"}' $fd >&4 && exit 0 ;; esac; done; "
		"[ -n \"$HOME$NACRE_STATE_DIR\" ] && printf '{\"error\":\"environment\"}' >&4; "
		"exit 0");
	cr_assert_str_eq(error.code, "daemon.builder", "%s", error.message);
}

Test(inspect, can_be_cancelled)
{
	struct patch_inspect *pi;
	FILE *f = fopen(script, "w");

	fprintf(f, "#!/bin/sh\nexec sleep 1000\n");
	fclose(f);
	chmod(script, 0700);
	patch_inspect_program = script;
	ended = false;
	pi = patch_inspect_start(&n, STDIN_FILENO, 1, done, NULL, &error);
	cr_assert_not_null(pi);
	patch_inspect_cancel(pi);
	patch_inspect_cancel(NULL);
	cr_assert_not(ended);
	patch_inspect_program = "/nowhere";
	cr_assert_null(patch_inspect_start(&n, STDIN_FILENO, 1, done, NULL, &error));
	cr_assert_str_eq(error.code, "daemon.builder");
}
