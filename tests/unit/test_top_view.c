/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* xentop's screens, exactly, for samples, sizes and keys. */
#include <criterion/criterion.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "top_sample.h"
#include "view.h"

static struct json *parsed(const char *text)
{
	struct json *v = json_parse(text, strlen(text), NULL, NULL, 0);

	cr_assert_not_null(v, "%s", text);
	return v;
}

static struct sample *sample_of(const char *domains, double when)
{
	struct json *parts[SAMPLE_PARTS] = {
		parsed(TOP_HOST),   parsed(domains),   parsed(TOP_VCPUS),
		parsed(TOP_SHARES), parsed(TOP_STATS),
	};
	struct sample *s = sample_new((const struct json *const *)parts, when);
	size_t i;

	for (i = 0; i < SAMPLE_PARTS; i++)
		json_free(parts[i]);
	cr_assert_not_null(s);
	return s;
}

static struct sample *before, *now;

static void setup(void)
{
	setlocale(LC_CTYPE, "C.UTF-8");
	before = sample_of(TOP_DOMAINS("3"), 100);
	now = sample_of(TOP_DOMAINS("6"), 104);
}

static void teardown(void)
{
	sample_free(before);
	sample_free(now);
}

TestSuite(top_view, .init = setup, .fini = teardown, .timeout = 60);

/* The frame's lines without blanks at their ends. */
static const char *screen(struct view *v, int rows, int cols)
{
	static char text[1 << 16];
	struct frame *f = view_compose(v, now, before, rows, cols, "12:34:56");
	size_t used = 0;
	int i;

	cr_assert_not_null(f);
	cr_assert_eq(f->rows, rows);
	for (i = 0; i < f->rows; i++) {
		cr_assert_leq(f->line[i].width, cols);
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s", f->line[i].text);
		while (used && text[used - 1] == ' ')
			used--;
		used += (size_t)snprintf(text + used, sizeof(text) - used, "\n");
	}
	frame_free(f);
	return text;
}

#define SUMMARY                                                                                    \
	"xentop - 12:34:56   Xen 4.17.0-nacre\n"                                                   \
	"3 domains: 1 running, 1 blocked, 1 paused, 0 crashed, 0 dying, 0 shutdown\n"              \
	"Mem: 1048576k total, 262144k used, 786432k free    CPUs: 2 @ 2445MHz\n"
#define HEADER "      NAME  STATE   CPU(sec) CPU(%)     MEM(k) MEM(%)  MAXMEM(k) MAXMEM(%) VCPUS\n"
#define LONG_ROW                                                                                   \
	"a-rather-l ----p-          0    0.0       8260    0.8       9216       0.9     1\n"
#define DOM0_ROW                                                                                   \
	"  Domain-0 -----r         12    0.0      65536    6.2   no limit       n/a     1\n"
#define WEB_ROW "       web --b---          6   75.0     131072   12.5     132096      12.6     2\n"
#define KEYS	"Delay  Networks  vBds  VCPUs  Repeat header  Sort order  sCheduler  Quit"
#define KEYS1	KEYS "   >\n"

Test(top_view, eighty_columns)
{
	struct view v = {.delay = 3};

	cr_expect_str_eq(screen(&v, 10, 80), SUMMARY HEADER LONG_ROW DOM0_ROW WEB_ROW "\n\n" KEYS1);
	/* The same without room for the summary; then less and less. */
	cr_expect_str_eq(screen(&v, 6, 80), HEADER LONG_ROW DOM0_ROW WEB_ROW "\n" KEYS1);
	cr_expect_str_eq(screen(&v, 3, 80), HEADER LONG_ROW KEYS1);
	cr_expect_str_eq(screen(&v, 1, 80), KEYS1);
	cr_expect_str_eq(screen(&v, 2, 12), "      NAME\nDelay  Netwo\n");
}

Test(top_view, the_other_columns_come_with_the_arrows)
{
	struct view v = {.delay = 3};
	int i;

	cr_expect_eq(view_key(&v, VIEW_RIGHT), VIEW_DRAW);
	cr_expect_str_eq(
		screen(&v, 3, 80),
		"      NAME  STATE CPU(%)     MEM(k) MEM(%)  MAXMEM(k) MAXMEM(%) VCPUS NETS\n"
		"a-rather-l ----p-    0.0       8260    0.8       9216       0.9     1    "
		"0\n" KEYS "  <>\n");
	for (i = 0; i < 30; i++)
		view_key(&v, VIEW_RIGHT);
	cr_expect_str_eq(
		screen(&v, 3, 80),
		"      NAME  STATE VBDS   VBD_OO   VBD_RD   VBD_WR  VBD_RSECT  VBD_WSECT SSID\n"
		"a-rather-l ----p-    0        0        0        0          0          0    "
		"0\n" KEYS "  <\n");
	view_key(&v, VIEW_LEFT);
	cr_expect(strstr(screen(&v, 3, 80), "NETRX(k)"), "no key is lost at the end");
}

