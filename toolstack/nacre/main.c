/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "nacre.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "plain.h"

static const struct {
	const char *name;
	command_fn *run;
	const char *arguments, *summary;
} commands[] = {
	{"up", cmd_up, "[-c CPUS] [-m MEMORY] [...]", "start the instance"},
	{"down", cmd_down, "", "stop it and remove everything it left"},
	{"status", cmd_status, "[--json]", "tell whether and how it runs"},
	{"exec", cmd_exec, "PROGRAM [ARGUMENT...]", "run a Xen program on it"},
	{"logs", cmd_logs, "[-f] [NAME]", "list its logs, or show one"},
	{"cpuid", cmd_cpuid, "[--domain DOMAIN] [--json]",
	 "CPU features and MSRs of guests, and why"},
};
#define NR_COMMANDS (sizeof(commands) / sizeof(commands[0]))

static void say(const char *fmt, va_list ap) __attribute__((format(printf, 1, 0)));

static void say(const char *fmt, va_list ap)
{
	fputs("nacre: ", stderr);
	vfprintf(plain_stderr(), fmt, ap);
	fputc('\n', stderr);
}

int complain(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(fmt, ap);
	va_end(ap);
	return EXIT_FAILED;
}

int misuse(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(fmt, ap);
	va_end(ap);
	fputs("Try 'nacre --help'.\n", stderr);
	return EXIT_USAGE;
}

static void help(void)
{
	unsigned int i;

	puts("Usage: nacre [-i NAME] COMMAND [ARGUMENT...]\n"
	     "Run the Nacre hypervisor hosted, without root and without a reboot.\n"
	     "\n"
	     "  -i, --instance=NAME   which instance (default: $NACRE_INSTANCE or \"default\")\n"
	     "  -h, --help            show this text\n"
	     "      --version         show the version\n"
	     "\n"
	     "Commands:");
	for (i = 0; i < NR_COMMANDS; i++)
		printf("  %-6s %-28s %s\n", commands[i].name, commands[i].arguments,
		       commands[i].summary);
	puts("\nSee nacre(1).");
}

int context_resolve(struct context *c)
{
	int rc = instance_rundir(c->instance, c->rundir, sizeof(c->rundir));

	switch (rc) {
	case 0:
		c->name = strrchr(c->rundir, '/') + 1;
		return 0;
	case -EINVAL:
		return misuse(
			"bad instance name '%s' (1 to 32 letters, digits, _ and -, not first _ "
			"or -), or NACRE_RUNTIME_DIR is no absolute path",
			c->instance ? c->instance : "");
	case -EPERM:
		return complain("the directory for instances below /tmp belongs to another user");
	}
	return complain("no run directory: %s", strerror(-rc));
}

/* The value of option -i in @arg or the one after; NULL if it is not that one. */
static const char *instance_option(int *i, int argc, char **argv)
{
	const char *arg = argv[*i];

	if (!strcmp(arg, "-i") || !strcmp(arg, "--instance"))
		return *i + 1 < argc ? argv[++*i] : "";
	if (!strncmp(arg, "--instance=", 11))
		return arg + 11;
	if (!strncmp(arg, "-i", 2) && arg[2])
		return arg + 2;
	return NULL;
}

/* Options before the command, which is argv[*i] then. 0, or done: an exit
 * status in @status. */
static bool options(struct context *c, int *i, int argc, char **argv, int *status)
{
	const char *name;

	*status = EXIT_OK;
	for (*i = 1; *i < argc && argv[*i][0] == '-'; ++*i) {
		if (!strcmp(argv[*i], "-h") || !strcmp(argv[*i], "--help")) {
			help();
			return true;
		}
		if (!strcmp(argv[*i], "--version")) {
			puts("nacre " NACRE_VERSION);
			return true;
		}
		name = instance_option(i, argc, argv);
		if (!name) {
			*status = misuse("unknown option '%s'", argv[*i]);
			return true;
		}
		c->instance = name;
	}
	return false;
}

/*
 * -i after the command is accepted too, but for exec, whose arguments are
 * another program's.  Takes it out of @argv; the new argc.
 */
static int take_instance(struct context *c, int argc, char **argv)
{
	const char *name;
	int i, n = 1;

	for (i = 1; i < argc; i++) {
		name = instance_option(&i, argc, argv);
		if (name)
			c->instance = name;
		else
			argv[n++] = argv[i];
	}
	argv[n] = NULL;
	return n;
}

int main(int argc, char **argv)
{
	struct context c = {0};
	int i, status;
	unsigned int k;

	if (options(&c, &i, argc, argv, &status))
		return status;
	if (i == argc) {
		help();
		return EXIT_USAGE;
	}
	for (k = 0; k < NR_COMMANDS; k++)
		if (!strcmp(argv[i], commands[k].name))
			break;
	if (k == NR_COMMANDS)
		return misuse("unknown command '%s'", argv[i]);
	argc -= i;
	argv += i;
	if (commands[k].run != cmd_exec)
		argc = take_instance(&c, argc, argv);
	if (argc > 1 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))) {
		help();
		return EXIT_OK;
	}
	status = context_resolve(&c);
	return status ? status : commands[k].run(&c, argc, argv);
}
