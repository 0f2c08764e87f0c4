/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "guest/loader.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "guest/plan.h"

/* Longer than the loader's own limit of CPU time; a machine may be busy. */
#define LOADER_DEADLINE_S 180

int loader_open(const char *path, int fd, uint64_t *size, char *error, size_t error_len)
{
	const char *name = path ? path : "kernel";
	struct stat st;
	int err;

	/* O_NONBLOCK: a FIFO is refused below instead of waiting for its writer. */
	if (fd >= 0)
		fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	else
		fd = open(name, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0) {
		err = errno;
		snprintf(error, error_len, "%s: %s", name, strerror(err));
		return -err;
	}
	if (fstat(fd, &st) || !S_ISREG(st.st_mode)) {
		snprintf(error, error_len, "%s: not a regular file", name);
		close(fd);
		return -EINVAL;
	}
	*size = (uint64_t)st.st_size;
	return fd;
}

static bool is_program(char *buf, size_t len, const char *dir, const char *rest)
{
	return (size_t)snprintf(buf, len, "%s/%s", dir, rest) < len && !access(buf, X_OK);
}

int loader_path(char *buf, size_t len)
{
	static const char *const places[] = {"nacre-image", "../bin/nacre-image",
					     "../libexec/nacre/nacre-image"};
	const char *env = secure_getenv("NACRE_LIBEXEC");
	char dir[PATH_MAX];
	ssize_t n;
	char *slash;

	if (env)
		return is_program(buf, len, env, "nacre-image") ? 0 : -ENOENT;
	n = readlink("/proc/self/exe", dir, sizeof(dir) - 1);
	if (n <= 0)
		return -ENOENT;
	dir[n] = '\0';
	slash = strrchr(dir, '/');
	if (!slash)
		return -ENOENT;
	*slash = '\0';
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (is_program(buf, len, dir, places[i]))
			return 0;
	return -ENOENT;
}

/* Start it with nothing but the three descriptors and an empty environment. */
static int loader_spawn(const char *program, int kernel, int out, int err_pipe, pid_t *pid)
{
	char *argv[] = {(char *)"nacre-image", (char *)"3", (char *)"4", NULL};
	char *envp[] = {NULL};
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	sigset_t none, all;
	int ret;

	sigemptyset(&none);
	sigfillset(&all);
	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attr);
	/* Through high numbers first: source and target ranges may overlap. */
	posix_spawn_file_actions_adddup2(&actions, kernel, 103);
	posix_spawn_file_actions_adddup2(&actions, out, 104);
	posix_spawn_file_actions_adddup2(&actions, err_pipe, 102);
	posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, 102, 2);
	posix_spawn_file_actions_adddup2(&actions, 103, 3);
	posix_spawn_file_actions_adddup2(&actions, 104, 4);
	posix_spawn_file_actions_addclosefrom_np(&actions, 5);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setsigdefault(&attr, &all);
	ret = posix_spawn(pid, program, &actions, &attr, argv, envp);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attr);
	return -ret;
}

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* The first line of what the child says, until it closes the pipe (by ending).
 * -ETIMEDOUT when it does not. */
static int loader_listen(int fd, char *line, size_t len)
{
	int64_t deadline = now_ms() + LOADER_DEADLINE_S * 1000;
	struct pollfd pfd = {.fd = fd, .events = POLLIN};
	size_t used = 0;

	for (;;) {
		int64_t left = deadline - now_ms();
		char buf[256];
		ssize_t n;

		if (left <= 0)
			return -ETIMEDOUT;
		if (poll(&pfd, 1, (int)left) < 1)
			continue;
		n = read(fd, buf, sizeof(buf));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		for (ssize_t i = 0; i < n && used + 1 < len; i++)
			line[used++] = buf[i];
	}
	line[used] = '\0';
	line[strcspn(line, "\n")] = '\0';
	/* The child had to do with untrusted bytes. */
	for (char *p = line; *p; p++)
		if (*p < ' ' || *p > '~')
			*p = '?';
	return 0;
}

