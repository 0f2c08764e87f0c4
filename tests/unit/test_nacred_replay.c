/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* request_id: a change that is asked for twice happens once. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit.h"
#include "client.h"
#include "job.h"
#include "limits.h"
#include "nacred_loop.h"
#include "replay.h"
#include "replay_file.h"
#include "rpc.h"

static unsigned int times; /* that the method below was carried out */
static struct request *kept;
static struct job *job;
static bool fails;

/* A change that succeeds or fails at once, is answered later, or is a job. */
static int change(struct nacred *d, struct request *rq, const struct json *params,
		  struct json **result, struct rpc_error *e)
{
	const char *how = json_string(json_get(params, "how"), "");

	times++;
	if (fails)
		return fail(e, XL_FAIL, "daemon.busy", "not now");
	if (strcmp(how, "later") == 0) {
		kept = rq;
		return RPC_LATER;
	}
	if (strcmp(how, "job") == 0) {
		job = job_start(d, "test", "x", NULL, NULL, e);
		return job_answer(job, rq, params, result, e);
	}
	*result = json_new_object();
	json_set_int(*result, "times", times);
	return RPC_DONE;
}

static const struct field params[] = {
	{.name = "how", .type = F_STRING, .optional = true},
	{.name = "dry_run", .type = F_BOOL, .optional = true},
	FIELDS_JOB,
	{.name = NULL},
};
static const struct field result_fields[] = {
	{.name = "times", .type = F_INT},
	{.name = NULL},
};
static const struct method change_method = {
	.name = "test.change",
	.class = METHOD_OPERATE,
	.params = params,
	.result = result_fields,
	.handle = change,
};

/* --wrap: one more method. */
const struct method *__real_rpc_method(const char *name);
const struct method *__wrap_rpc_method(const char *name)
{
	return strcmp(name, "test.change") ? __real_rpc_method(name) : &change_method;
}

static void start(void)
{
	loop_start();
	times = 0;
	fails = false;
}

TestSuite(replay, .init = start, .fini = loop_stop);

static void ask(int fd, const char *members)
{
	char text[400];

	snprintf(text, sizeof(text),
		 "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"test.change\",\"params\":{%s}}\n",
		 members);
	loop_say(fd, text);
	loop_hear(fd);
}

Test(replay, happens_once)
{
	int fd = loop_join(), other = loop_join();

	ask(fd, "\"request_id\":\"a\"");
	loop_heard("\"result\":{\"times\":1}");
	ask(other, "\"request_id\":\"a\"");
	loop_heard("\"result\":{\"times\":1}");
	cr_assert_eq(times, 1);
	ask(fd, "\"request_id\":\"b\"");
	loop_heard("\"result\":{\"times\":2}");
	ask(fd, "");
	ask(fd, "");
	cr_assert_eq(times, 4, "without an id each is another one");
	ask(fd, "\"request_id\":\"c\",\"dry_run\":true");
	ask(fd, "\"request_id\":\"c\"");
	cr_assert_eq(times, 6, "a dry run is not what it tries");
	close(fd);
	close(other);
}

Test(replay, an_id_belongs_to_one_call_of_one_user)
{
	int fd = loop_join();

	ask(fd, "\"request_id\":\"a\"");
	ask(fd, "\"request_id\":\"a\",\"how\":\"now\"");
	loop_heard("request.id_reused");
	ask(fd, "\"how\":\"now\",\"request_id\":\"a\"");
	loop_heard("request.id_reused");
	n.clients->peer.uid = 4711;
	ask(fd, "\"request_id\":\"a\"");
	loop_heard("\"times\":2");
	ask(fd, "\"request_id\":\"\"");
	loop_heard("request.invalid_params");
	close(fd);
}

Test(replay, a_failure_is_tried_again)
{
	int fd = loop_join();

	fails = true;
	ask(fd, "\"request_id\":\"a\"");
	loop_heard("daemon.busy");
	fails = false;
	ask(fd, "\"request_id\":\"a\"");
	loop_heard("\"times\":2");
	close(fd);
}

