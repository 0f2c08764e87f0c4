/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * xen-livepatch: Xen 4.17's tool with its words and exit codes: 0 done, 1 failed, 2 to be
 * tried again.  A hypervisor that cannot be reached is a failure here; Xen's exits with 0.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ctrl/livepatch.h"
#include "livepatch/file.h"
#include "patch/signature.h"

#define EXIT_RETRY  2
#define DEADLINE_MS 30000

static struct ctrl *ctrl;

static int usage(void)
{
	fputs("xen-livepatch: live patching tool\n"
	      "Usage: xen-livepatch <command> [args] [command-flags]\n"
	      " <name> An unique name of payload. Up to 128 characters.\n"
	      "Commands:\n"
	      "  help                   display this help\n"
	      "  upload <name> <file>   upload file <file> with <name> name\n"
	      "  list                   list payloads uploaded.\n"
	      "  apply <name> [flags]   apply <name> patch.\n"
	      "    Supported flags:\n"
	      "      --nodeps           Disable inter-module buildid dependency check.\n"
	      "                         Check only against hypervisor buildid.\n"
	      "  revert <name>          revert name <name> patch.\n"
	      "  replace <name>         apply <name> patch and revert all others.\n"
	      "  unload <name>          unload name <name> patch.\n"
	      "  load <file> [flags]    upload and apply <file> with name as the <file> name\n"
	      "    Supported flags:\n"
	      "      --nodeps           Disable inter-module buildid dependency check.\n"
	      "                         Check only against hypervisor buildid.\n",
	      stderr);
	return EXIT_FAILURE;
}

/* "Error NUMBER: TEXT"; the exit status that goes with it. */
static int error(int rc)
{
	fprintf(stderr, "Error %d: %s\n", -rc, strerror(-rc));
	return rc == -EAGAIN || rc == -EBUSY ? EXIT_RETRY : EXIT_FAILURE;
}

static int failed(int rc)
{
	puts("failed");
	fflush(stdout);
	return error(rc);
}

static bool name_fits(const char *name)
{
	if (strlen(name) <= XEN_LIVEPATCH_NAME_SIZE)
		return true;
	fprintf(stderr, "ID must be no more than %d characters.\n", XEN_LIVEPATCH_NAME_SIZE);
	return false;
}

static const char *state_name(uint32_t state)
{
	switch (state) {
	case LIVEPATCH_STATE_CHECKED:
		return "CHECKED";
	case LIVEPATCH_STATE_APPLIED:
		return "APPLIED";
	default:
		return "unknown";
	}
}

/* --- list ------------------------------------------------------------------------------------ */

/* A hypervisor's words make no line and no colour of their own (XSA-198). */
static void put_plain(const char *s, size_t len, char zero)
{
	for (size_t i = 0; i < len; i++)
		putchar(!s[i] ? zero : s[i] >= ' ' && s[i] != 0x7f ? s[i] : '?');
}

static void print_payload(const struct ctrl_livepatch *p)
{
	size_t len = p->metadata_len;

	put_plain(p->name, strlen(p->name), ' ');
	printf("%*s| %s", strlen(p->name) < 40 ? 40 - (int)strlen(p->name) : 0, "",
	       state_name(p->state));
	if (p->rc)
		printf(" (%d, %s)", -p->rc, strerror(-p->rc));
	fputs("    | ", stdout);
	while (len && !p->metadata[len - 1])
		len--;
	put_plain(p->metadata, len, ';');
	putchar('\n');
}

static int cmd_list(int argc, char **argv)
{
	struct ctrl_livepatch_list list;
	int rc;

	(void)argv;
	if (argc)
		return usage();
	rc = ctrl_livepatch_list(ctrl, &list);
	if (rc) {
		fputs("Failed to get list sizes.\n", stderr);
		return error(rc);
	}
	if (!list.nr)
		puts("Nothing to list");
	else
		puts(" ID                                     | status     | metadata\n"
		     "----------------------------------------+------------+---------------");
	for (size_t i = 0; i < list.nr; i++)
		print_payload(&list.payload[i]);
	ctrl_livepatch_list_free(&list);
	return EXIT_SUCCESS;
}

