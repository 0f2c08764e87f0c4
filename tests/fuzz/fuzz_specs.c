/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * fuzz_specs ROUNDS SEED-DIRECTORY [FIRST]
 *
 * Mutations of device specifications: each line is read as a disk, all lines together as
 * another, and each as a network interface and a rate.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "disk_spec.h"
#include "nic_spec.h"
#include "seeds.h"

#define MAX_LINES 64

static FILE *nowhere;

static void mutate(struct seed *seed)
{
	static const char *const tokens[] = {
		",",	    "=",       ":",
		"vdev=",    "target=", "format=",
		"raw",	    "phy:",    "file:",
		"tap2:",    "cdrom",   "devtype=",
		"/",	    "@",       "Gb/s",
		"20ms",	    "mac=",    "rate=",
		"devid=",   "mtu=",    "99999999999999999999",
		"-1",	    "trusted", "colo_",
		" ",	    "\n",      "\t",
		"bridge=",  "backend", "script=",
		"access=w", "empty,",  "access=",
		"discard",  "0x",
	};

	mutate_text(seed, tokens, sizeof(tokens) / sizeof(tokens[0]));
}

static void print(struct json *v)
{
	free(json_print(v, true));
	json_free(v);
}

static void try_disk(const char *const *specs, size_t nr)
{
	struct disk_spec disk = {0};

	/* What was taken must be good enough to be shown. */
	if (!disk_spec_parse("fuzz", specs, nr, &disk, nowhere)) {
		if (!disk.vdev || (!disk.pdev_path && !disk.removable))
			abort();
		print(disk_spec_to_json(&disk));
	}
	disk_spec_clear(&disk);
}

static void try_nic(const char *spec)
{
	static const struct nic_defaults defaults = {"s", "b", NULL, NULL};
	uint64_t bytes;
	uint32_t us;
	struct json *nic;

	nic_spec_parse("fuzz", spec, &defaults, 0, &nic, nowhere);
	if (!nic || !json_get(nic, "script") || !json_get(nic, "bridge"))
		abort();
	print(nic);
	if (!nic_rate_parse("fuzz", spec, &bytes, &us, nowhere) && !us)
		abort();
}

static void try_one(const struct seed *seed, unsigned long round)
{
	char *exact = seed_exact(seed), *text = malloc(seed->len + 1), *line, *rest;
	const char *lines[MAX_LINES];
	size_t nr = 0;

	memcpy(text, exact, seed->len);
	text[seed->len] = '\0';
	free(exact);
	try_disk((const char *const[]){text}, 1);
	for (line = strtok_r(text, "\n", &rest); line && nr < MAX_LINES;
	     line = strtok_r(NULL, "\n", &rest)) {
		try_disk((const char *const[]){line}, 1);
		try_nic(line);
		lines[nr++] = line;
	}
	try_disk(lines, nr);
	free(text);
}

int main(int argc, char **argv)
{
	static const struct fuzzer fuzzer = {.mutate = mutate, .max_mutations = 6, .try = try_one};

	nowhere = fopen("/dev/null", "w");
	return nowhere ? seeds_main(argc, argv, &fuzzer) : 2;
}
