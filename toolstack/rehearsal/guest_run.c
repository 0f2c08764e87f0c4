/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "guest_run.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "domain_config.h"

#include <xen/sched.h>

#define READY_MS 30000 /* for xenconsoled to notice the domain */

const char *const guest_verdict_words[] = {"PASS", "FAIL", "SKIP", "ERROR"};

struct run {
	struct rpc *rpc;
	char uuid[40];
	int console;
	int64_t deadline_ms; /* monotonic */
	int stop;	     /* readable: give up */
	bool judged, ended, stopped;
	enum guest_verdict verdict;
	char expect[16];
	char line[160], said[160]; /* the line being read; the one that counts */
	size_t len;
	int64_t reason; /* SHUTDOWN_*, -1: none seen */
};

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static void end_of_line(struct run *r)
{
	size_t i;

	r->line[r->len] = '\0';
	r->len = 0;
	if (sscanf(r->line, "EXPECT %15s", r->expect) == 1)
		r->judged = false;
	for (i = 0; i < sizeof(guest_verdict_words) / sizeof(guest_verdict_words[0]); i++) {
		size_t n = strlen(guest_verdict_words[i]);

		if (strncmp(r->line, guest_verdict_words[i], n) != 0 || r->line[n] != ' ')
			continue;
		r->judged = true;
		r->verdict = (enum guest_verdict)i;
		memcpy(r->said, r->line, sizeof(r->said));
	}
}

/* The bytes are the guest's: they must not act on anybody's terminal. */
static void from_console(struct run *r, const char *bytes, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		char c = bytes[i];

		if (c == '\n')
			end_of_line(r);
		else if (c != '\r' && c != '\0' && r->len < sizeof(r->line) - 1)
			r->line[r->len++] = c >= ' ' && c < 0x7f ? c : '?';
	}
}

/* Until the console ends, as it does with the domain, or time is up. */
static void read_console(struct run *r)
{
	struct pollfd fds[2] = {{.fd = r->console, .events = POLLIN},
				{.fd = r->stop, .events = POLLIN}};

	for (;;) {
		int64_t left = r->deadline_ms - now_ms();
		char bytes[4096];
		ssize_t got;

		if (left <= 0)
			return;
		if (poll(fds, 2, (int)left) <= 0)
			continue;
		r->stopped = fds[1].revents != 0;
		if (r->stopped)
			return;
		got = read(r->console, bytes, sizeof(bytes));
		if (got > 0)
			from_console(r, bytes, (size_t)got);
		else if (got == 0 || (errno != EINTR && errno != EAGAIN))
			break;
	}
	r->ended = true;
}

static struct json *of_domain(const struct run *r)
{
	return rpc_domain(r->uuid);
}

/* What was told of the domain's end; waits for it to be gone. */
static bool await_end(struct run *r, struct rpc_error *e)
{
	bool gone = false;

	while (!gone) {
		struct json *event = rpc_event(r->rpc, RPC_SLOW, e);
		const struct json *d = json_get(event, "domain");

		if (!event)
			return false;
		if (!strcmp(json_string(json_get(d, "uuid"), ""), r->uuid)) {
			r->reason = json_int(json_get(d, "shutdown_reason"), r->reason);
			gone = !strcmp(json_string(json_get(event, "type"), ""),
				       "domain.destroyed");
		}
		json_free(event);
	}
	return true;
}

static bool call(struct run *r, const char *method, struct json *params, int *fd,
		 struct rpc_error *e)
{
	struct json *reply = rpc_call(r->rpc, method, params, RPC_SLOW, fd, e);

	json_free(reply);
	return reply != NULL;
}

static struct json *config(const char *name, const char *kernel, unsigned int vcpus)
{
	static const char form[] =
		"name = \"%s\"\ntype = \"pvh\"\nkernel = \"%s\"\nmemory = 16\n"
		"vcpus = %u\non_poweroff = \"destroy\"\non_reboot = \"destroy\"\n"
		"on_crash = \"destroy\"\non_watchdog = \"destroy\"\n";
	struct cpumap_host host;
	struct json *v = NULL;
	struct cfg *cfg;
	char *text;
	int n = asprintf(&text, form, name, kernel, vcpus);

