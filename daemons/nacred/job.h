/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Jobs: operations that take longer than a call, with phases, a percentage, an end
 * and, for those that allow it, a way to stop them.  A job ends by itself; ended ones
 * stay for a while, so that who asks late hears the outcome.  They live in memory:
 * what must outlive nacred is the business of whoever runs the job.
 */
#ifndef NACRED_JOB_H
#define NACRED_JOB_H

#include "nacred.h"
#include "rpc.h"

#define JOB_ID_TEXT 32

struct job;

/* 0: it stops and ends with job_fail() soon; -1 and @e: it is past that point. */
typedef int job_cancel(void *arg, struct rpc_error *e);

/*
 * A new running job: @kind is a word such as "patch.apply", @subject what it is about, for
 * everybody to see (copied).  @cancel may be NULL.  NULL and @e: too many run, or no memory.
 */
struct job *job_start(struct nacred *n, const char *kind, const char *subject, job_cancel *cancel,
		      void *arg, struct rpc_error *e);
/* It enters @phase (copied, for everybody to see) and @percent (0..99) of it is done. Tells
 * job.progress. */
void job_phase(struct job *job, const char *phase, unsigned int percent);
/* The end, told as job.done; the job stays valid only until the next job_start().
 * @result is taken. */
void job_done(struct job *job, struct json *result);
void job_fail(struct job *job, const struct rpc_error *e);

/* Tells @arg how @job ended: @e NULL, or the error; at once when it has ended already.  One for
 * each job. */
typedef void job_ended(void *arg, const struct rpc_error *e);
void job_follow(struct job *job, job_ended *ended, void *arg);

const char *job_id(const struct job *job);
/* NULL and @e. */
struct job *job_find(struct nacred *n, const char *id, struct rpc_error *e);
/* Not @trusted: without result and messages, which are for administrators. */
struct json *job_describe(const struct job *job, bool trusted);
/* All of @kind, or all; oldest first. */
struct json *job_describe_all(struct nacred *n, const char *kind, bool trusted);
int job_stop(struct job *job, struct rpc_error *e);
bool job_has_failed(const struct job *job);

/*
 * The answer to the call that started @job.  @params: "async": true answers {job} at
 * once; else the job's result or error is the answer, and after "deadline" ms it is
 * "job.deadline", while the job goes on.
 */
int job_answer(struct job *job, struct request *rq, const struct json *params, struct json **result,
	       struct rpc_error *e);
/* Describe it to @rq when it has ended, or after @timeout_msec (negative: no limit). */
int job_wait(struct job *job, struct request *rq, int64_t timeout_msec, struct json **result,
	     struct rpc_error *e);
/* @c goes: its calls end. */
void job_forget(struct nacred *n, const struct client *c);
/* nacred ends: calls that wait are dropped. */
void job_free_all(struct nacred *n);

/* Parameters of calls that start jobs, for job_answer(). */
#define FIELDS_JOB                                                                                 \
	{.name = "async",                                                                          \
	 .type = F_BOOL,                                                                           \
	 .optional = true,                                                                         \
	 .summary = "answer with the job at once, do not wait for its end"},                       \
	{                                                                                          \
		.name = "deadline", .type = F_INT, .optional = true, .min = 1,                     \
		.max = LIMIT_WAIT_MSEC,                                                            \
		.summary = "milliseconds until the answer is an error and the job goes on",        \
	}
/* Member of the answer: the only one when "async". */
#define FIELD_JOB                                                                                  \
	{                                                                                          \
		.name = "job", .type = F_STRING, .optional = true,                                 \
		.summary = "for job.get and job.wait; the only member when async",                 \
	}

#endif
