/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "livepatch/commands.h"
#include "plain.h"

static const struct {
	const char *name;
	command_fn *run;
	const char *arguments, *summary;
} commands[] = {
	{"build", cmd_build, "-p PATCH [OPTION...]", "make a live patch of a source patch"},
	{"show", cmd_show, "[--json] FILE", "tell what a payload says about itself"},
	{"sign", cmd_sign, "-k KEY [-o OUT] FILE", "put a signature on a payload"},
	{"verify", cmd_verify, "[-K DIRECTORY] FILE...", "tell who signed a payload"},
	{"keygen", cmd_keygen, "PATH", "make a pair of keys, PATH.key and PATH.pub"},
};
#define NR_COMMANDS (sizeof(commands) / sizeof(commands[0]))

static void say(const char *fmt, va_list ap) __attribute__((format(printf, 1, 0)));

static void say(const char *fmt, va_list ap)
{
	fputs("nacre-livepatch-build: ", stderr);
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
	fputs("Try 'nacre-livepatch-build --help'.\n", stderr);
	return EXIT_USAGE;
}

static void help(void)
{
	puts("Usage: nacre-livepatch-build COMMAND [ARGUMENT...]\n"
	     "Make live patches for the Nacre hypervisor, and look at them.\n\n"
	     "Commands:");
	for (unsigned int i = 0; i < NR_COMMANDS; i++)
		printf("  %-7s %-24s %s\n", commands[i].name, commands[i].arguments,
		       commands[i].summary);
	puts("\nOptions of build:\n"
	     "  -s, --source=TREE      the sources of the running build (default: .)\n"
	     "  -p, --patch=FILE       what to change, as of diff -p1\n"
	     "  -o, --output=FILE      default: PATCH.livepatch without folders\n"
	     "  -b, --build-id=HEX     of the running build (xl info build_id)\n"
	     "  -r, --recipes=DIR      how builds were made (default: share/nacre/builds)\n"
	     "  -d, --depends=FILE     a payload below, once for each, oldest first\n"
	     "  -a, --advisory=ID      which advisory it is for, such as XSA-191, or none\n"
	     "      --cve=ID[,ID...]   or none\n"
	     "      --fixes=REF        the change that it carries: a commit, an issue\n"
	     "      --name=NAME        what to call the payload\n"
	     "      --builder=WHO      default: user@host\n"
	     "      --date=DATE        default: $SOURCE_DATE_EPOCH or now\n"
	     "  -k, --key=FILE         sign with this key\n"
	     "      --unsigned         do not sign\n"
	     "  -n, --dry-run          only list what would change\n"
	     "  -w, --work=DIR         build there, keep it, and be quicker next time\n"
	     "\n"
	     "  -h, --help             show this text\n"
	     "      --version          show the version\n"
	     "\nSee nacre-livepatch-build(1) and nacre-livepatch(7).");
}

int main(int argc, char **argv)
{
	if (argc < 2 || !strcmp(argv[1], "-h") || !strcmp(argv[1], "--help") ||
	    !strcmp(argv[1], "help")) {
		help();
		return argc < 2 ? EXIT_USAGE : EXIT_OK;
	}
	if (!strcmp(argv[1], "--version")) {
		puts("nacre-livepatch-build " NACRE_VERSION);
		return EXIT_OK;
	}
	for (unsigned int i = 0; i < NR_COMMANDS; i++)
		if (!strcmp(argv[1], commands[i].name))
			return commands[i].run(argc - 1, argv + 1);
	return misuse("unknown command '%s'", argv[1]);
}
