/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Kills a child of a daemon at its NTH system call, before the kernel carries it out:
 *
 *   kill_child PID WORD NTH
 *
 * The child is the next one that PID starts by exec with WORD among its arguments; its
 * calls count from there.  strace(1) can do this to the daemon, or to it and all its
 * children, but not to one child.  Says "attached" on stderr; exits with 0 when it killed
 * the child, 3 when that ended by itself with fewer calls, 1 for trouble.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#define OPTIONS                                                                                    \
	(PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE |  \
	 PTRACE_O_TRACEEXEC | PTRACE_O_TRACEEXIT)
#define SYSCALL_STOP (SIGTRAP | 0x80)

struct hunt {
	pid_t daemon, child; /* 0: not seen yet */
	const char *word;
	long left;
	bool inside; /* the child is in a call */
};

static bool has_word(pid_t pid, const char *word)
{
	char path[40], text[4096];
	ssize_t len, at;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/cmdline", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	len = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (len <= 0)
		return false;
	text[len] = '\0';
	for (at = 0; at < len; at += (ssize_t)strlen(text + at) + 1)
		if (strcmp(text + at, word) == 0)
			return true;
	return false;
}

/* What to let a stopped process go on with. */
static void go_on(const struct hunt *h, pid_t pid, int signal)
{
	ptrace(pid == h->child ? PTRACE_SYSCALL : PTRACE_CONT, pid, 0, (void *)(long)signal);
}

/*
 * The call becomes kill(itself, SIGKILL), and the child is let go: were it to end under a
 * tracer, its end would be the tracer's, and the daemon would look for it too early, once
 * (libsystemd's pidfd is armed with EPOLLONESHOT).
 */
static void end_it(const struct hunt *h)
{
	struct user_regs_struct regs;

	if (ptrace(PTRACE_GETREGS, h->child, 0, &regs))
		return;
	regs.orig_rax = SYS_kill;
	regs.rdi = (unsigned long long)h->child;
	regs.rsi = SIGKILL;
	if (ptrace(PTRACE_SETREGS, h->child, 0, &regs) == 0)
		ptrace(PTRACE_DETACH, h->child, 0, 0);
	/* Its seccomp filter may have made an error of that. */
	kill(h->child, SIGKILL);
}

/* True once it is killed. */
static bool at_call(struct hunt *h)
{
	h->inside = !h->inside;
	if (!h->inside || --h->left)
		return false;
	end_it(h);
	return true;
}

static bool is_event(int status)
{
	return status >> 16 != 0;
}

/* 0: killed, 3: it has ended, -1: neither yet. */
static int on_stop(struct hunt *h, pid_t pid, int status)
{
	int signal = WSTOPSIG(status);

	/* About to end, and to be the daemon's again for that. */
	if (status >> 16 == PTRACE_EVENT_EXIT) {
		ptrace(PTRACE_DETACH, pid, 0, 0);
		return pid == h->child ? 3 : pid == h->daemon ? 1 : -1;
	}
	if (status >> 16 == PTRACE_EVENT_EXEC && !h->child && pid != h->daemon &&
	    has_word(pid, h->word)) {
		h->child = pid;
		h->inside = true; /* the end of its exec comes next */
	} else if (pid == h->child && signal == SYSCALL_STOP && at_call(h)) {
		return 0;
	}
	/* A new child stops once by itself, with PTRACE_EVENT_STOP. */
	go_on(h, pid, is_event(status) || signal == SYSCALL_STOP ? 0 : signal);
	return -1;
}

static int hunt(struct hunt *h)
{
	int status, outcome = -1;
	pid_t pid;

	while (outcome < 0) {
		pid = waitpid(-1, &status, __WALL);
		if (pid < 0)
			return errno == ECHILD ? 3 : 1;
		if (WIFSTOPPED(status))
			outcome = on_stop(h, pid, status);
		else if (pid == h->child)
			outcome = 3;
		else if (pid == h->daemon)
			outcome = 1;
	}
	return outcome;
}

int main(int argc, char **argv)
{
	struct hunt h = {.daemon = argc == 4 ? (pid_t)strtol(argv[1], NULL, 10) : 0};

	if (h.daemon <= 0) {
		fputs("usage: kill_child PID WORD NTH\n", stderr);
		return 2;
	}
	h.word = argv[2];
	h.left = strtol(argv[3], NULL, 10);
	if (ptrace(PTRACE_SEIZE, h.daemon, 0, (void *)(long)OPTIONS)) {
		perror("kill_child: PTRACE_SEIZE");
		return 1;
	}
	fputs("attached\n", stderr);
	return hunt(&h); /* the daemon is let go with this process */
}