/* --- upload ---------------------------------------------------------------------------------- */

/* The same errors as of a tool that maps the file. */
static int read_payload(const char *path, struct file *f)
{
	struct patch_error err = {""};
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK), rc;

	if (fd < 0) {
		rc = -errno;
		fprintf(stderr, "Could not open %s.\n", path);
		return error(rc);
	}
	rc = fstat(fd, &st) ? -errno : S_ISDIR(st.st_mode) ? -ENODEV : st.st_size ? 0 : -EINVAL;
	close(fd);
	if (rc) {
		fprintf(stderr, "Could not map %s.\n", path);
		return error(rc);
	}
	/* One byte more than the hypervisor takes: it is to be the one that refuses. */
	if (file_read(path, CTRL_LIVEPATCH_SIZE_MAX + SIGNATURE_TRAILER_SIZE + 1, f, &err)) {
		fprintf(stderr, "%s\n", err.text);
		return EXIT_FAILURE;
	}
	return 0;
}

static int upload(const char *name, const char *path)
{
	struct file f;
	int rc;

	if (!name_fits(name))
		return EXIT_FAILURE;
	rc = read_payload(path, &f);
	if (rc)
		return rc;
	printf("Uploading %s... ", path);
	fflush(stdout);
	/* The signature is for those who store payloads: nacred. */
	rc = ctrl_livepatch_upload(ctrl, name, f.bytes, signature_strip(f.bytes, f.size));
	file_free(&f);
	if (rc)
		return failed(rc);
	puts("completed");
	return EXIT_SUCCESS;
}

static int cmd_upload(int argc, char **argv)
{
	return argc == 2 ? upload(argv[0], argv[1]) : usage();
}

/* --- actions ------------------------------------------------------------------------ */

static const struct action {
	const char *name, *doing;
	uint32_t cmd, from, to; /* @from: the state that it needs */
} actions[] = {
	{"apply", "Applying", LIVEPATCH_ACTION_APPLY, LIVEPATCH_STATE_CHECKED,
	 LIVEPATCH_STATE_APPLIED},
	{"revert", "Reverting", LIVEPATCH_ACTION_REVERT, LIVEPATCH_STATE_APPLIED,
	 LIVEPATCH_STATE_CHECKED},
	{"unload", "Unloading", LIVEPATCH_ACTION_UNLOAD, LIVEPATCH_STATE_CHECKED, 0},
	{"replace", "Replacing all live patches with", LIVEPATCH_ACTION_REPLACE,
	 LIVEPATCH_STATE_CHECKED, LIVEPATCH_STATE_APPLIED},
};
#define APPLY  (&actions[0])
#define UNLOAD (&actions[2])

static int perform(const struct action *a, const char *name, uint32_t flags)
{
	int rc;

	printf("%s %s... ", a->doing, name);
	fflush(stdout);
	rc = ctrl_livepatch_action(ctrl, name, a->cmd, 0, flags);
	if (!rc && a->cmd != LIVEPATCH_ACTION_UNLOAD)
		rc = ctrl_livepatch_wait(ctrl, name, a->cmd, DEADLINE_MS);
	if (rc == -ETIMEDOUT) {
		puts("failed");
		fputs("Operation didn't complete.\n", stderr);
		return EXIT_RETRY;
	}
	if (rc)
		return failed(rc);
	puts("completed");
	return EXIT_SUCCESS;
}