Test(top_view, wide_screens_have_all_columns_and_longer_names)
{
	struct view v = {.delay = 3};
	const char *text = screen(&v, 6, 180);

	cr_expect(strstr(text, "a-rather-long-name ----p-"), "%s", text);
	cr_expect(strstr(text, "VBD_WSECT SSID\n"), "%s", text);
	cr_expect(!strstr(text, ">\n"), "%s", text);
	v.full_name = true;
	text = screen(&v, 6, 80);
	cr_expect(strstr(text, "a-rather-long-name ----p-"), "%s", text);
}

Test(top_view, vcpus_and_repeated_headers)
{
	struct view v = {.delay = 3};

	cr_expect_eq(view_key(&v, 'v'), VIEW_FETCH);
	cr_expect(view_parts(&v) & 1u << SAMPLE_VCPUS);
	cr_expect_eq(view_key(&v, 'R'), VIEW_DRAW);
	cr_expect_str_eq(
		screen(&v, 14, 80), SUMMARY HEADER LONG_ROW HEADER DOM0_ROW
		"    0:    0.0%       12s  CPU 1   -b\n" HEADER WEB_ROW
		"    0:    0.0%        4s  CPU 0   -b        1:    0.0%        2s  CPU 1   -b\n"
		"\n\n" KEYS1);
	/* One beside the other only where both fit. */
	cr_expect(
		strstr(screen(&v, 16, 70), "  CPU 0   -b\n    1:    0.0%        2s  CPU 1   -b\n"));
}

Test(top_view, the_scheduler)
{
	struct view v = {.delay = 3};

	cr_expect_eq(view_key(&v, 'c'), VIEW_FETCH);
	cr_expect_eq(view_parts(&v), 1u << SAMPLE_HOST | 1u << SAMPLE_DOMAINS |
					     1u << SAMPLE_SHARES | 1u << SAMPLE_STATS);
	cr_expect_str_eq(
		screen(&v, 5, 80),
		"      NAME  STATE WEIGHT CAP(%) RUN(%) WAIT(%) BLOCK(%) PARK(%) PARK(sec) VCPUS\n"
		"a-rather-l ----p-      -      -      -       -        -       -         -     1\n"
		"  Domain-0 -----r    256      0      -       -        -       -         -     1\n"
		"       web --b---    512     50    0.0     0.0      0.0     0.0         5     "
		"2\n" KEYS1);
	view_key(&v, VIEW_RIGHT);
	view_key(&v, VIEW_RIGHT);
	view_key(&v, VIEW_RIGHT);
	cr_expect(strstr(screen(&v, 5, 80), "        42         77"));
}

/* Names of the domains in the order in which they are shown. */
static const char *order(struct view *v)
{
	static char names[64];
	const char *text = screen(v, 5, 180);
	int i;

	names[0] = '\0';
	for (i = 0; i < 3; i++) {
		text = strchr(text, '\n') + 1;
		snprintf(names + strlen(names), sizeof(names) - strlen(names), "%.3s ",
			 text + strspn(text, " "));
	}
	return names;
}

Test(top_view, each_column_sorts)
{
	struct view v = {.delay = 3};
	static const char *const orders[] = {
		"a-r Dom web ", /* NAME, as Xen's: no matter which case */
		"Dom web a-r ", /* STATE */
		"Dom web a-r ", /* CPU(sec) */
		"web Dom a-r ", /* CPU(%) */
		"web Dom a-r ", /* MEM(k) */
		"web Dom a-r ", /* MEM(%) */
		"Dom web a-r ", /* MAXMEM(k) */
		"Dom web a-r ", /* MAXMEM(%) */
		"web Dom a-r ", /* VCPUS */
		"Dom a-r web ", /* NETS: all the same, so by id */
	};
	size_t i;

	for (i = 0; i < sizeof(orders) / sizeof(orders[0]); i++) {
		cr_expect_str_eq(order(&v), orders[i], "column %zu", i);
		cr_expect_eq(view_key(&v, 's'), VIEW_DRAW);
	}
	for (; i < table_domains.nr; i++)
		view_key(&v, 'S');
	cr_expect_eq(v.sort[0], 0, "and again from the first");
}

