/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* nacred's loop and its sockets in a test: both ends in one process, no hypervisor. */
#ifndef NACRE_TESTS_NACRED_LOOP_H
#define NACRE_TESTS_NACRED_LOOP_H

#include <stdbool.h>
#include <stddef.h>

#include "nacred.h"

extern struct nacred n;

void loop_start(void);
/* Also checks that no wait and no job is left. */
void loop_stop(void);
/* Let the daemon work until it has nothing more to do. */
void loop_turn(void);

/* A new connection; its socket does not block. */
int loop_join(void);
int loop_join_at(enum listener_kind kind);
void loop_say(int fd, const char *text);
/* Everything that has come, as text, which is good until the next call. */
extern char heard[1 << 20];
size_t loop_hear(int fd);
bool loop_hung_up(int fd);
/* Say @text, and what comes begins with @start. */
void loop_answers(int fd, const char *text, const char *start);
/* What came holds @word. */
void loop_heard(const char *word);

#endif
