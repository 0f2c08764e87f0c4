/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * config_schema FILE.cfg...
 *
 * There is one form of a domain's configuration: what toolstack/config makes of an
 * xl.cfg is, byte for byte, what libxl's types print when they have read it.  So every
 * member has the right name, place, kind and default, and none is unknown to libxl.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cfg.h"
#include "domain_config.h"
#include "libxl_context.h"

static struct libxl__ctx ctx; /* without a logger */
static size_t bytes;

static char *contents(const char *path)
{
	FILE *f = fopen(path, "r");
	char *text = NULL;
	size_t size = 0;

	if (!f || getdelim(&text, &size, '\0', f) < 0) {
		perror(path);
		exit(2);
	}
	fclose(f);
	return text;
}

/* NULL when it is no configuration, which some samples are not. */
static struct json *build(const char *path)
{
	char *text = contents(path);
	struct cfg *cfg = cfg_parse(path, text, strlen(text), stderr);
	struct cpumap_host host;
	struct json *config = NULL;

	cpumap_host_any(&host);
	if (cfg)
		config = domain_config_build(cfg, &host, &config_no_defaults, stderr, NULL);
	cfg_free(cfg);
	free(text);
	return config;
}

static int compare(const char *path, const struct json *config)
{
	char *ours = json_print(config, true), *theirs = NULL;
	libxl_domain_config read;
	int wrong;

	if (libxl_domain_config_from_json(&ctx, &read, ours) == 0)
		theirs = libxl_domain_config_to_json(&ctx, &read);
	bytes += strlen(ours);
	wrong = !theirs || strcmp(ours, theirs) != 0;
	if (wrong)
		printf("%s: toolstack/config has\n%slibxl\n%s", path, ours,
		       theirs ? theirs : "refuses it\n");
	libxl_domain_config_dispose(&read);
	free(ours);
	free(theirs);
	return wrong;
}

int main(int argc, char **argv)
{
	int i, built = 0, wrong = 0;

	for (i = 1; i < argc; i++) {
		struct json *config = build(argv[i]);

		if (!config)
			continue;
		built++;
		wrong += compare(argv[i], config);
		/* With libxl's defaults written out, as the daemon gets it. */
		if (!domain_config_complete(config, "/nowhere"))
			return 2;
		wrong += compare(argv[i], config);
		json_free(config);
	}
	printf("%d configurations, %zu bytes, %d differ\n", built, bytes, wrong);
	/* Some samples are none, but most are. */
	return wrong || built < 6 || bytes < 20000;
}
