/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * nacred's live patches over fake_livepatch, with a real loop, real sockets, a real store
 * in a directory of the test, and the real process that looks at payloads.
 */
#ifndef TESTS_PATCH_DAEMON_H
#define TESTS_PATCH_DAEMON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fake_livepatch.h"
#include "patches.h"
#include "payload_sample.h"

extern struct nacred patch_nacred;
/* The hypervisor's build-id is this byte, SAMPLE_ID_LEN times. */
#define PATCH_BUILD 0xaa

void patch_daemon_start(void);
void patch_daemon_stop(void);
/* Killed: nothing is undone or written; the hypervisor stays. And started again. */
void patch_daemon_kill(void);
void patch_daemon_run(void);
/* At most @turns of the loop, -1: until nothing is under way any more. */
void patch_daemon_turn(int turns);

/* DIR/@name, static. */
const char *patch_path(const char *name);
/* A payload into DIR/@name; @key "": unsigned, else signed with that key, whose public part
 * is in the keys' directory unless it is "stranger". */
void patch_make(const char *name, const struct payload_sample *s, const char *key);
/* ids of one byte each */
void patch_make_plain(const char *name, uint8_t id, uint8_t depends);
void patch_write(const char *name, const void *bytes, size_t size);
size_t patch_read(const char *name, uint8_t *bytes, size_t room);

int patch_join(void);
/* Send; the answer once there is one (static), "" while there is none. */
const char *patch_send(int fd, const char *method, const char *params);
const char *patch_hear(int fd);
/* The whole call: until nothing is under way. */
const char *patch_call(const char *method, const char *params);
/* patch_call() with {"name": @name@more}. */
const char *patch_act(const char *action, const char *name, const char *more);
const char *patch_upload_file(const char *file, const char *more);
/* Whether the latest answer has @word in it; fails the test with the answer. */
void patch_says(const char *word);
void patch_lacks(const char *word);

/* Names of applied payloads, oldest first, with spaces between; of the wanted ones. */
const char *patch_applied(void);
const char *patch_wanted(void);

#endif
