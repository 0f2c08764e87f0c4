/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmds.h"
#include "config_file.h"
#include "console.h"
#include "ctx.h"
#include "domain_config.h"
#include "follow.h"
#include "xl.h"
#include "xl_conf.h"

struct create {
	const char *file;
	struct config_file text;
	bool debug, dryrun, paused, console, foreground, quiet, ignore_masks;
};

/* nacred acts on on_poweroff and its like, also when no xl is there any more: libxl leaves
 * that to whoever made the domain. */
static bool hand_over(uint32_t domid)
{
	struct json *params = json_new_object(), *reply = NULL;

	if (params && json_set_int(params, "domain", domid))
		reply = xl_call("domain.supervise", params, RPC_QUICK);
	else
		json_free(params);
	json_free(reply);
	return reply;
}

/* The domain is there, paused.  With -c it starts once the console is there, so that no line
 * is missed. */
static int let_run(const struct create *create, uint32_t domid, const libxl_domain_config *config)
{
	pid_t console = create->console ? console_start(domid) : 0;
	struct follow follow;
	int status = EXIT_SUCCESS;
	bool good = hand_over(domid) &&
		    (!create->foreground || follow_begin(&follow, domid, config)) &&
		    (create->paused || !libxl_domain_unpause(xl_ctx(), domid, NULL));

	if (!good)
		libxl_domain_destroy(xl_ctx(), domid, NULL);
	if (console < 0)
		fputs("Unable to attach console\n", stderr);
	else if (console)
		status = console_await(console);
	if (!good || console < 0)
		return EXIT_FAILURE;
	return create->foreground && !status ? follow_domain(&follow) : status;
}

static int make(const struct create *create, const struct json *json)
{
	char *text = json_print(json, false);
	libxl_domain_config config;
	uint32_t domid;
	int status;

	if (!text) {
		fputs("xl: out of memory\n", stderr);
		return -ERROR_NOMEM;
	}
	libxl_domain_config_init(&config);
	status = -libxl_domain_config_from_json(xl_ctx(), &config, text);
	free(text);
	if (!status)
		status = -libxl_domain_create_new(xl_ctx(), &config, &domid, NULL, NULL);
	if (!status)
		status = let_run(create, domid, &config);
	libxl_domain_config_dispose(&config);
	return status;
}

static int start(const struct create *create, struct json *config)
{
	char directory[PATH_MAX];

	if (!getcwd(directory, sizeof(directory))) {
		fprintf(stderr, "xl: cannot tell the current directory: %s\n", strerror(errno));
		return -ERROR_FAIL;
	}
	if (domain_config_complete(config, directory))
		return make(create, config);
	fputs("xl: out of memory\n", stderr);
	return -ERROR_NOMEM;
}

static int create_domain(struct create *create)
{
	struct json *config;
	int status;

	if (!create->quiet)
		fprintf(stderr, "Parsing config from %s\n", xl_safe(create->file));
	config = config_file_domain(&create->text, create->file, create->ignore_masks,
				    create->dryrun, &status);
	if (!config)
		return status;
	if (create->debug && !create->dryrun)
		xl_print_json(stderr, config);
	if (create->dryrun)
		status = xl_print_json(stdout, config) ? EXIT_SUCCESS : EXIT_FAILURE;
	else
		status = start(create, config);
	json_free(config);
	return status;
}

static void read_options(const struct verb *verb, int argc, char **argv, struct create *create)
{
	static const struct option options[] = {
		{"defconfig", required_argument, NULL, 'f'},
		{"dryrun", no_argument, NULL, 'n'},
		{"quiet", no_argument, NULL, 'q'},
		{"help", no_argument, NULL, 'h'},
		{"vncviewer", no_argument, NULL, 'V'},
		{"vncviewer-autopass", no_argument, NULL, 'A'},
		{"ignore-global-affinity-masks", no_argument, NULL, 'i'},
		XL_OPTION_END,
	};
	int letter;

	/* -e changes nothing: nacred keeps watch over every domain. */
	while ((letter = xl_option(verb, argc, argv, "hFnqf:pcdeVA", options)) >= 0) {
		if (letter == 'f')
			create->file = optarg;
		if (letter == 'V' || letter == 'A')
			fputs("xl: warning: guests have no display to view; -V and -A are "
			      "ignored\n",
			      stderr);
		create->debug |= letter == 'd';
		create->dryrun |= letter == 'n';
		create->quiet |= letter == 'q';
		create->paused |= letter == 'p';
		create->console |= letter == 'c';
		create->foreground |= letter == 'F';
		create->ignore_masks |= letter == 'i';
	}
}

/* The file's name, and k=v. */
static int read_arguments(const struct verb *verb, char **argv, struct create *create)
{
	int i;

	for (i = optind; argv[i]; i++) {
		if (config_file_is_setting(argv[i]))
			continue;
		if (create->file)
			return xl_misuse(verb);
		create->file = argv[i];
	}
	if (!create->file) {
		fputs("Config file not specified and none in save file\n", stderr);
		return -ERROR_INVAL;
	}
	if (!config_file_add(&create->text, create->file))
		return -ERROR_FAIL;
	config_file_add_settings(&create->text, argv + optind);
	return 0;
}

int cmd_create(const struct verb *verb, int argc, char **argv)
{
	struct create create = {.dryrun = xl.dryrun};
	int status;

	read_options(verb, argc, argv, &create);
	if (!config_file_open(&create.text))
		return EXIT_FAILURE;
	status = read_arguments(verb, argv, &create);
	if (!status)
		status = create_domain(&create);
	config_file_close(&create.text);
	return status;
}