/* Both wait, the first goes, and the second is answered; then so is a third. */
Test(replay, while_it_is_under_way)
{
	int fd = loop_join(), other = loop_join(), third = loop_join();
	struct json *v = json_new_object();

	ask(fd, "\"request_id\":\"a\",\"how\":\"later\"");
	ask(other, "\"request_id\":\"a\",\"how\":\"later\"");
	ask(third, "\"request_id\":\"a\",\"how\":\"later\"");
	cr_assert_eq(times, 1);
	close(fd);
	close(third);
	loop_turn();
	json_set_int(v, "times", 77);
	request_reply(kept, v);
	loop_hear(other);
	loop_heard("\"result\":{\"times\":77}");
	ask(other, "\"request_id\":\"a\",\"how\":\"later\"");
	loop_heard("\"times\":77");
	cr_assert_eq(times, 1);
	close(other);
}

/* Who called goes while the job runs: the job is found by the id. */
Test(replay, a_job)
{
	int fd = loop_join(), other;
	struct json *v = json_new_object();
	struct rpc_error e;

	ask(fd, "\"request_id\":\"a\",\"how\":\"job\"");
	close(fd);
	loop_turn();
	other = loop_join();
	ask(other, "\"request_id\":\"a\",\"how\":\"job\"");
	cr_assert_str_empty(heard);
	json_set_int(v, "times", 5);
	job_done(job, v);
	loop_hear(other);
	loop_heard("\"result\":{\"times\":5}");
	ask(other, "\"request_id\":\"a\",\"how\":\"job\"");
	loop_heard("\"result\":{\"times\":5}");
	cr_assert_eq(times, 1);
	ask(other, "\"request_id\":\"b\",\"how\":\"job\",\"async\":true");
	loop_heard(job_id(job));
	fail(&e, XL_FAIL, "patch.refused", "it failed");
	job_fail(job, &e);
	ask(other, "\"request_id\":\"b\",\"how\":\"job\",\"async\":true");
	loop_heard("\"result\":{\"job\":");
	cr_assert_eq(times, 2, "the answer was the job");
	job_fail(job, &e);
	close(other);
}

Test(replay, a_failed_job_is_tried_again)
{
	int fd = loop_join();
	struct rpc_error e;

	ask(fd, "\"request_id\":\"a\",\"how\":\"job\"");
	fail(&e, XL_FAIL, "patch.refused", "it failed");
	job_fail(job, &e);
	loop_hear(fd);
	loop_heard("patch.refused");
	ask(fd, "\"request_id\":\"a\",\"how\":\"job\"");
	cr_assert_eq(times, 2);
	job_fail(job, &e);
	close(fd);
}

Test(replay, they_are_bounded)
{
	int fd = loop_join();
	char text[64];
	unsigned int i;

	for (i = 0; i < 2 * LIMIT_REPLAYS; i++) {
		snprintf(text, sizeof(text), "\"request_id\":\"%u\"", i);
		ask(fd, text);
		cr_assert_leq(n.nr_replays, LIMIT_REPLAYS);
	}
	ask(fd, text);
	cr_assert_eq(times, 2 * LIMIT_REPLAYS, "the latest is remembered");
	ask(fd, "\"request_id\":\"0\"");
	cr_assert_eq(times, 2 * LIMIT_REPLAYS + 1, "the first is not");
	close(fd);
}

/* nacred ends and another one starts. */
static void start_again(void)
{
	replay_stop(&n);
	cr_assert_eq(n.nr_replays, 0);
	replay_start(&n);
}

static char state[NACRED_PATH_MAX + 48];

static size_t read_state(char *bytes, size_t room)
{
	FILE *f;
	size_t len;

	snprintf(state, sizeof(state), "%s/" REPLAY_FILE, n.statedir);
	f = fopen(state, "r");
	cr_assert(f);
	len = fread(bytes, 1, room, f);
	fclose(f);
	return len;
}

static void write_state(const char *bytes, size_t len)
{
	FILE *f = fopen(state, "w");

	cr_assert(f && fwrite(bytes, 1, len, f) == len && fclose(f) == 0);
	cr_assert_eq(chmod(state, 0600), 0);
}

Test(replay, a_nacred_that_is_started_again_remembers)
{
	int fd = loop_join();

	ask(fd, "\"request_id\":\"a\"");
	ask(fd, "\"request_id\":\"b\",\"how\":\"now\"");
	fails = true;
	ask(fd, "\"request_id\":\"c\"");
	fails = false;
	cr_assert_eq(times, 3);
	start_again();
	ask(fd, "\"request_id\":\"a\"");
	loop_heard("\"result\":{\"times\":1}");
	ask(fd, "\"request_id\":\"b\",\"how\":\"now\"");
	loop_heard("\"result\":{\"times\":2}");
	ask(fd, "\"request_id\":\"b\"");
	loop_heard("request.id_reused");
	cr_assert_eq(times, 3);
	ask(fd, "\"request_id\":\"c\"");
	cr_assert_eq(times, 4, "what failed is tried");
	/* A third one as well; and not in another run of the hypervisor. */
	start_again();
	ask(fd, "\"request_id\":\"a\"");
	cr_assert_eq(times, 4);
	snprintf(n.instance_id, sizeof(n.instance_id), "another");
	start_again();
	ask(fd, "\"request_id\":\"a\"");
	cr_assert_eq(times, 5);
	close(fd);
}

