/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * The calls with a request_id that have ended, one JSON object a line, for the nacred that
 * is started again.  Lines are added; the file is written anew when it is read, and when it
 * has become twice as long as need be.
 */
#ifndef NACRED_REPLAY_FILE_H
#define NACRED_REPLAY_FILE_H

#include "nacred.h"

#define REPLAY_FILE "replays.jsonl" /* below the state directory */

/* On the disk when this returns.  What fails is logged: the call has ended all the same. */
void replay_file_add(struct nacred *n, const struct json *entry);
/* Replace all by the elements of @entries. */
void replay_file_write(struct nacred *n, const struct json *entries);
/* All lines that can be read, as an array; NULL: no memory.  A line that was cut, by
 * the end of the nacred that wrote it, is left out. */
struct json *replay_file_read(struct nacred *n);

#endif
