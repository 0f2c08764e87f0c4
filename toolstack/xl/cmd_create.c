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
#include "domain_config.h"
#include "follow.h"
#include "xl.h"
#include "xl_conf.h"

struct create {
	const char *file;
	struct config_file text;
	bool debug, dryrun, paused, console, foreground, quiet, ignore_masks;
};

static int attach(const struct json *created, bool paused)
{
	char selector[24];
	struct json *reply;
	int fd;

	snprintf(selector, sizeof(selector), "%lld",
		 (long long)json_int(json_get(created, "domid"), -1));
	fd = console_open(selector);
	if (fd < 0)
		fputs("Unable to attach console\n", stderr);
	if (!paused) {
		reply = xl_domain_call("domain.unpause", selector, NULL, RPC_QUICK);
		json_free(reply);
		if (!reply && fd >= 0) {
			close(fd);
			return EXIT_FAILURE;
		}
	}
	return fd < 0 ? EXIT_FAILURE : console_attach(fd, CONSOLE_ESCAPE);
}

static struct json *create_params(const struct create *create, const struct json *config)
{
	struct json *params = json_new_object();

	/* With -c it starts once the console is there, so that no line is missed. */
	if (params && json_set(params, "config", json_copy(config)) &&
	    json_set_bool(params, "paused", create->paused || create->console))
		return params;
	json_free(params);
	return NULL;
}

static int start(const struct create *create, struct json *config)
{
	char directory[PATH_MAX];
	struct rpc_error error;
	struct json *created;
	int status = EXIT_SUCCESS;

	if (!getcwd(directory, sizeof(directory))) {
		fprintf(stderr, "xl: cannot tell the current directory: %s\n", strerror(errno));
		return RPC_ERROR_FAIL;
	}
	if (!domain_config_complete(config, directory)) {
		fputs("xl: out of memory\n", stderr);
		return RPC_ERROR_NOMEM;
	}
	created = xl_try("domain.create", create_params(create, config), RPC_SLOW, NULL, &error);
	if (!created) {
		xl_complain(&error);
		return strcmp(error.symbol, "rpc.unreachable") ? error.libxl : EXIT_FAILURE;
	}
	if (create->console)
		status = attach(created, create->paused);
	if (create->foreground && status == EXIT_SUCCESS)
		status = follow_domain(created, config);
	json_free(created);
	return status;
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
		return RPC_ERROR_INVAL;
	}
	if (!config_file_add(&create->text, create->file))
		return RPC_ERROR_FAIL;
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
