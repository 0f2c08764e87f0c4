/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "options.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "instance.h"
#include "plain.h"

static const char usage[] =
	"Usage: nacre-host [OPTION]...\n"
	"Run one hosted instance of the Nacre hypervisor in the foreground.\n"
	"Usually started by `nacre up`.\n"
	"\n"
	"  -i, --instance=NAME  name of the instance (default: $NACRE_INSTANCE or \"default\")\n"
	"  -c, --cpus=N         processors, 1 to 64 (default 2)\n"
	"  -m, --memory=SIZE    memory in MiB, or with suffix M or G; even, 64M to 512G\n"
	"                       (default 1024M)\n"
	"      --accel=WHICH    auto, kvm or tcg (default auto)\n"
	"      --append=TEXT    more options for the hypervisor's command line\n"
	"      --image=FILE     hypervisor image\n"
	"      --timeout=SEC    give up when the hypervisor is not ready by then (default 60)\n"
	"      --no-daemons     do not start xenstored, xenconsoled and nacred (for tests)\n"
	"      --ready-fd=N     report progress and readiness to this descriptor\n"
	"  -h, --help           show this text\n";

enum { OPT_ACCEL = 256, OPT_APPEND, OPT_IMAGE, OPT_TIMEOUT, OPT_NO_DAEMONS, OPT_READY_FD };

static const struct option longopts[] = {
	{"instance", required_argument, NULL, 'i'},
	{"cpus", required_argument, NULL, 'c'},
	{"memory", required_argument, NULL, 'm'},
	{"accel", required_argument, NULL, OPT_ACCEL},
	{"append", required_argument, NULL, OPT_APPEND},
	{"image", required_argument, NULL, OPT_IMAGE},
	{"timeout", required_argument, NULL, OPT_TIMEOUT},
	{"no-daemons", no_argument, NULL, OPT_NO_DAEMONS},
	{"ready-fd", required_argument, NULL, OPT_READY_FD},
	{"help", no_argument, NULL, 'h'},
	{NULL, 0, NULL, 0},
};

uint64_t options_memory(const char *text)
{
	unsigned long long n;
	uint64_t bytes;
	char *end;

	if (!isdigit((unsigned char)*text))
		return 0;
	errno = 0;
	n = strtoull(text, &end, 10);
	if (errno || n > OPTIONS_MEMORY_MAX)
		return 0;
	if (!strcmp(end, "G"))
		n *= 1024;
	else if (*end && strcmp(end, "M") != 0)
		return 0;
	if (n > OPTIONS_MEMORY_MAX >> 20 || n % 2)
		return 0;
	bytes = (uint64_t)n << 20;
	return bytes < OPTIONS_MEMORY_MIN ? 0 : bytes;
}

/* A decimal number in [@min, @max]. 0 or -1. */
static int number(const char *text, unsigned int min, unsigned int max, unsigned int *out)
{
	unsigned long n;
	char *end;

	if (!isdigit((unsigned char)*text))
		return -1;
	errno = 0;
	n = strtoul(text, &end, 10);
	if (errno || *end || n < min || n > max)
		return -1;
	*out = (unsigned int)n;
	return 0;
}

static int accel(const char *text, enum accel_choice *out)
{
	static const char *const names[] = {"auto", "kvm", "tcg"};
	unsigned int i;

	for (i = 0; i < 3; i++)
		if (!strcmp(text, names[i]))
			break;
	*out = (enum accel_choice)i;
	return i < 3 ? 0 : -1;
}

/* 0, or -1: the argument is wrong; 1: help; 2: unknown option. */
static int one_option(struct options *o, int c)
{
	unsigned int fd;

	switch (c) {
	case 'i':
		o->instance = optarg;
		return instance_name_valid(optarg) ? 0 : -1;
	case 'c':
		return number(optarg, 1, OPTIONS_CPUS_MAX, &o->cpus);
	case 'm':
		o->memory = options_memory(optarg);
		return o->memory ? 0 : -1;
	case OPT_ACCEL:
		return accel(optarg, &o->accel);
	case OPT_APPEND:
		o->append = optarg;
		return strlen(optarg) < 1024 ? 0 : -1;
	case OPT_IMAGE:
		o->image = optarg;
		return 0;
	case OPT_TIMEOUT:
		return number(optarg, 1, 3600, &o->timeout);
	case OPT_NO_DAEMONS:
		o->no_daemons = true;
		return 0;
	case OPT_READY_FD:
		if (number(optarg, 3, 1023, &fd))
			return -1;
		o->ready_fd = (int)fd;
		return 0;
	case 'h':
		return 1;
	}
	return 2;
}

int options_parse(struct options *o, int argc, char **argv, int *status)
{
	int c, rc, index;

	*o = (struct options){
		.cpus = 2, .memory = 1024ULL << 20, .append = "", .timeout = 60, .ready_fd = -1};
	for (;;) {
		index = optind;
		c = getopt_long(argc, argv, "i:c:m:h", longopts, NULL);
		if (c == -1)
			break;
		rc = one_option(o, c);
		if (rc == 1)
			fputs(usage, stdout);
		if (rc == 2)
			fputs("Try 'nacre-host --help'.\n", stderr);
		if (rc == -1)
			fprintf(plain_stderr(),
				"nacre-host: %s: bad value '%s' (see --help for the range)\n",
				argv[index], optarg);
		*status = rc == 1 ? 0 : 2;
		if (rc)
			return -1;
	}
	*status = 2;
	if (optind < argc) {
		fprintf(plain_stderr(), "nacre-host: unexpected argument '%s'\n", argv[optind]);
		return -1;
	}
	return 0;
}
