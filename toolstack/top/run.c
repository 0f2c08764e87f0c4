/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "run.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "batch.h"
#include "rpc.h"
#include "screen.h"
#include "source.h"

/* When nothing came for so long a user is told; a program gives up after RPC_QUICK. */
#define SILENCE_MS 3000

struct top {
	struct run *run;
	struct source *source;
	struct sample *now, *before;
	int signals;   /* descriptor */
	int64_t next;  /* when to ask again, ms */
	int64_t asked; /* when that was last */
	bool trouble;  /* nacred is silent or out of reach, and the user was told */
	bool dirty;    /* the screen differs from what it should show */
	bool repaint;  /* and nothing is known about what it shows */
	bool done;
	int status;
};

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int64_t delay_ms(const struct top *t)
{
	return (int64_t)(t->run->view.delay * 1000);
}

static void finish(struct top *t, int status)
{
	t->done = true;
	t->status = status;
}

/* On the screen until a sample comes; in batch mode that was it. */
static void tell(struct top *t, const char *text, const char *hint)
{
	struct view *v = &t->run->view;
	char line[sizeof(v->message) * 2];

	snprintf(line, sizeof(line), "%s%s%s", text, hint[0] ? "; " : "", hint);
	if (t->run->batch) {
		fflush(stdout);
		fprintf(stderr, "xentop: %s\n", line);
		finish(t, EXIT_FAILURE);
		return;
	}
	column_name(line, v->message, sizeof(v->message));
	t->trouble = t->dirty = true;
}

/* --- samples ---------------------------------------------------------------------------- */

/* One that comes soon after another, since the user wanted to see more, is compared with the one
 * before both: shares of a moment jump about. */
static void keep(struct top *t, struct sample *fresh)
{
	if (t->before && t->now && fresh->when - t->now->when < t->run->view.delay / 2) {
		sample_free(t->now);
	} else {
		sample_free(t->before);
		t->before = t->now;
	}
	t->now = fresh;
}

static void show_batch(struct top *t)
{
	const struct view *v = &t->run->view;
	const struct batch batch = {
		.repeat = v->repeat, .vcpus = v->vcpus, .full_name = v->full_name};

	if (batch_print(stdout, &batch, t->now, t->before) && !fflush(stdout) && !ferror(stdout))
		return;
	perror("xentop: cannot write the output");
	finish(t, EXIT_FAILURE);
}

static void got_sample(struct top *t, struct sample *fresh)
{
	keep(t, fresh);
	if (t->trouble)
		t->run->view.message[0] = '\0';
	t->trouble = false;
	t->dirty = true;
	if (t->run->batch)
		show_batch(t);
	if (t->run->iterations && !--t->run->iterations && !t->done)
		finish(t, EXIT_SUCCESS);
}

static void take(struct top *t)
{
	struct rpc_error error;
	struct sample *fresh;
	bool failed;

	fresh = source_take(t->source, &failed, &error);
	if (fresh)
		got_sample(t, fresh);
	else if (failed)
		tell(t, error.text, error.hint);
}

static void ask(struct top *t)
{
	struct rpc_error error;

	t->asked = now_ms();
	t->next = t->asked + delay_ms(t);
	if (!source_ask(t->source, view_parts(&t->run->view), &error))
		tell(t, error.text, error.hint);
}

/* What is due: another sample, or a word about the one that does not come. */
static void on_time(struct top *t)
{
	int64_t waited = now_ms() - t->asked;

	if (source_fd(t->source) < 0) {
		if (now_ms() >= t->next)
			ask(t);
		return;
	}
	if (t->run->batch ? waited >= RPC_QUICK : waited >= SILENCE_MS && !t->trouble)
		tell(t, "nacred does not answer", "");
}

/* Milliseconds until on_time() has something to do. */
static int time_left(const struct top *t)
{
	int64_t until = t->next;

	if (source_fd(t->source) >= 0)
		until = t->asked + (t->run->batch ? RPC_QUICK : SILENCE_MS);
	if (source_fd(t->source) >= 0 && t->trouble)
		return -1;
	until -= now_ms();
	return until < 0 ? 0 : (int)until;
}

