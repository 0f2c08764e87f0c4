/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * fuzz_cfg ROUNDS SEED-DIRECTORY [FIRST]
 *
 * Parses ROUNDS mutations of the files of a directory, turns what parses into a
 * domain configuration and prints that.  Round N is the same every time; a crash
 * or a sanitizer's report is the finding, and FIRST repeats from that round.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cfg.h"
#include "domain_config.h"

#define MAX_SEEDS 64
#define MAX_BYTES 4096

struct seed {
	char bytes[MAX_BYTES];
	size_t len;
};

static struct seed seeds[MAX_SEEDS];
static size_t nr_seeds;
static uint64_t state;

/* xorshift: enough spread for choosing bytes. */
static uint32_t any(size_t below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)((state >> 32) % below);
}

static int visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* In the order of their names, so that a round is the same everywhere. */
static void load(const char *directory)
{
	struct dirent **entries;
	int i, nr = scandir(directory, &entries, visible, alphasort);
	char path[4096];
	FILE *file;

	for (i = 0; i < nr && nr_seeds < MAX_SEEDS; i++) {
		snprintf(path, sizeof(path), "%s/%s", directory, entries[i]->d_name);
		file = fopen(path, "r");
		if (file) {
			seeds[nr_seeds].len = fread(seeds[nr_seeds].bytes, 1, MAX_BYTES, file);
			nr_seeds++;
			fclose(file);
		}
		free(entries[i]);
	}
	if (nr >= 0)
		free(entries);
}

static void overwrite(struct seed *seed, size_t at, const struct seed *other)
{
	size_t from, len;

	if (!other->len)
		return;
	from = any(other->len);
	len = any(other->len - from + 1);
	if (len > MAX_BYTES - at)
		len = MAX_BYTES - at;
	memmove(seed->bytes + at, other->bytes + from, len);
	if (at + len > seed->len)
		seed->len = at + len;
}

static void mutate(struct seed *seed)
{
	static const char special[] = "=[]\"'\\#;,\n+ x0^-\t\r\x7f\xff";
	size_t at = seed->len ? any(seed->len) : 0, len;

	switch (any(5)) {
	case 0:
		seed->bytes[at] = (char)any(256);
		break;
	case 1:
		seed->bytes[at] = special[any(sizeof(special))];
		break;
	case 2:
		len = any(seed->len - at + 1);
		memmove(seed->bytes + at, seed->bytes + at + len, seed->len - at - len);
		seed->len -= len;
		break;
	case 3:
		overwrite(seed, at, &seeds[any(nr_seeds)]);
		break;
	default: /* repeat one byte */
		len = any(64);
		if (len > MAX_BYTES - at)
			len = MAX_BYTES - at;
		memset(seed->bytes + at, special[any(sizeof(special))], len);
		if (at + len > seed->len)
			seed->len = at + len;
	}
}

static void try_one(const struct seed *seed, FILE *nowhere)
{
	char *exact = malloc(seed->len + !seed->len); /* no slack: overreads show */
	struct json *config;
	struct cfg *cfg;

	if (!exact)
		abort();
	memcpy(exact, seed->bytes, seed->len);
	cfg = cfg_parse("fuzz", exact, seed->len, nowhere);
	free(exact);
	if (!cfg)
		return;
	config = domain_config_build(cfg, nowhere);
	if (config && domain_config_complete(config, "/nowhere"))
		free(json_print(config, true));
	json_free(config);
	cfg_free(cfg);
}

int main(int argc, char **argv)
{
	unsigned long round, rounds = argc > 1 ? strtoul(argv[1], NULL, 10) : 0;
	FILE *nowhere = fopen("/dev/null", "w");
	struct seed seed;
	uint32_t changes;

	if (argc < 3 || !nowhere)
		return fprintf(stderr, "usage: %s ROUNDS SEED-DIRECTORY [FIRST]\n", argv[0]), 2;
	load(argv[2]);
	if (!nr_seeds)
		return fprintf(stderr, "%s: no seeds in %s\n", argv[0], argv[2]), 2;
	for (round = argc > 3 ? strtoul(argv[3], NULL, 10) : 0; round < rounds; round++) {
		state = 0x9e3779b97f4a7c15ull * (round + 1);
		any(2);
		seed = seeds[any(nr_seeds)];
		for (changes = any(6); changes; changes--)
			mutate(&seed);
		try_one(&seed, nowhere);
	}
	fclose(nowhere);
	printf("%lu rounds over %zu seeds\n", rounds, nr_seeds);
	return 0;
}