Test(replay, a_job_alone_is_not_remembered)
{
	int fd = loop_join();
	struct rpc_error e;

	ask(fd, "\"request_id\":\"a\",\"how\":\"job\",\"async\":true");
	job_done(job, json_parse("{\"times\":9}", 11, NULL, NULL, 0));
	ask(fd, "\"request_id\":\"b\",\"how\":\"job\"");
	job_done(job, json_parse("{\"times\":8}", 11, NULL, NULL, 0));
	start_again();
	ask(fd, "\"request_id\":\"b\",\"how\":\"job\"");
	loop_heard("\"result\":{\"times\":8}");
	ask(fd, "\"request_id\":\"a\",\"how\":\"job\",\"async\":true");
	cr_assert_eq(times, 3);
	fail(&e, XL_FAIL, "patch.refused", "it failed");
	job_fail(job, &e);
	close(fd);
}

/* nacred starts whatever the file has become, and does what it does not know. */
Test(replay, its_file_may_be_cut_anywhere)
{
	static char bytes[4096];
	int fd = loop_join();
	size_t len, at, first;

	ask(fd, "\"request_id\":\"a\"");
	ask(fd, "\"request_id\":\"b\"");
	len = read_state(bytes, sizeof(bytes));
	first = (size_t)((char *)memchr(bytes, '\n', len) - bytes) + 1;
	for (at = 0; at <= len; at++) {
		write_state(bytes, at);
		start_again();
		cr_assert_eq(n.nr_replays, (at >= first) + (at == len), "at %zu", at);
	}
	/* Nor is a file believed that others could have written. */
	write_state(bytes, len);
	cr_assert_eq(chmod(state, 0666), 0);
	start_again();
	cr_assert_eq(n.nr_replays, 0);
	cr_assert_neq(access(state, F_OK), 0);
	close(fd);
}

Test(replay, its_file_stays_bounded)
{
	static char bytes[1 << 20];
	int fd = loop_join();
	size_t len, lines = 0;
	char text[64];
	unsigned int i;

	for (i = 0; i < 2 * LIMIT_REPLAYS + 2; i++) {
		snprintf(text, sizeof(text), "\"request_id\":\"%u\"", i);
		ask(fd, text);
	}
	len = read_state(bytes, sizeof(bytes));
	for (i = 0; i < len; i++)
		lines += bytes[i] == '\n';
	cr_assert_leq(lines, LIMIT_REPLAYS + 2, "%zu", lines);
	start_again();
	ask(fd, text);
	cr_assert_eq(times, 2 * LIMIT_REPLAYS + 2);
	close(fd);
}

Test(replay, only_changes_take_an_id)
{
	int fd = loop_join();

	loop_answers(fd,
		     "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"job.list\",\"params\":"
		     "{\"request_id\":\"a\"}}\n",
		     "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32602,");
	close(fd);
}

Test(replay, the_log_tells_no_secrets)
{
	static const struct {
		const char *method, *params, *subject;
	} cases[] = {
		{"domain.destroy", "{\"domain\":\"web\"}", " \"web\""},
		{"domain.destroy", "{\"domain\":7}", " 7"},
		{"domain.create", "{\"config\":{\"c_info\":{\"name\":\"db\"}}}", " \"db\""},
		{"cpupool.destroy", "{\"pool\":\"fast\",\"dry_run\":true}", " \"fast\" (dry run)"},
		{"patch.apply", "{\"name\":\"hushed\"}", ""},
		{"advisory.evidence", "{\"id\":\"XSA-1\"}", ""},
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct json *p =
			json_parse(cases[i].params, strlen(cases[i].params), NULL, NULL, 0);
		char *subject = audit_subject(rpc_method(cases[i].method), p);

		cr_assert_str_eq(subject, cases[i].subject);
		free(subject);
		json_free(p);
	}
}
