/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * fuzz_cfg ROUNDS SEED-DIRECTORY [FIRST]
 *
 * Parses ROUNDS mutations of the files of a directory, turns what parses into a
 * domain configuration and prints that.  FIRST repeats from that round.
 */
#include <stdlib.h>
#include <string.h>

#include "cfg.h"
#include "domain_config.h"
#include "seeds.h"

static FILE *nowhere;

static void overwrite(struct seed *seed, size_t at, const struct seed *other)
{
	size_t from, len;

	if (!other->len)
		return;
	from = any(other->len);
	len = any(other->len - from + 1);
	if (len > SEED_BYTES - at)
		len = SEED_BYTES - at;
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
		overwrite(seed, at, any_seed());
		break;
	default: /* repeat one byte */
		len = any(64);
		if (len > SEED_BYTES - at)
			len = SEED_BYTES - at;
		memset(seed->bytes + at, special[any(sizeof(special))], len);
		if (at + len > seed->len)
			seed->len = at + len;
	}
}

static void try_one(const struct seed *seed, unsigned long round)
{
	char *exact = seed_exact(seed);
	struct cfg *cfg = cfg_parse("fuzz", exact, seed->len, nowhere);
	struct cpumap_host host;
	struct json *config;

	free(exact);
	if (!cfg)
		return;
	cpumap_host_any(&host);
	config = domain_config_build(cfg, &host, &config_no_defaults, nowhere, NULL);
	if (config && domain_config_complete(config, "/nowhere"))
		free(json_print(config, true));
	json_free(config);
	cfg_free(cfg);
}

int main(int argc, char **argv)
{
	static const struct fuzzer fuzzer = {.mutate = mutate, .max_mutations = 5, .try = try_one};

	nowhere = fopen("/dev/null", "w");
	return nowhere ? seeds_main(argc, argv, &fuzzer) : 2;
}