	if (n < 0)
		return NULL;
	cfg = cfg_parse(name, text, (size_t)n, stderr);
	free(text);
	cpumap_host_any(&host); /* no CPU is named */
	v = cfg ? domain_config_build(cfg, &host, &config_no_defaults, stderr, NULL) : NULL;
	cfg_free(cfg);
	if (v && !domain_config_complete(v, "/")) {
		json_free(v);
		v = NULL;
	}
	return v;
}

static bool create(struct run *r, struct json *config, struct rpc_error *e)
{
	struct json *params = json_new_object(), *reply;

	if (!json_set(params, "config", config) || !json_set_bool(params, "paused", true)) {
		json_free(params);
		snprintf(e->text, sizeof(e->text), "out of memory");
		return false;
	}
	if (!call(r, "event.subscribe", NULL, NULL, e)) {
		json_free(params);
		return false;
	}
	reply = rpc_call(r->rpc, "domain.create", params, RPC_SLOW, NULL, e);
	snprintf(r->uuid, sizeof(r->uuid), "%s", json_string(json_get(reply, "uuid"), ""));
	json_free(reply);
	return reply != NULL;
}

static bool open_console(struct run *r, struct rpc_error *e)
{
	struct json *params = of_domain(r);

	if (!params || !json_set_string(params, "for", "console") ||
	    !json_set_int(params, "timeout_ms", READY_MS)) {
		json_free(params);
		snprintf(e->text, sizeof(e->text), "out of memory");
		return false;
	}
	return call(r, "domain.wait", params, NULL, e) &&
	       call(r, "domain.console", of_domain(r), &r->console, e) && r->console >= 0;
}

/* How it ended against how it said that it would. */
static bool as_expected(const struct run *r)
{
	if (!r->ended)
		return !strcmp(r->expect, "spin");
	return (r->reason == SHUTDOWN_crash && !strcmp(r->expect, "crash")) ||
	       (r->reason == SHUTDOWN_reboot && !strcmp(r->expect, "reboot")) ||
	       (r->reason == SHUTDOWN_poweroff && !strcmp(r->expect, "poweroff"));
}

static void judge(const struct run *r, struct guest_result *result)
{
	if (r->stopped) {
		result->verdict = GUEST_ERROR;
		snprintf(result->line, sizeof(result->line), "interrupted");
	} else if (r->judged) {
		result->verdict = r->verdict;
		memcpy(result->line, r->said, sizeof(result->line));
	} else if (r->expect[0]) {
		result->verdict = as_expected(r) ? GUEST_PASS : GUEST_FAIL;
		snprintf(result->line, sizeof(result->line), "expected %s; %s, reason %lld",
			 r->expect, r->ended ? "ended" : "time is up", (long long)r->reason);
	} else {
		result->verdict =
			r->ended && r->reason == SHUTDOWN_crash ? GUEST_FAIL : GUEST_ERROR;
		snprintf(result->line, sizeof(result->line), "no verdict; %s, reason %lld",
			 r->ended ? "ended" : "time is up", (long long)r->reason);
	}
}

static bool run(struct run *r, struct json *config, unsigned int seconds, struct rpc_error *e)
{
	if (!create(r, config, e))
		return false;
	if (!open_console(r, e) || !call(r, "domain.unpause", of_domain(r), NULL, e)) {
		call(r, "domain.destroy", of_domain(r), NULL, &(struct rpc_error){0});
		return false;
	}
	r->deadline_ms = now_ms() + seconds * 1000ll;
	read_console(r);
	if (!r->ended && !call(r, "domain.destroy", of_domain(r), NULL, e) &&
	    strcmp(e->symbol, "domain.dying") != 0 && strcmp(e->symbol, "domain.not_found") != 0)
		return false;
	return await_end(r, e);
}

void guest_run(struct rpc *rpc, const char *name, const char *kernel, unsigned int vcpus,
	       unsigned int seconds, int stop, struct guest_result *result)
{
	struct run r = {.rpc = rpc, .console = -1, .stop = stop, .reason = -1};
	struct json *cfg = config(name, kernel, vcpus);
	struct rpc_error e = {.text = "out of memory"};

	if (cfg && run(&r, cfg, seconds, &e)) {
		judge(&r, result);
	} else {
		result->verdict = GUEST_ERROR;
		snprintf(result->line, sizeof(result->line), "%s", e.text);
	}
	if (r.console >= 0)
		close(r.console);
}
