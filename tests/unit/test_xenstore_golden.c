/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* The wire protocol against a record of Xen's own xenstored: xenstore_golden.txt. */
#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "test_xenstore_fake.h"

#define MAX_EVENTS 64
#define SHOWN	   250 /* bytes of a payload that the record keeps */
#define SYNC_ID	   0xffffffffu

static const char *const names[] = {
	"control",
	"directory",
	"read",
	"get_perms",
	"watch",
	"unwatch",
	"transaction_start",
	"transaction_end",
	"introduce",
	"release",
	"get_domain_path",
	"write",
	"mkdir",
	"rm",
	"set_perms",
	"watch_event",
	"error",
	"is_domain_introduced",
	"resume",
	"set_target",
	"restrict",
	"reset_watches",
	"directory_part",
};

#define NR_NAMES (sizeof(names) / sizeof(names[0]))

struct answer {
	char reply[512];
	char event[MAX_EVENTS][300];
	int nr_events;
};

static int sock;
static uint32_t kept[26]; /* transactions by letter */

static void connect_again(void)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};

	sock = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	snprintf(a.sun_path, sizeof(a.sun_path), "%s/socket", fake_rundir);
	cr_assert_eq(connect(sock, (struct sockaddr *)&a, sizeof(a)), 0);
}

static bool get(void *p, size_t len)
{
	char *to = p;
	ssize_t n;

	for (; len; to += n, len -= (size_t)n) {
		n = read(sock, to, len);
		if (n <= 0)
			return false;
	}
	return true;
}

static void put(const void *p, size_t len)
{
	/* A broken pipe shows when the answer is read. */
	if (send(sock, p, len, MSG_NOSIGNAL) < 0)
		return;
}

static void show(char *out, const char *data, size_t len)
{
	size_t used = 0, i;

	for (i = 0; i < len && used < SHOWN; i++) {
		if (!data[i])
			out[used++] = '|';
		else if (data[i] < 32 || data[i] == 127)
			used += (size_t)sprintf(out + used, "\\x%02x", data[i]);
		else
			out[used++] = data[i];
	}
	out[used] = '\0';
}

static size_t expand(const char *text, char *out)
{
	size_t len = 0, run;
	char *end;

	for (; *text; text++) {
		if (text[0] == '%' && text[1] == '*') {
			run = strtoul(text + 2, &end, 10);
			memset(out + len, 'x', run);
			len += run;
			text = *end == ';' ? end : end - 1;
		} else {
			out[len++] = *text;
			if (*text == '|')
				out[len - 1] = '\0';
		}
	}
	return len;
}

static void show_reply(const struct xsd_sockmsg *m, const char *data, char set, struct answer *a)
{
	const char *type = m->type == XS_ERROR ? "ERROR" : names[m->type];
	char text[SHOWN + 8], *rest;
	bool part = m->type == XS_DIRECTORY_PART;

	show(text, data, m->len);
	if (m->type == XS_TRANSACTION_START) {
		if (set)
			kept[set - 'A'] = (uint32_t)strtoul(data, NULL, 10);
		strcpy(text, "<id>");
	}
	rest = part ? strchr(text, '|') : NULL;
	snprintf(a->reply, sizeof(a->reply), "%s len=%u%s%s%s", type,
		 part || m->type == XS_TRANSACTION_START ? 0 : m->len, *text ? " " : "",
		 rest ? "<gen>" : "", rest ? rest : text);
}

/* Everything up to the reply to a request that follows; false: hung up. */
static bool collect(char set, struct answer *a)
{
	static char data[XENSTORE_PAYLOAD_MAX + 1];
	struct xsd_sockmsg m;

	for (;;) {
		if (!get(&m, sizeof(m)))
			return false;
		cr_assert_leq(m.len, XENSTORE_PAYLOAD_MAX);
		if (!get(data, m.len))
			return false;
		data[m.len] = '\0';
		if (m.type == XS_WATCH_EVENT && a->nr_events < MAX_EVENTS)
			show(a->event[a->nr_events++], data, m.len);
		else if (m.req_id == SYNC_ID)
			return true;
		else
			show_reply(&m, data, set, a);
	}
}

static int by_text(const void *a, const void *b)
{
	return strcmp(a, b);
}

static void ask(const char *line, struct answer *a)
{
	struct xsd_sockmsg m = {0},
			   sync = {.type = XS_GET_DOMAIN_PATH, .req_id = SYNC_ID, .len = 2};
	static char payload[2 * XENSTORE_PAYLOAD_MAX];
	char name[32], set = '\0';
	const char *tx;

	memset(a, 0, sizeof(*a));
	strcpy(a->reply, "(none)");
	if (line[1] == '=') {
		set = line[0];
		line += 2;
	}
	tx = strchr(line, ' ') + 1;
	snprintf(name, sizeof(name), "%.*s", (int)(tx - 1 - line), line);
	while (m.type < NR_NAMES && strcmp(names[m.type], name))
		m.type++;
	if (m.type == NR_NAMES)
		m.type = (uint32_t)strtoul(name, NULL, 10);
	m.tx_id = *tx >= 'A' && *tx <= 'Z' ? kept[*tx - 'A'] : (uint32_t)strtoul(tx, NULL, 10);
	m.len = (uint32_t)expand(strchr(tx, ' ') + 1, payload);
	m.req_id = 7;
	put(&m, sizeof(m));
	put(payload, m.len);
	put(&sync, sizeof(sync));
	put("7", 2);
	if (!collect(set, a)) {
		strcat(a->reply, " DISCONNECTED");
		close(sock);
		connect_again();
	}
	qsort(a->event, (size_t)a->nr_events, sizeof(a->event[0]), by_text);
}

/* The lines of the record that belong to one request, held against the answer. */
static void compare(const char *request, char want[][512], int nr, const struct answer *a)
{
	int i = 0, k;

	if (nr > 1 && !strncmp(want[1], "ours: ", 6)) {
		cr_expect_str_eq(a->reply, want[1] + 6, "%s: %s", request, a->reply);
		return;
	}
	cr_expect_str_eq(a->reply, want[i++], "%s: %s instead of %s", request, a->reply, want[0]);
	for (k = 0; i < nr; i++, k++)
		cr_expect(k < a->nr_events && !strcmp(a->event[k], want[i] + 6), "%s: no %s",
			  request, want[i]);
	cr_expect_leq(a->nr_events, k, "%s: event %s", request, a->event[k]);
}

static pid_t daemon_pid;

static void setup(void)
{
	fake_init();
	daemon_pid = fake_xenstored_start();
	cr_assert_gt(daemon_pid, 0);
	connect_again();
}

static void teardown(void)
{
	fake_xenstored_kill(daemon_pid, SIGTERM);
	fake_cleanup();
}

Test(xenstore_golden, answers_as_xen_does, .init = setup, .fini = teardown, .timeout = 60)
{
	static char want[MAX_EVENTS][512], line[8192], request[8192];
	static struct answer a;
	FILE *file = fopen(GOLDEN, "r");
	int nr = 0, requests = 0;

	cr_assert_not_null(file);
	while (fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\n")] = '\0';
		if (line[0] == '#')
			continue;
		if (line[0] == '\t') {
			cr_assert_lt(nr, MAX_EVENTS);
			snprintf(want[nr++], sizeof(want[0]), "%.511s", line + 1);
			continue;
		}
		if (requests++)
			compare(request, want, nr, &a);
		nr = 0;
		strcpy(request, line);
		ask(request, &a);
	}
	compare(request, want, nr, &a);
	fclose(file);
	cr_assert_gt(requests, 250);
}
