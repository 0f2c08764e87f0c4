/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "settings.h"

#include <cfg.h>
#include <errno.h>
#include <fcntl.h>
#include <instance.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "log.h"

#define SETTINGS_MAX_BYTES 65536
#define PATH_BYTES	   512

/* Messages of the parser, each a line, into the log. */
static void tell(char *lines)
{
	char *line, *rest = lines;

	while ((line = strsep(&rest, "\n")))
		if (*line)
			log_error("%s", line);
}

/* NULL and errno: a FIFO in its place must not stop the daemon. */
static FILE *open_regular(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;

	if (fd < 0)
		return NULL;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		return fdopen(fd, "r");
	close(fd);
	errno = EINVAL;
	return NULL;
}

/* NULL and *rc: 0 for a file that is not there. */
static char *read_file(const char *path, size_t *len, int *rc)
{
	FILE *f = open_regular(path);
	char *text;

	*rc = f || errno == ENOENT ? 0 : -errno;
	if (!f)
		return NULL;
	text = malloc(SETTINGS_MAX_BYTES + 1);
	*len = text ? fread(text, 1, SETTINGS_MAX_BYTES + 1, f) : 0;
	if (!text)
		*rc = -ENOMEM;
	else if (ferror(f))
		*rc = -EIO;
	else if (*len > SETTINGS_MAX_BYTES)
		*rc = -EFBIG;
	fclose(f);
	if (!*rc)
		return text;
	free(text);
	return NULL;
}

/* All of it is looked at before any of it counts. */
static int act(const struct cfg *cfg, FILE *report)
{
	const char *name = "info";
	int rc = cfg_string(cfg, "log_level", &name, report), level;
	size_t i;

	if (rc && rc != -ESRCH)
		return rc;
	for (i = 0; i < cfg->nr; i++) {
		if (strcmp(cfg->settings[i].key, "log_level") == 0)
			continue;
		fprintf(report, "%s:%d: there is no setting \"%s\"\n", cfg->source,
			cfg->settings[i].line, cfg->settings[i].key);
		return -EINVAL;
	}
	level = log_level_by_name(name);
	if (level < 0) {
		fprintf(report, "%s: log_level is error, warning, notice, info or debug\n",
			cfg->source);
		return -EINVAL;
	}
	log_set_level(level);
	return 0;
}

static int parse(const char *path, const char *text, size_t len)
{
	char *said = NULL;
	size_t size;
	FILE *report = open_memstream(&said, &size);
	struct cfg *cfg;
	int rc;

	if (!report)
		return -errno;
	cfg = cfg_parse(path, text, len, report);
	rc = cfg ? act(cfg, report) : -EINVAL;
	cfg_free(cfg);
	fclose(report);
	tell(said);
	free(said);
	return rc;
}

int settings_load(void)
{
	char path[PATH_BYTES], *text;
	size_t len = 0;
	int rc = instance_config("nacred.conf", path, sizeof(path));

	if (rc)
		return rc;
	text = read_file(path, &len, &rc);
	if (rc)
		log_error("cannot read %s: %s", path, strerror(-rc));
	else
		rc = parse(path, text ? text : "", len);
	free(text);
	return rc;
}
