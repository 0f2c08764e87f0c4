/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "livepatch/run.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define SHOWN 2000 /* bytes of a log's end */

extern char **environ;

static void show_end(const char *log)
{
	FILE *f = fopen(log, "r");
	char text[SHOWN];
	size_t n;

	if (!f)
		return;
	if (fseek(f, -SHOWN, SEEK_END))
		rewind(f);
	n = fread(text, 1, sizeof(text), f);
	fwrite(text, 1, n, stderr);
	fclose(f);
}

static int start(const char *dir, const char *log, char *const argv[], pid_t *pid)
{
	posix_spawn_file_actions_t actions;
	int rc = posix_spawn_file_actions_init(&actions);

	if (rc)
		return rc;
	rc = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	if (!rc)
		rc = posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, log,
						      O_WRONLY | O_CREAT | O_APPEND, 0644);
	if (!rc)
		rc = posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
	if (!rc)
		rc = posix_spawn_file_actions_addchdir_np(&actions, dir);
	if (!rc)
		rc = posix_spawnp(pid, argv[0], &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	return rc;
}

int run(const char *dir, const char *log, char *const argv[], struct patch_error *err)
{
	int status, rc;
	pid_t pid;

	rc = start(dir, log, argv, &pid);
	if (rc)
		return patch_fail(err, "cannot run %s: %s", argv[0], strerror(rc));
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return patch_fail(err, "%s: %s", argv[0], strerror(errno));
	if (WIFEXITED(status) && !WEXITSTATUS(status))
		return 0;
	show_end(log);
	return patch_fail(err, "%s failed (%s %d)", argv[0],
			  WIFEXITED(status) ? "exit status" : "signal",
			  WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
}
