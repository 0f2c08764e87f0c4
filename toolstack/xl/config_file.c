/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "config_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "domain_config.h"
#include "host_cpus.h"
#include "keys.h"
#include "xl.h"
#include "xl_conf.h"
#include "plain.h"

bool config_file_open(struct config_file *f)
{
	*f = (struct config_file){0};
	f->stream = open_memstream(&f->data, &f->len);
	if (!f->stream)
		perror("xl");
	return f->stream;
}

bool config_file_add(struct config_file *f, const char *path)
{
	char bytes[8192];
	ssize_t got = 0;
	size_t total = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	while (fd >= 0 && (got = read(fd, bytes, sizeof(bytes))) > 0) {
		total += (size_t)got;
		if (total > CFG_MAX_BYTES) {
			errno = EFBIG;
			got = -1;
			break;
		}
		fwrite(bytes, 1, (size_t)got, f->stream);
	}
	if (fd < 0 || got < 0)
		fprintf(stderr, "Failed to read config file: %s: %s\n", xl_safe(path),
			strerror(errno));
	if (fd >= 0)
		close(fd);
	return fd >= 0 && got >= 0;
}

bool config_file_is_setting(const char *argument)
{
	return strchr(argument, '=');
}

void config_file_add_settings(struct config_file *f, char *const *arguments)
{
	for (; *arguments; arguments++)
		if (config_file_is_setting(*arguments))
			fprintf(f->stream, "\n%s", *arguments);
}

struct cfg *config_file_parse(struct config_file *f, const char *source)
{
	if (!fflush(f->stream) && !ferror(f->stream))
		return cfg_parse(source, f->data, f->len, plain_stderr());
	fputs("xl: out of memory\n", stderr);
	return NULL;
}

/* Where a file names CPUs, the machine's are needed. */
static void look_at_host(const struct cfg *cfg, const struct config_defaults *defaults,
			 struct cpumap_host *host)
{
	if (defaults->vm_cpumask || defaults->hvm_cpumask || cfg_find(cfg, "cpus") ||
	    cfg_find(cfg, "cpus_soft") || cfg_find(cfg, "vnuma"))
		host_cpus_or_any(host);
	else
		cpumap_host_any(host);
}

struct json *config_file_domain(struct config_file *f, const char *source, bool ignore_masks,
				bool dryrun, int *status)
{
	struct config_defaults defaults = *xl_conf_defaults();
	struct cfg *cfg = config_file_parse(f, source);
	struct json *config = NULL;
	struct cpumap_host host;

	if (ignore_masks)
		defaults.vm_cpumask = defaults.hvm_cpumask = NULL;
	*status = EXIT_FAILURE;
	if (!cfg) {
		fputs("Failed to parse config: Invalid argument\n", stderr);
	} else if (keys_check(cfg, dryrun, plain_stderr())) {
		look_at_host(cfg, &defaults, &host);
		config = domain_config_build(cfg, &host, &defaults, plain_stderr(), status);
	}
	cfg_free(cfg);
	return config;
}

void config_file_close(struct config_file *f)
{
	if (f->stream)
		fclose(f->stream);
	free(f->data);
}
