/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "xl_conf.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf.h"
#include "config_file.h"
#include "instance.h"
#include "plain.h"

#define REAL_XLS "/etc/xen/xl.conf"
#define PRIVCMD	 "/dev/xen/privcmd" /* there is one in the domain 0 of a Xen */

/* In a domain 0 it is the file that Xen's own xl reads, which has to be there; elsewhere, that
 * of all instances, if somebody wrote one.  NULL: there is none. */
static const char *place(void)
{
	static char path[PATH_MAX];

	if (!getenv("NACRE_CONFIG_DIR") && !access(PRIVCMD, F_OK))
		return REAL_XLS;
	if (instance_config("xl.conf", path, sizeof(path)) || access(path, F_OK))
		return NULL;
	return path;
}

static struct cfg *read_conf(const char *path)
{
	struct config_file file;
	struct cfg *cfg;

	if (!config_file_open(&file))
		exit(EXIT_FAILURE);
	config_file_add(&file, path); /* without it the defaults count */
	cfg = config_file_parse(&file, path);
	config_file_close(&file);
	if (cfg)
		return cfg;
	fputs("Failed to parse config file: Invalid argument\n", stderr);
	exit(EXIT_FAILURE);
}

const struct config_defaults *xl_conf_defaults(void)
{
	static struct config_defaults defaults;
	static struct cfg *cfg; /* owns the strings */
	static bool known;
	const char *path;

	if (known)
		return &defaults;
	known = true;
	defaults = config_no_defaults;
	path = place();
	if (!path)
		return &defaults;
	cfg = read_conf(path);
	if (!conf_read(cfg, &defaults, plain_stderr()))
		exit(EXIT_FAILURE);
	return &defaults;
}
