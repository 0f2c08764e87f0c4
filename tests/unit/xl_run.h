/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* The xl program, run in a directory of its own with a scripted nacred. */
#ifndef NACRE_TESTS_XL_RUN_H
#define NACRE_TESTS_XL_RUN_H

#include "fake_nacred.h"

extern char directory[];
extern char out[32768], err[32768]; /* of the last run */

void xl_setup(void);
void xl_teardown(void);
void write_file(const char *name, const char *text);
/* Runs xl in the directory: its exit status. */
int xl(const char *arguments);
/* The same; NULL: whatever it prints. */
void expect(const char *arguments, int status, const char *output, const char *message);

#define SCRIPT(...)                                                                                \
	do {                                                                                       \
		static const struct fake_answer answers[] = {__VA_ARGS__};                         \
		fake_nacred_script(answers, sizeof(answers) / sizeof(answers[0]));                 \
	} while (0)

#endif
