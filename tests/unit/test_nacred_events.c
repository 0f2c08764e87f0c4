/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Events: who hears which, coming back to a number, and what is told of the lost. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "events.h"
#include "limits.h"
#include "nacred_loop.h"

TestSuite(events, .init = loop_start, .fini = loop_stop);

static struct domain web = {.domid = 5, .generation = 1, .name = (char *)"web", .uuid = "u"};

/* Subscribe with these parameters; what comes is in heard[]. */
static void subscribe(int fd, const char *params)
{
	char text[400];

	snprintf(text, sizeof(text),
		 "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"event.subscribe\",\"params\":{%s}}\n",
		 params);
	loop_answers(fd, text, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"seq\":");
}

static int subscribed(const char *params)
{
	int fd = loop_join();

	subscribe(fd, params);
	return fd;
}

static void happen(const char *type, unsigned int times)
{
	while (times--)
		events_domain(&n, type, &web);
}

/* How often @word is in what was heard. */
static unsigned int count(const char *word)
{
	unsigned int nr = 0;
	const char *p;

	for (p = heard; (p = strstr(p, word)); p++)
		nr++;
	return nr;
}

Test(events, reach_who_wants_them)
{
	struct domain odd = {.domid = 5, .generation = 1, .name = (char *)"w\xff\n", .uuid = "u"};
	int all = subscribed(""), some = subscribed("\"types\":[\"domain.destroyed\"]");
	int none = loop_join();

	events_domain(&n, "domain.paused", &odd);
	loop_hear(all);
	loop_heard("{\"jsonrpc\":\"2.0\",\"method\":\"event\",\"params\":{\"seq\":1,"
		   "\"type\":\"domain.paused\",\"domain\":{\"domid\":5,"
		   "\"name\":\"w\xef\xbf\xbd\\n\",\"uuid\":\"u\",\"generation\":1},\"time\":");
	cr_assert_eq(loop_hear(some), 0);
	events_domain(&n, "domain.destroyed", &odd);
	loop_hear(some);
	loop_heard("\"seq\":2");
	cr_assert_eq(loop_hear(none), 0);
	close(all);
	loop_turn();
	happen("domain.destroyed", 1);
	loop_hear(some);
	loop_heard("\"seq\":3");
	close(some);
	close(none);
}

Test(events, an_unknown_type_is_refused)
{
	int fd = loop_join();

	loop_answers(fd,
		     "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"event.subscribe\","
		     "\"params\":{\"types\":[\"domain.flown\"]}}\n",
		     "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32602,");
	close(fd);
}

Test(events, who_comes_back_hears_what_was_missed)
{
	int fd;

	happen("domain.paused", 3);
	happen("domain.unpaused", 2);
	fd = subscribed("\"since\":2");
	cr_assert_eq(count("\"method\":\"event\""), 3);
	cr_assert_lt(strstr(heard, "\"result\""), strstr(heard, "\"seq\":3"));
	cr_assert_null(strstr(heard, "event.gap"));
	subscribe(fd, "\"since\":0,\"types\":[\"domain.unpaused\"]");
	cr_assert_eq(count("\"method\":\"event\""), 2);
	subscribe(fd, "\"since\":5");
	cr_assert_eq(count("\"method\":\"event\""), 0);
	close(fd);
}

Test(events, what_left_the_ring_is_a_gap)
{
	char first[64], last[64];
	int fd;

	happen("domain.paused", LIMIT_EVENTS + 10);
	fd = subscribed("\"since\":3,\"types\":[\"domain.unpaused\"]");
	snprintf(first, sizeof(first), "\"seq\":10,\"type\":\"event.gap\"");
	snprintf(last, sizeof(last), "\"lost\":{\"first\":4,\"last\":10}");
	loop_heard(first);
	loop_heard(last);
	cr_assert_eq(count("\"method\":\"event\""), 1);
	subscribe(fd, "\"since\":10");
	cr_assert_null(strstr(heard, "event.gap"));
	while (loop_hear(fd))
		;
	close(fd);
}

/* The bound in bytes, with events near the size of the largest that occur. */
Test(events, the_ring_has_a_bound_in_bytes)
{
	static char name[8192];
	struct domain large = {.domid = 1, .generation = 1, .name = name, .uuid = "u"};
	int i, fd;

	memset(name, 'x', sizeof(name) - 1);
	for (i = 0; i < 200; i++)
		events_domain(&n, "domain.paused", &large);
	fd = subscribed("\"since\":0,\"types\":[\"domain.unpaused\"]");
	loop_heard("event.gap");
	loop_heard("\"first\":1,\"last\":1");
	cr_assert_null(strstr(heard, "\"last\":1}"), "one would be too few");
	close(fd);
}

Test(events, numbers_of_others_are_lost)
{
	char text[64];
	int fd;

	strcpy(n.instance_id, "this");
	events_start(&n);
	cr_assert_gt(n.event_seq, UINT64_C(1700000000000000));
	/* Of a nacred before this one: nothing was kept, and nothing has happened since. */
	snprintf(text, sizeof(text), "\"since\":%llu", (unsigned long long)n.event_seq - 7);
	fd = subscribed(text);
	cr_assert_eq(count("event.gap"), 1);
	happen("domain.paused", 1);
	loop_hear(fd);
	cr_assert_eq(count("domain.paused"), 1);
	/* Of another run of the hypervisor. */
	snprintf(text, sizeof(text), "\"since\":%llu,\"instance_id\":\"other\"",
		 (unsigned long long)n.event_seq);
	subscribe(fd, text);
	cr_assert_eq(count("event.gap"), 1);
	cr_assert_eq(count("domain.paused"), 1);
	snprintf(text, sizeof(text), "\"since\":%llu,\"instance_id\":\"this\"",
		 (unsigned long long)n.event_seq);
	subscribe(fd, text);
	cr_assert_eq(count("\"method\":\"event\""), 0);
	/* Never given to anybody: the clock went back. */
	subscribe(fd, "\"since\":9223372036854775807");
	cr_assert_eq(count("event.gap"), 1);
	close(fd);
}

/* Who does not read keeps others from nothing, costs a bounded buffer, and learns what it
 * has lost. */
Test(events, a_slow_client_has_a_gap)
{
	int slow = subscribed(""), quick = subscribed("");
	unsigned int round, got = 0, all = 0;
	struct client *c;

	for (round = 0; round < 40; round++) {
		happen("domain.paused", 500);
		all += 500;
		loop_turn();
		while (loop_hear(quick))
			got += count("domain.paused");
		for (c = n.clients; c; c = c->next)
			cr_assert_leq(c->out.bytes, LIMIT_OUTPUT_PAUSE + 1024);
	}
	cr_assert_eq(got, all);
	for (got = round = 0; loop_hear(slow); loop_turn()) {
		got += count("domain.paused");
		round += count("event.gap");
	}
	cr_assert_geq(round, 1, "it is told");
	cr_assert_lt(got, all);
	happen("domain.unpaused", 1);
	loop_hear(slow);
	loop_heard("domain.unpaused");
	close(slow);
	close(quick);
}
