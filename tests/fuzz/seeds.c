/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "seeds.h"

#include <dirent.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define MAX_SEEDS 64

static struct seed seeds[MAX_SEEDS];
static size_t nr_seeds;
static uint64_t state;

/* xorshift: enough spread for choosing bytes. */
size_t any(size_t below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (size_t)(state >> 32) % below;
}

const struct seed *any_seed(void)
{
	return &seeds[any(nr_seeds)];
}

void splice(struct seed *s, size_t at, size_t old, const char *bytes, size_t len)
{
	if (s->len - old + len > SEED_BYTES)
		return;
	memmove(s->bytes + at + len, s->bytes + at + old, s->len - at - old);
	memcpy(s->bytes + at, bytes, len);
	s->len = s->len - old + len;
}

void mutate_text(struct seed *s, const char *const tokens[], size_t nr)
{
	size_t at = any(s->len + 1), left = s->len - at, from, len;
	const struct seed *other;
	const char *token;
	char byte;

	switch (any(4)) {
	case 0:
		byte = (char)any(256);
		splice(s, at, left ? 1 : 0, &byte, 1);
		break;
	case 1:
		token = tokens[any(nr)];
		splice(s, at, left ? any(2) : 0, token, strlen(token));
		break;
	case 2:
		splice(s, at, any(left + 1), "", 0);
		break;
	default:
		other = any_seed();
		from = any(other->len + 1);
		len = any(other->len - from + 1);
		splice(s, at, any(left + 1), other->bytes + from, len);
	}
}

char *seed_exact(const struct seed *s)
{
	char *exact = malloc(s->len + !s->len);

	if (!exact)
		abort();
	memcpy(exact, s->bytes, s->len);
	return exact;
}

static int visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static void load_file(const char *path, const struct fuzzer *f)
{
	FILE *file = nr_seeds < MAX_SEEDS ? fopen(path, "r") : NULL;
	struct seed *s;

	if (!file)
		return;
	s = &seeds[nr_seeds++];
	if (f->read)
		f->read(s, file);
	else
		s->len = fread(s->bytes, 1, SEED_BYTES, file);
	fclose(file);
}

/* In the order of their names, so that a round is the same everywhere. */
static void load(const char *directory, const struct fuzzer *f)
{
	struct dirent **entries;
	int nr = scandir(directory, &entries, visible, alphasort);
	char path[4096];

	for (int i = 0; i < nr; i++) {
		snprintf(path, sizeof(path), "%s/%s", directory, entries[i]->d_name);
		load_file(path, f);
		free(entries[i]);
	}
	if (nr >= 0)
		free(entries);
}

static void one_round(unsigned long round, const struct fuzzer *f)
{
	static struct seed s;

	state = 0x9e3779b97f4a7c15ull * (round + 1);
	any(2);
	s = *any_seed();
	for (size_t changes = any(f->max_mutations + 1); changes; changes--)
		f->mutate(&s);
	f->try(&s, round);
}

int seeds_main(int argc, char **argv, const struct fuzzer *f)
{
	unsigned long round, rounds = argc > 1 ? strtoul(argv[1], NULL, 10) : 0;

	if (argc < 3)
		return fprintf(stderr, "usage: %s ROUNDS SEED-DIRECTORY [FIRST]\n", argv[0]), 2;
	load(argv[2], f);
	if (!nr_seeds)
		return fprintf(stderr, "%s: no seeds in %s\n", argv[0], argv[2]), 2;
	if (f->begin)
		f->begin();
	for (round = argc > 3 ? strtoul(argv[3], NULL, 10) : 0; round < rounds; round++)
		one_round(round, f);
	if (f->end)
		f->end();
	printf("%lu rounds over %zu seeds\n", rounds, nr_seeds);
	return 0;
}