/* --- the terminal ----------------------------------------------------------------------- */

static void draw(struct top *t)
{
	struct frame *f;
	char clock[16];
	int rows, cols;
	struct tm tm;
	time_t now = time(NULL);

	screen_size(&rows, &cols);
	strftime(clock, sizeof(clock), "%H:%M:%S", localtime_r(&now, &tm));
	f = view_compose(&t->run->view, t->now, t->before, rows, cols, clock);
	if (f)
		screen_draw(f, t->repaint);
	frame_free(f);
	t->dirty = t->repaint = false;
}

static void one_key(struct top *t, int key)
{
	switch (view_key(&t->run->view, key)) {
	case VIEW_QUIT:
		finish(t, EXIT_SUCCESS);
		break;
	case VIEW_FETCH:
		t->next = now_ms();
		t->dirty = true;
		break;
	case VIEW_REPAINT:
		t->repaint = t->dirty = true;
		break;
	case VIEW_DRAW:
		t->dirty = true;
		break;
	case VIEW_NOTHING:
		break;
	}
}

static void keys(struct top *t)
{
	int key, pending = 0;

	/* Readable, and nothing to read: the terminal is gone. */
	if (ioctl(STDIN_FILENO, FIONREAD, &pending) || !pending) {
		finish(t, EXIT_FAILURE);
		return;
	}
	while (!t->done && (key = screen_key()) >= 0)
		one_key(t, key);
}

static void on_signal(struct top *t)
{
	struct signalfd_siginfo info;

	if (read(t->signals, &info, sizeof(info)) != sizeof(info))
		return;
	switch (info.ssi_signo) {
	case SIGTSTP:
		screen_suspend();
		t->dirty = t->repaint = true;
		break;
	case SIGWINCH:
		screen_resize();
		t->dirty = true;
		break;
	default:
		finish(t, EXIT_SUCCESS);
	}
}

/* --- the loop --------------------------------------------------------------------------- */

static void wait_and_act(struct top *t)
{
	struct pollfd fds[] = {
		{.fd = t->signals, .events = POLLIN},
		{.fd = source_fd(t->source), .events = POLLIN},
		{.fd = t->run->batch ? -1 : STDIN_FILENO, .events = POLLIN},
	};

	if (poll(fds, 3, time_left(t)) < 0) {
		if (errno != EINTR)
			finish(t, EXIT_FAILURE);
		return;
	}
	if (fds[0].revents)
		on_signal(t);
	if (fds[1].revents && !t->done)
		take(t);
	if (fds[2].revents && !t->done)
		keys(t);
	if (!t->done)
		on_time(t);
}

/* What has been written is whole: each block is flushed. */
static void end_batch(int number)
{
	_exit(EXIT_SUCCESS);
}

/* On a terminal they come in turn with everything else. -1: there is nothing to poll. */
static int signals_open(bool batch)
{
	sigset_t set;

	if (batch) {
		signal(SIGINT, end_batch);
		signal(SIGTERM, end_batch);
		return -1;
	}
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGQUIT);
	sigaddset(&set, SIGTSTP);
	sigaddset(&set, SIGWINCH);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC);
}

static bool open_terminal(void)
{
	const char *term = getenv("TERM");

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
		fputs("xentop: this is no terminal; use -b\n", stderr);
		return false;
	}
	if (screen_open())
		return true;
	fprintf(stderr, "Error opening terminal: %s.\n", term && *term ? term : "unknown");
	return false;
}

int run_top(struct run *run, const char *path)
{
	struct top t = {
		.run = run, .source = source_new(path), .signals = signals_open(run->batch)};

	if (!t.source || (t.signals < 0 && !run->batch)) {
		perror("xentop");
		t.status = EXIT_FAILURE;
	} else if (!run->batch && !open_terminal()) {
		t.status = EXIT_FAILURE;
	} else {
		ask(&t);
		while (!t.done) {
			if (t.dirty && !run->batch)
				draw(&t);
			wait_and_act(&t);
		}
		screen_close();
	}
	if (t.signals >= 0)
		close(t.signals);
	source_free(t.source);
	sample_free(t.now);
	sample_free(t.before);
	return t.status;
}
