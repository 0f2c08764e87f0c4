/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Samples from nacred, without ever waiting for it: all calls of one sample go out in one write,
 * and the answers are taken as they come.  A connection that breaks is made again with the next
 * sample.
 */
#ifndef NACRE_TOP_SOURCE_H
#define NACRE_TOP_SOURCE_H

#include "rpc.h"
#include "sample.h"

struct source;

/* Of the nacred that listens at @path. NULL: no memory. */
struct source *source_new(const char *path);
void source_free(struct source *s); /* NULL allowed */

/* Ask for a sample with these parts (bits 1 << enum sample_part); an earlier one that has not
 * come yet is forgotten.  False with @error filled. */
bool source_ask(struct source *s, unsigned int parts, struct rpc_error *error);

/* To be polled for input while something was asked for; else -1. */
int source_fd(const struct source *s);

/* The sample that was asked for, while source_fd() is not -1. NULL and false: not all of it is
 * here yet; NULL and true: there will be none, and @error says why. */
struct sample *source_take(struct source *s, bool *failed, struct rpc_error *error);

#endif
