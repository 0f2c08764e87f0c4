/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * What the fuzzers that mutate a folder of seeds have in common.  Round N is the
 * same every time and everywhere; a crash or a sanitizer's report is the finding.
 */
#ifndef FUZZ_SEEDS_H
#define FUZZ_SEEDS_H

#include <stddef.h>
#include <stdio.h>

#define SEED_BYTES 8192

struct seed {
	char bytes[SEED_BYTES];
	size_t len;
};

struct fuzzer {
	/* Fill an empty seed from a file of the folder; NULL: its bytes. */
	void (*read)(struct seed *s, FILE *file);
	void (*mutate)(struct seed *s);
	unsigned int max_mutations;
	void (*try)(const struct seed *s, unsigned long round);
	/* Around all rounds; may be NULL. */
	void (*begin)(void);
	void (*end)(void);
};

/* PROGRAM ROUNDS SEED-DIRECTORY [FIRST]: the exit status. */
int seeds_main(int argc, char **argv, const struct fuzzer *f);

/* A number below @below, which is not 0. */
size_t any(size_t below);
const struct seed *any_seed(void);
/* Put @len bytes at @at in place of @old ones, as far as there is room. */
void splice(struct seed *s, size_t at, size_t old, const char *bytes, size_t len);
/* One change of a text: a byte, one of its language's @tokens, a cut, or a piece of
 * another seed. */
void mutate_text(struct seed *s, const char *const tokens[], size_t nr);
/* An allocation of just these bytes, so that reads beyond them show; free(). */
char *seed_exact(const struct seed *s);

#endif