static int loader_verdict(pid_t pid, int timed_out, const char *name, const char *line, char *error,
			  size_t error_len)
{
	static const char prefix[] = "nacre-image: ";
	int status;

	if (timed_out)
		kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0) {
		if (errno == EINTR)
			continue;
		snprintf(error, error_len, "%s: cannot wait for the image loader: %s", name,
			 strerror(errno));
		return -ECHILD;
	}
	if (timed_out) {
		snprintf(error, error_len, "%s: the image loader took longer than %d s", name,
			 LOADER_DEADLINE_S);
		return -ETIMEDOUT;
	}
	if (WIFSIGNALED(status)) {
		snprintf(error, error_len, "%s: the image loader was killed by signal %d%s", name,
			 WTERMSIG(status), WTERMSIG(status) == SIGSYS ? " (forbidden call)" : "");
		return -ENOEXEC;
	}
	if (WEXITSTATUS(status)) {
		if (!strncmp(line, prefix, sizeof(prefix) - 1))
			line += sizeof(prefix) - 1;
		snprintf(error, error_len, "%s: %s", name, *line ? line : "cannot be loaded");
		return -ENOEXEC;
	}
	return 0;
}

/* Freeze the answer, copy the plan once, check it, map the rest read-only. */
static int loader_take(struct loaded_image *image, const char *name, char *error, size_t error_len)
{
	char fault[128];
	struct stat st;
	void *map;

	if (fcntl(image->fd, F_ADD_SEALS,
		  F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) ||
	    fstat(image->fd, &st) || st.st_size < (off_t)IMAGE_DATA ||
	    pread(image->fd, &image->plan, sizeof(image->plan), 0) !=
		    (ssize_t)sizeof(image->plan)) {
		snprintf(error, error_len, "%s: the image loader gave no answer", name);
		return -EPROTO;
	}
	image->size = (uint64_t)st.st_size;
	if (plan_check(&image->plan, image->size, &image->end, fault, sizeof(fault))) {
		snprintf(error, error_len, "%s: %s", name, fault);
		return -EPROTO;
	}
	map = mmap(NULL, image->size, PROT_READ, MAP_PRIVATE, image->fd, 0);
	if (map == MAP_FAILED) {
		snprintf(error, error_len, "%s: no memory to map the kernel", name);
		return -ENOMEM;
	}
	image->map = map;
	return 0;
}

/* One run: the child's line in @line, its fate as the result. */
static int loader_child(int kernel_fd, int out, const char *name, char *error, size_t error_len)
{
	char program[PATH_MAX], line[256] = "";
	int pipefd[2], ret, timed_out;
	pid_t pid;

	ret = loader_path(program, sizeof(program));
	if (ret) {
		snprintf(error, error_len, "nacre-image is not installed beside this program");
		return ret;
	}
	if (pipe2(pipefd, O_CLOEXEC)) {
		ret = -errno;
		snprintf(error, error_len, "cannot make a pipe: %s", strerror(-ret));
		return ret;
	}
	ret = loader_spawn(program, kernel_fd, out, pipefd[1], &pid);
	close(pipefd[1]);
	if (ret) {
		snprintf(error, error_len, "cannot start %s: %s", program, strerror(-ret));
	} else {
		timed_out = loader_listen(pipefd[0], line, sizeof(line));
		ret = loader_verdict(pid, timed_out, name, line, error, error_len);
	}
	close(pipefd[0]);
	return ret;
}

int loader_run(int kernel_fd, const char *name, struct loaded_image *image, char *error,
	       size_t error_len)
{
	int ret;

	*image = (struct loaded_image){.fd = -1};
	image->fd = memfd_create("nacre-image", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (image->fd < 0) {
		ret = -errno;
		snprintf(error, error_len, "cannot make a memory file: %s", strerror(-ret));
		return ret;
	}
	ret = loader_child(kernel_fd, image->fd, name, error, error_len);
	if (!ret)
		ret = loader_take(image, name, error, error_len);
	if (ret)
		loader_release(image);
	return ret;
}

void loader_release(struct loaded_image *image)
{
	if (image->map)
		munmap((void *)image->map, image->size);
	if (image->fd >= 0)
		close(image->fd);
	*image = (struct loaded_image){.fd = -1};
}
