/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* xentop: domains in real time, on a terminal or as text for programs; see xentop(1). */
#include <getopt.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "instance.h"
#include "run.h"

static const char letters[] = "hVnxrvd:bi:f";
static const struct option long_options[] = {
	{"help", no_argument, NULL, 'h'},
	{"version", no_argument, NULL, 'V'},
	{"networks", no_argument, NULL, 'n'},
	{"vbds", no_argument, NULL, 'x'},
	{"repeat-header", no_argument, NULL, 'r'},
	{"vcpus", no_argument, NULL, 'v'},
	{"delay", required_argument, NULL, 'd'},
	{"batch", no_argument, NULL, 'b'},
	{"iterations", required_argument, NULL, 'i'},
	{"full-name", no_argument, NULL, 'f'},
	{NULL, 0, NULL, 0},
};

/* After a wrong option, too; Xen's exits with 0 then. */
static void usage(void)
{
	puts("Usage: xentop [OPTION]\n"
	     "Displays ongoing information about xen vm resources\n"
	     "\n"
	     "-h, --help           display this help and exit\n"
	     "-V, --version        output version information and exit\n"
	     "-d, --delay=SECONDS  seconds between updates (default 3)\n"
	     "-n, --networks       output vif network data\n"
	     "-x, --vbds           output vbd block device data\n"
	     "-r, --repeat-header  repeat table header before each domain\n"
	     "-v, --vcpus          output vcpu data\n"
	     "-b, --batch          output in batch mode, no user input accepted\n"
	     "-i, --iterations=N   number of iterations before exiting\n"
	     "-f, --full-name      output the full domain name (not truncated)\n"
	     "\n"
	     "See xentop(1).");
	exit(fflush(stdout) ? EXIT_FAILURE : EXIT_SUCCESS);
}

static int bad_value(const char *what)
{
	fprintf(stderr, "xentop: bad %s '%s'\n", what, optarg);
	exit(EXIT_FAILURE);
}

static unsigned int iterations(const char *text)
{
	if (!text[0] || text[strspn(text, "0123456789")] || strlen(text) > 9)
		bad_value("number of iterations");
	return (unsigned int)strtoul(text, NULL, 10);
}

static void one_option(struct run *run, int letter)
{
	switch (letter) {
	case 'V':
		puts("xentop (Nacre) " NACRE_VERSION);
		exit(fflush(stdout) ? EXIT_FAILURE : EXIT_SUCCESS);
	case 'n':
		run->view.networks = true;
		break;
	case 'x':
		run->view.vbds = true;
		break;
	case 'r':
		run->view.repeat = true;
		break;
	case 'v':
		run->view.vcpus = true;
		break;
	case 'f':
		run->view.full_name = true;
		break;
	case 'b':
		run->batch = true;
		break;
	case 'i':
		run->iterations = iterations(optarg);
		break;
	case 'd':
		run->view.delay = view_delay(optarg);
		if (run->view.delay <= 0)
			bad_value("delay");
		break;
	default:
		usage();
	}
}

int main(int argc, char **argv)
{
	struct run run = {.view.delay = 3};
	char path[108];
	int letter;

	while ((letter = getopt_long(argc, argv, letters, long_options, NULL)) >= 0)
		one_option(&run, letter);
	/* Programs get the same whatever the locale they run in. */
	if (!setlocale(LC_CTYPE, run.batch ? "C.UTF-8" : ""))
		setlocale(LC_CTYPE, "C");
	if (instance_socket("nacred.sock", path, sizeof(path))) {
		fputs("xentop: cannot tell where nacred's socket is; check $NACRE_INSTANCE and "
		      "$NACRE_RUNTIME_DIR\n",
		      stderr);
		return EXIT_FAILURE;
	}
	return run_top(&run, path);
}
