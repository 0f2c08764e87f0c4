/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Jobs over a real loop and real sockets: their life, who waits, who goes. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "client.h"
#include "job.h"
#include "limits.h"
#include "nacred.h"
#include "nacred_loop.h"

static struct rpc_error error;

TestSuite(job, .init = loop_start, .fini = loop_stop);

static const char *hear(int fd)
{
	loop_turn();
	loop_hear(fd);
	return heard;
}

static const char *call(int fd, const char *method, const char *id, const char *more)
{
	char text[512];

	snprintf(text, sizeof(text),
		 "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"%s\",\"params\":{\"job\":\"%s\"%s}}\n",
		 method, id, more);
	cr_assert_eq(send(fd, text, strlen(text), MSG_NOSIGNAL), (ssize_t)strlen(text));
	return hear(fd);
}

static struct json *result(void)
{
	struct json *v = json_new_object();

	json_set_int(v, "pause", 42);
	return v;
}

static struct job *job_of(const char *kind)
{
	struct job *job = job_start(&n, kind, "web", NULL, NULL, &error);

	cr_assert_not_null(job);
	return job;
}

Test(job, a_life)
{
	struct job *job = job_of("patch.apply");
	int fd = loop_join(), other = loop_join();
	static const char subscribe[] =
		"{\"jsonrpc\":\"2.0\",\"id\":9,\"method\":"
		"\"event.subscribe\",\"params\":{\"types\":[\"job.done\"]}}\n";

	send(other, subscribe, sizeof(subscribe) - 1, 0);
	hear(other);
	job_phase(job, "check", 10);
	job_phase(job, "act", 250);
	call(fd, "job.get", job_id(job), "");
	loop_heard("\"state\":\"running\",\"percent\":99,\"phase\":\"act\"");
	loop_heard("{\"name\":\"check\",\"started\":");
	loop_heard("\"ended\":null");
	cr_assert_str_empty(call(fd, "job.wait", job_id(job), ""));
	job_done(job, result());
	hear(fd);
	loop_heard("\"state\":\"done\",\"percent\":100");
	loop_heard("\"result\":{\"pause\":42}");
	hear(other);
	loop_heard("\"type\":\"job.done\",\"job\":{\"job\":\"");
	cr_assert_null(strstr(heard, "job.progress"));
	cr_assert_null(strstr(heard, "\"result\":{\"pause\""));
	call(fd, "job.wait", job_id(job), "");
	loop_heard("\"state\":\"done\"");
	call(fd, "job.cancel", job_id(job), "");
	loop_heard("job.ended");
	close(other);
	close(fd);
}

Test(job, waiting_has_an_end)
{
	struct job *job = job_of("patch.apply");
	int fd = loop_join();

	call(fd, "job.wait", job_id(job), ",\"timeout\":0");
	loop_heard("\"state\":\"running\"");
	cr_assert_str_empty(call(fd, "job.wait", job_id(job), ",\"timeout\":10"));
	cr_assert_gt(sd_event_run(n.loop, 2000000), 0);
	hear(fd);
	loop_heard("\"state\":\"running\"");
	call(fd, "job.wait", "nobody", "");
	loop_heard("job.not_found");
	close(fd);
}

Test(job, who_goes_waits_no_more)
{
	struct job *job = job_of("patch.apply");
	int fd = loop_join(), other = loop_join();

	call(fd, "job.wait", job_id(job), "");
	call(fd, "job.wait", job_id(job), "");
	call(other, "job.wait", job_id(job), "");
	cr_assert_eq(n.nr_waiters, 3);
	close(fd);
	loop_turn();
	cr_assert_eq(n.nr_waiters, 1);
	error.number = XL_FAIL;
	strcpy(error.code, "patch.failed");
	job_fail(job, &error);
	hear(other);
	loop_heard("\"state\":\"failed\"");
	loop_heard("\"error\":{\"code\":\"patch.failed\"");
	close(other);
}

static int stopped;
static struct job *to_stop;

static int cancel(void *arg, struct rpc_error *e)
{
	if (stopped++)
		return fail(e, XL_FAIL, "job.not_cancellable", "too late");
	return 0;
}

Test(job, some_can_be_cancelled)
{
	int fd = loop_join();

	stopped = 0;
	to_stop = job_start(&n, "a", "b", cancel, NULL, &error);
	call(fd, "job.cancel", job_id(job_of("patch.apply")), "");
	loop_heard("job.not_cancellable");
	call(fd, "job.cancel", job_id(to_stop), "");
	loop_heard("\"state\":\"running\"");
	call(fd, "job.cancel", job_id(to_stop), "");
	loop_heard("too late");
	close(fd);
}

Test(job, the_latest_are_remembered_and_running_ones_never_forgotten)
{
	struct job *first = job_of("stays");
	char oldest[JOB_ID_TEXT];
	int fd = loop_join();

	for (int i = 0; i < 3 * LIMIT_JOBS; i++) {
		struct job *job = job_of("ends");

		if (!i)
			strcpy(oldest, job_id(job));
		job_done(job, NULL);
	}
	cr_assert_eq(n.nr_jobs, LIMIT_JOBS);
	call(fd, "job.get", job_id(first), "");
	loop_heard("\"state\":\"running\"");
	call(fd, "job.get", oldest, "");
	loop_heard("job.not_found");
	for (int i = 1; i < LIMIT_JOBS_RUN; i++)
		job_of("more");
	cr_assert_null(job_start(&n, "x", "y", NULL, NULL, &error));
	cr_assert_str_eq(error.code, "daemon.busy");
	close(fd);
}
