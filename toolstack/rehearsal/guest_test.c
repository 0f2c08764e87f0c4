/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "guest_test.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Names become parts of paths and of messages. */
static bool plain(const char *word)
{
	return word[0] && strspn(word, "abcdefghijklmnopqrstuvwxyz0123456789-,") == strlen(word);
}

/* A whole decimal number of 1..@max. */
static bool number(const char *word, unsigned int max, unsigned int *value)
{
	char *end;
	unsigned long n;

	if (word[0] < '0' || word[0] > '9')
		return false;
	n = strtoul(word, &end, 10);
	*value = (unsigned int)n;
	return !*end && n >= 1 && n <= max;
}

/* 0: @test is filled; 1: the line is empty; -EINVAL. */
static int parse_row(struct guest_test *test, const char *text)
{
	char area[32], vcpus[8], seconds[8];
	size_t blank = strspn(text, " \t\r\n");

	if (!text[blank] || text[blank] == '#')
		return 1;
	if (sscanf(text, "%47s %63s %31s %7s %7s", test->name, test->environments, area, vcpus,
		   seconds) != 5)
		return -EINVAL;
	test->seconds = GUEST_TEST_SCRIPT_SEC;
	if (strcmp(seconds, "-") != 0 && !number(seconds, GUEST_TEST_MAX_SEC, &test->seconds))
		return -EINVAL;
	if (!plain(test->name) || !plain(test->environments) || strchr(test->name, ',') ||
	    !number(vcpus, GUEST_TEST_VCPUS_MAX, &test->vcpus))
		return -EINVAL;
	return 0;
}

static int add(struct guest_tests *list, const struct guest_test *test)
{
	struct guest_test *more = realloc(list->tests, (list->nr + 1) * sizeof(*more));

	if (!more)
		return -ENOMEM;
	more[list->nr++] = *test;
	list->tests = more;
	return 0;
}

int guest_tests_load(struct guest_tests *list, const char *path, unsigned int *line)
{
	char text[512];
	size_t total = 0;
	FILE *f = fopen(path, "re");
	int rc = f ? 0 : -errno;

	*list = (struct guest_tests){0};
	*line = 0;
	while (!rc && fgets(text, sizeof(text), f)) {
		struct guest_test test = {0};

		++*line;
		total += strlen(text);
		if (total > GUEST_TEST_TABLE_MAX)
			rc = -EFBIG;
		else if (!strchr(text, '\n') && !feof(f))
			rc = -EINVAL;
		else
			rc = parse_row(&test, text);
		rc = rc ? rc : add(list, &test);
		rc = rc > 0 ? 0 : rc;
	}
	if (!rc && ferror(f))
		rc = -EIO;
	if (f)
		fclose(f);
	if (rc)
		guest_tests_free(list);
	return rc;
}

void guest_tests_free(struct guest_tests *list)
{
	free(list->tests);
	*list = (struct guest_tests){0};
}

const struct guest_test *guest_tests_find(const struct guest_tests *list, const char *name)
{
	size_t i;

	for (i = 0; i < list->nr; i++)
		if (!strcmp(list->tests[i].name, name))
			return &list->tests[i];
	return NULL;
}

bool guest_test_environment(const struct guest_test *test, unsigned int i, char *buf, size_t len)
{
	const char *at = test->environments;
	size_t n;

	for (; i && at; i--) {
		at = strchr(at, ',');
		at = at ? at + 1 : NULL;
	}
	if (!at)
		return false;
	n = strcspn(at, ",");
	if (!n || n >= len)
		return false;
	memcpy(buf, at, n);
	buf[n] = '\0';
	return true;
}
