/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmds.h"
#include "config_file.h"
#include "ctx.h"
#include "domain_config.h"
#include "xl.h"

/* As the shell sees libxl's ERROR_FAIL, which Xen's xl returns as it is. */
#define STATUS_FAIL (256 - RPC_ERROR_FAIL)

struct update {
	uint32_t domid;
	const char *file;
	struct config_file text;
	bool debug;
};

static int store(const struct update *u, struct json *config)
{
	char directory[PATH_MAX];
	struct json *params = json_new_object(), *reply;

	fprintf(stderr, "setting dom%u configuration\n", u->domid);
	if (!getcwd(directory, sizeof(directory)) || !domain_config_complete(config, directory)) {
		fprintf(stderr, "xl: cannot complete the paths: %s\n", strerror(errno));
		json_free(params);
		return EXIT_FAILURE;
	}
	json_set_int(params, "domain", u->domid);
	json_set(params, "config", json_copy(config));
	/* libxl has no function for it: Xen's xl leaves a file with libxl_userdata_store(). */
	reply = xl_call("domain.update_config", params, RPC_QUICK);
	if (!reply)
		fputs("failed to update configuration\n", stderr);
	json_free(reply);
	return reply ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* Without an id, which is not the configuration's. */
static bool print_config(const struct json *config)
{
	struct json *v = json_new_object();
	bool done;

	json_set(v, "domid", json_new_null());
	json_set(v, "config", json_copy(config));
	done = v && xl_print_json(stdout, v);
	json_free(v);
	return done;
}

static int update(struct update *u)
{
	int status = EXIT_SUCCESS;
	struct json *config =
		config_file_domain(&u->text, u->file, false, xl.dryrun || u->debug, &status);

	if (!config)
		return status;
	status = EXIT_SUCCESS;
	if ((u->debug || xl.dryrun) && !print_config(config))
		status = EXIT_FAILURE;
	if (status == EXIT_SUCCESS && !xl.dryrun)
		status = store(u, config);
	json_free(config);
	return status;
}

/* The file's name, and k=v; 0 or an exit status. */
static int read_arguments(char **argv, struct update *u)
{
	int i;

	for (i = optind; argv[i]; i++) {
		if (config_file_is_setting(argv[i]))
			continue;
		if (u->file) {
			verb_usage(verb_find("create"), stdout); /* so it is in Xen's xl */
			return XL_USAGE_ERROR;
		}
		u->file = argv[i];
	}
	if (!u->file) {
		fputs("Config file not specified\n", stderr);
		return EXIT_FAILURE;
	}
	if (!config_file_add(&u->text, u->file))
		return STATUS_FAIL;
	config_file_add_settings(&u->text, argv + optind);
	return 0;
}

/* The domain comes before all options. */
int cmd_config_update(const struct verb *verb, int argc, char **argv)
{
	static const struct option options[] = {
		{"help", no_argument, NULL, 'h'},
		{"defconfig", required_argument, NULL, 'f'},
		{"quiet", no_argument, NULL, 'q'},
		XL_OPTION_END,
	};
	struct update u = {.file = NULL};
	int letter, status;

	if (argc < 2) {
		fputs("xl config-update requires a domain argument\n", stderr);
		verb_usage(verb, stdout);
		return EXIT_FAILURE;
	}
	if (!strcmp(argv[1], "-h") || !strcmp(argv[1], "--help")) {
		verb_usage(verb, stdout);
		return EXIT_SUCCESS;
	}
	fputs("WARNING: xl now has better capability to manage domain configuration, avoid using "
	      "this command when possible\n",
	      stderr);
	if (!xl_domid(argv[1], &u.domid))
		return EXIT_FAILURE;
	argc--;
	argv++;
	while ((letter = xl_option(verb, argc, argv, "hdqf:", options)) >= 0) {
		u.debug |= letter == 'd';
		if (letter == 'f')
			u.file = optarg;
	}
	if (!config_file_open(&u.text))
		return EXIT_FAILURE;
	status = read_arguments(argv, &u);
	if (!status)
		status = update(&u);
	config_file_close(&u.text);
	return status;
}
