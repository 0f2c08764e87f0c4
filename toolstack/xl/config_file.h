/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* The text of a configuration: a file, then the k=v of the command line. */
#ifndef NACRE_XL_CONFIG_FILE_H
#define NACRE_XL_CONFIG_FILE_H

#include <stdbool.h>
#include <stdio.h>

#include "cfg.h"
#include "json.h"

struct config_file {
	FILE *stream; /* takes the text */
	char *data;
	size_t len;
};

/* False after a message. */
bool config_file_open(struct config_file *f);
/* The bytes of the file @path; false after a message. */
bool config_file_add(struct config_file *f, const char *path);
/* The k=v among @arguments (ended by NULL), each on a line of its own. */
void config_file_add_settings(struct config_file *f, char *const *arguments);
/* Whether an argument is one. */
bool config_file_is_setting(const char *argument);
/* What it says; NULL after a message.  @source is its name in messages. */
struct cfg *config_file_parse(struct config_file *f, const char *source);
/* The domain that it describes, in libxl's JSON form; NULL after messages, and in *@status
 * what to exit with then.  @ignore_masks: xl.conf's masks of CPUs do not count; @dryrun: it is
 * only to be shown. */
struct json *config_file_domain(struct config_file *f, const char *source, bool ignore_masks,
				bool dryrun, int *status);
void config_file_close(struct config_file *f);

#endif