Test(top_view, scrolling_ends_with_the_domains)
{
	struct view v = {.delay = 3};

	view_key(&v, VIEW_DOWN);
	cr_expect_str_eq(screen(&v, 4, 80), HEADER DOM0_ROW WEB_ROW KEYS1);
	view_key(&v, VIEW_PAGE_DOWN);
	cr_expect_str_eq(screen(&v, 4, 80), HEADER WEB_ROW "\n" KEYS1);
	view_key(&v, VIEW_PAGE_UP); /* by what was shown: one */
	cr_expect_str_eq(screen(&v, 4, 80), HEADER DOM0_ROW WEB_ROW KEYS1);
	view_key(&v, VIEW_HOME);
	view_key(&v, VIEW_UP);
	cr_expect_str_eq(screen(&v, 4, 80), HEADER LONG_ROW DOM0_ROW KEYS1);
	view_key(&v, VIEW_END);
	cr_expect_str_eq(screen(&v, 4, 80), HEADER WEB_ROW "\n" KEYS1);
}

Test(top_view, the_delay_is_asked_for)
{
	struct view v = {.delay = 3};
	const char *c;

	view_key(&v, 'd');
	for (c = "12q5"; *c; c++) /* no letter is a key now */
		cr_expect_neq(view_key(&v, *c), VIEW_QUIT);
	view_key(&v, VIEW_BACKSPACE);
	cr_expect_str_eq(screen(&v, 2, 80), HEADER "Delay(sec): 12\n");
	view_key(&v, VIEW_ENTER);
	cr_expect_eq(v.delay, 12);
	view_key(&v, 'D');
	view_key(&v, '0');
	view_key(&v, VIEW_ENTER);
	cr_expect_eq(v.delay, 12);
	cr_expect_str_eq(screen(&v, 2, 80), HEADER "The delay is 0.1 to 86400 seconds\n");
	view_key(&v, 'D');
	cr_expect_eq(view_key(&v, VIEW_ESCAPE), VIEW_DRAW);
	cr_expect_str_eq(screen(&v, 2, 80), HEADER KEYS1);
	cr_expect_eq(view_key(&v, VIEW_ESCAPE), VIEW_QUIT);
	cr_expect_eq(view_key(&v, 'q'), VIEW_QUIT);
	cr_expect_eq(view_key(&v, 'z'), VIEW_NOTHING);
}

Test(top_view, names_speak_to_no_terminal)
{
	char text[COLUMN_TEXT];

	column_name("a\x1b[31m\r\n\x7f", text, sizeof(text));
	cr_expect_str_eq(text, "a\\x1b[31m\\x0d\\x0a\\x7f");
	column_name("\xc3\xa9\xff\xc2\x9b", text, sizeof(text));
	cr_expect_str_eq(text, "\xc3\xa9\\xff\\xc2\\x9b");
	/* Neither what turns the direction of text, nor what sits on the character before. */
	column_name("\xe2\x80\xae|\xcc\x81", text, sizeof(text));
	cr_expect_str_eq(text, "\\xe2\\x80\\xae|\\xcc\\x81");
	cr_expect_eq(column_width("\xe6\xbc\xa2\xc3\xa9"), 3);
	sample_free(now);
	now = sample_of("{\"domains\":[" TOP_DOMAIN(1,
						    "\xe6\xbc\xa2\xe6\xbc\xa2\xe6\xbc\xa2\xe6"
						    "\xbc\xa2\xe6\xbc\xa2z",
						    "", "0", 0, "0", 0) "]}",
			104);
	cr_expect(strstr(screen(&(struct view){.delay = 3}, 3, 80), "\xe6\xbc\xa2 ------"));
}

Test(top_view, nothing_to_show_yet)
{
	struct view v = {.delay = 3};
	struct frame *f = view_compose(&v, NULL, NULL, 24, 80, "12:34:56");

	cr_assert_not_null(f);
	cr_expect_eq(f->line[3].len, 0);
	cr_expect_str_eq(f->line[23].text, KEYS "   >");
	frame_free(f);
}

Test(top_view, answers_that_are_none)
{
	struct json *list = parsed("{\"domains\":[{\"domid\":\"x\"}]}"), *none = parsed("{}");
	const struct json *parts[SAMPLE_PARTS] = {none, list};

	cr_expect_null(sample_new(parts, 0));
	parts[SAMPLE_DOMAINS] = none;
	cr_expect_null(sample_new(parts, 0));
	json_free(list);
	json_free(none);
}

Test(top_view, shares_of_time)
{
	cr_expect_eq(sample_percent(now, NULL, 5, 0), 0);
	cr_expect_eq(sample_percent(now, before, 5, 6), 0, "another domain with that id");
	cr_expect_eq(sample_percent(now, now, 6, 5), 0);
	cr_expect_float_eq(sample_percent(now, before, 8000000000, 0), 200, 0.001);
	cr_expect_eq(view_delay("0.5"), 0.5);
	cr_expect_eq(view_delay(""), 0);
	cr_expect_eq(view_delay("-3"), 0);
	cr_expect_eq(view_delay("1e3"), 0);
	cr_expect_eq(view_delay("nan"), 0);
}