static int act(const struct action *a, const char *name, uint32_t flags)
{
	struct xen_livepatch_status status;
	int rc = ctrl_livepatch_get(ctrl, name, &status);

	if (rc) {
		fprintf(stderr, "Failed to get status of %s.\n", name);
		return error(rc);
	}
	if (status.rc == -EAGAIN) {
		fprintf(stderr, "Cannot execute %s.\nOperation already in progress.\n", a->name);
		return EXIT_RETRY;
	}
	if (status.state == a->to) {
		puts("No action needed.");
		return EXIT_SUCCESS;
	}
	if (status.state != a->from) {
		fprintf(stderr,
			"%s is in the wrong state.\nCurrent state: %s\nExpected state: %s\n", name,
			state_name(status.state), state_name(a->from));
		return EXIT_FAILURE;
	}
	return perform(a, name, flags);
}

/* Only applying has a flag. */
static int read_flags(const struct action *a, int argc, char **argv, uint32_t *flags)
{
	*flags = 0;
	for (int i = 0; i < argc; i++) {
		if (a != APPLY || strcmp(argv[i], "--nodeps") != 0) {
			fprintf(stderr, "Unsupported flag: %s.\n", argv[i]);
			return EXIT_FAILURE;
		}
		*flags |= LIVEPATCH_ACTION_APPLY_NODEPS;
	}
	return 0;
}

static int cmd_action(const struct action *a, int argc, char **argv)
{
	uint32_t flags;

	if (!argc)
		return usage();
	if (read_flags(a, argc - 1, argv + 1, &flags) || !name_fits(argv[0]))
		return EXIT_FAILURE;
	return act(a, argv[0], flags);
}

static int cmd_load(int argc, char **argv)
{
	char name[XEN_LIVEPATCH_NAME_SIZE + 2], *base, *dot;
	uint32_t flags;
	int rc;

	if (!argc)
		return usage();
	base = strrchr(argv[0], '/') ? strrchr(argv[0], '/') + 1 : argv[0];
	dot = strrchr(base, '.');
	snprintf(name, sizeof(name), "%.*s", (int)(dot ? (size_t)(dot - base) : strlen(base)),
		 base);
	rc = upload(name, argv[0]);
	if (rc)
		return rc;
	rc = read_flags(APPLY, argc - 1, argv + 1, &flags);
	if (!rc)
		rc = act(APPLY, name, flags);
	if (rc)
		act(UNLOAD, name, 0);
	return rc;
}

/* --- the command line
 * ------------------------------------------------------------------------------- */

static int cmd_help(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	usage();
	return EXIT_SUCCESS;
}

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
} commands[] = {
	{"help", cmd_help},
	{"list", cmd_list},
	{"upload", cmd_upload},
	{"load", cmd_load},
};

/* As in Xen 4.17 the beginning of a command is enough, the first one that fits counts. */
static bool is_command(const char *word, const char *name)
{
	return !strncmp(word, name, strlen(word));
}

static int run_command(const char *word, int argc, char **argv)
{
	for (unsigned int i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (is_command(word, commands[i].name))
			return commands[i].run(argc, argv);
	for (unsigned int i = 0; i < sizeof(actions) / sizeof(actions[0]); i++)
		if (is_command(word, actions[i].name))
			return cmd_action(&actions[i], argc, argv);
	fprintf(stderr, "Unrecognised command '%s' -- try 'xen-livepatch help'\n", word);
	return EXIT_FAILURE;
}

int main(int argc, char **argv)
{
	int rc;

	if (argc < 2) {
		usage();
		return EXIT_SUCCESS;
	}
	if (!is_command(argv[1], "help")) {
		rc = ctrl_open(&ctrl);
		if (rc) {
			fprintf(stderr,
				"failed to get the handler\nxen-livepatch: no hypervisor: %s "
				"(hosted: 'nacre exec xen-livepatch ...')\n",
				strerror(-rc));
			return EXIT_FAILURE;
		}
	}
	rc = run_command(argv[1], argc - 2, argv + 2);
	ctrl_close(ctrl);
	return fflush(stdout) ? EXIT_FAILURE : rc;
}
