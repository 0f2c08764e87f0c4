/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * The tiny guests that are installed with the product, below lib/nacre/guests:
 * guests.txt, the table (its head says what the columns are), and an ELF file
 * NAME.ENVIRONMENT.elf for each row and environment.
 */
#ifndef NACRE_GUEST_TEST_H
#define NACRE_GUEST_TEST_H

#include <stdbool.h>
#include <stddef.h>

#define GUEST_TEST_TABLE_MAX (64u << 10) /* bytes of guests.txt */
#define GUEST_TEST_VCPUS_MAX 128
#define GUEST_TEST_MAX_SEC   3600
/* For guests that a script starts with its own limit ("-" in the table). */
#define GUEST_TEST_SCRIPT_SEC 300

struct guest_test {
	char name[48];
	char environments[64]; /* with commas */
	unsigned int vcpus, seconds;
};

struct guest_tests {
	struct guest_test *tests;
	size_t nr;
};

/*
 * Read the table in the file @path. 0; -errno of reading; -EFBIG; -EINVAL and
 * *@line, from 1, when a row is not as the table's head says; -ENOMEM.
 */
int guest_tests_load(struct guest_tests *list, const char *path, unsigned int *line);
void guest_tests_free(struct guest_tests *list);

const struct guest_test *guest_tests_find(const struct guest_tests *list, const char *name);

/* Environment @i of @test into @buf; false when it has no so many. */
bool guest_test_environment(const struct guest_test *test, unsigned int i, char *buf, size_t len);

#endif
