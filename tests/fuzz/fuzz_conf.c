/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * fuzz_conf ROUNDS SEED-DIRECTORY [FIRST]
 *
 * Mutations of xl.conf, and what becomes of a guest's configuration under each that is read.
 */
#include <stdlib.h>
#include <string.h>

#include "conf.h"
#include "seeds.h"

static FILE *nowhere;

static void mutate(struct seed *seed)
{
	static const char *const tokens[] = {
		"=",
		"\"",
		"[",
		"]",
		"+=",
		"\n",
		"#",
		"0",
		"-1",
		"99999999999999999999",
		"vm.",
		"cpumask",
		"\"all,^\"",
		"\"node:\"",
		"max_grant_frames",
		"json",
		"vif.default.bridge",
		"claim_mode=",
		"autoballoon=\"auto\"",
	};

	mutate_text(seed, tokens, sizeof(tokens) / sizeof(tokens[0]));
}

static void build_guest(const struct config_defaults *defaults)
{
	static const char text[] = "name=\"x\"\ntype=\"pvh\"\nkernel=\"/k\"\nvcpus=2\n"
				   "cpus=[\"0\",\"1-3\"]\nvif=[\"\",\"bridge=b\"]\n";
	struct cfg *cfg = cfg_parse("guest", text, sizeof(text) - 1, nowhere);
	struct cpumap_host host;
	struct json *config;

	cpumap_host_any(&host);
	config = domain_config_build(cfg, &host, defaults, nowhere, NULL);
	if (config && domain_config_complete(config, "/nowhere"))
		free(json_print(config, true));
	json_free(config);
	cfg_free(cfg);
}

static void try_one(const struct seed *seed, unsigned long round)
{
	char *exact = seed_exact(seed);
	struct cfg *cfg = cfg_parse("fuzz", exact, seed->len, nowhere);
	struct config_defaults defaults;

	free(exact);
	if (cfg && conf_read(cfg, &defaults, nowhere))
		build_guest(&defaults);
	cfg_free(cfg);
}

int main(int argc, char **argv)
{
	static const struct fuzzer fuzzer = {.mutate = mutate, .max_mutations = 5, .try = try_one};

	nowhere = fopen("/dev/null", "w");
	return nowhere ? seeds_main(argc, argv, &fuzzer) : 2;
}
