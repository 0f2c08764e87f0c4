/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "qemu.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "spawn.h"

#define PROGRAM	 "qemu-system-x86_64"
#define MAX_ARGS 64

/* The command line being put together. */
struct line {
	char *arg[MAX_ARGS + 1];
	unsigned int nr;
	int failed;
};

static void add(struct line *l, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void add(struct line *l, const char *fmt, ...)
{
	va_list ap;

	if (l->nr == MAX_ARGS) {
		l->failed = 1;
		return;
	}
	va_start(ap, fmt);
	if (vasprintf(&l->arg[l->nr], fmt, ap) < 0)
		l->failed = 1;
	else
		l->nr++;
	va_end(ap);
}

static void machine(struct line *l, const struct qemu_config *c)
{
	add(l, "-name");
	add(l, "nacre-%s", c->instance);
	add(l, "-accel");
	add(l, strcmp(c->accel, "kvm") ? "tcg,thread=multi" : "kvm");
	add(l, "-cpu");
	add(l, "max");
	add(l, "-machine");
	add(l, "pc,memory-backend=ram,usb=off,vmport=off");
	/* By descriptors: a path could hold a comma, and nothing is on disk. */
	add(l, "-object");
	add(l,
	    "memory-backend-file,id=ram,share=on,merge=off,dump=off,mem-path=/proc/self/fd/%d,"
	    "size=%lluM",
	    c->area->ram_fd, (unsigned long long)(c->area->ram_size >> 20));
	add(l, "-m");
	add(l, "%lluM", (unsigned long long)(c->area->ram_size >> 20));
	add(l, "-smp");
	add(l, "%u", c->options->cpus);
}

static void devices(struct line *l, const struct qemu_config *c, int log_fd)
{
	static const char *const plain[] = {
		"-nodefaults", "-no-user-config", "-no-reboot", "-display", "none", "-nic",
		"none",	       "-monitor",	  "none"};
	unsigned int i;

	for (i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
		add(l, "%s", plain[i]);
	add(l, "-chardev");
	add(l, "file,id=log,append=on,path=/proc/self/fd/%d", log_fd);
	add(l, "-serial");
	add(l, "chardev:log");
	/* Port 0xe9 for early messages of tests; the log has the serial line's. */
	add(l, "-chardev");
	add(l, "null,id=debug");
	add(l, "-device");
	add(l, "isa-debugcon,iobase=0xe9,chardev=debug");
	add(l, "-device");
	add(l, "isa-debug-exit,iobase=0xf4,iosize=4");
	add(l, "-chardev");
	add(l, "socket,id=link,fd=%d", c->ivshmem->client);
	add(l, "-device");
	add(l, "ivshmem-doorbell,chardev=link,vectors=1");
	add(l, "-sandbox");
	add(l, "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny");
	add(l, "-kernel");
	add(l, "%s", c->image);
	add(l, "-append");
	add(l, "%s", c->options->append);
}

static void free_line(struct line *l)
{
	while (l->nr)
		free(l->arg[--l->nr]);
}

static void tell_failure(int error)
{
	if (error == ENOENT)
		tell_error("%s is not installed (Debian package qemu-system-x86)", PROGRAM);
	else
		tell_error("cannot start %s: %s", PROGRAM, strerror(error));
}

pid_t qemu_start(const struct qemu_config *c)
{
	char log[PATH_MAX], messages[PATH_MAX];
	struct line l = {.nr = 0};
	struct spawn s = {.argv = l.arg, .log = messages};
	int log_fd;
	pid_t pid;

	snprintf(log, sizeof(log), "%s/hypervisor.log", c->rundir);
	snprintf(messages, sizeof(messages), "%s/log/qemu.log", c->rundir);
	log_fd = open(log, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (log_fd < 0) {
		pid = -errno;
		tell_error("%s: %s", log, strerror(errno));
		return pid;
	}
	add(&l, "%s", PROGRAM);
	machine(&l, c);
	devices(&l, c, log_fd);
	s.keep_fd[s.nr_keep++] = c->area->ram_fd;
	s.keep_fd[s.nr_keep++] = c->ivshmem->client;
	s.keep_fd[s.nr_keep++] = log_fd;
	pid = l.failed ? -ENOMEM : spawn(&s);
	if (pid < 0)
		tell_failure(-pid);
	free_line(&l);
	close(log_fd);
	return pid;
}

/* --- how it ended ------------------------------------------------------------- */

#define TAIL_BYTES 8192

/* The end of a log, NUL-terminated; "" if there is none. */
static void read_tail(const char *rundir, const char *name, char buf[TAIL_BYTES + 1])
{
	char path[PATH_MAX];
	ssize_t n = -1;
	off_t size;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", rundir, name);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	size = fd < 0 ? 0 : lseek(fd, 0, SEEK_END);
	if (fd >= 0) {
		n = pread(fd, buf, TAIL_BYTES, size > TAIL_BYTES ? size - TAIL_BYTES : 0);
		close(fd);
	}
	buf[n > 0 ? n : 0] = '\0';
}

/* The last line of @text that says something, cut off there; NULL if none. */
static char *last_line(char *text)
{
	char *p = text + strlen(text);

	while (p > text && strchr("\r\n\t ", p[-1]))
		*--p = '\0';
	p = strrchr(text, '\n');
	p = p ? p + 1 : text;
	return *p ? p : NULL;
}

/* The reason of a panic stands below its heading (core/panic.c). */
static char *panic_reason(char *text)
{
	char *heading = NULL, *p = text, *line;

	while ((p = strstr(p, "Panic on CPU")))
		heading = p++;
	line = heading ? strchr(heading, '\n') : NULL;
	if (!line)
		return last_line(text);
	line[1 + strcspn(line + 1, "\r\n")] = '\0';
	return line + 1;
}

/* Logs are not ours to trust: keep printable characters only. */
static void append(char *buf, size_t len, const char *text)
{
	size_t n = strlen(buf);

	if (!strncmp(text, "(XEN) ", 6))
		text += 6;
	n += (size_t)snprintf(buf + n, len - n, ": ");
	for (; *text && n + 1 < len; text++)
		buf[n++] = *text >= ' ' && *text <= '~' ? *text : '?';
	buf[n < len ? n : len - 1] = '\0';
}

/* isa-debug-exit makes QEMU end with (value << 1) | 1. */
void qemu_why(const char *rundir, int code, int status, char *buf, size_t len)
{
	static char tail[TAIL_BYTES + 1];
	char *said = NULL;

	spawn_describe(code, status, buf, len);
	if (code == CLD_EXITED && status == 0) {
		snprintf(buf, len, "it was powered off or reset itself (triple fault)");
	} else if (code == CLD_EXITED && status == 1) {
		snprintf(buf, len, "QEMU gave up");
		read_tail(rundir, "log/qemu.log", tail);
		said = last_line(tail);
	} else if (code == CLD_EXITED && status & 1) {
		snprintf(buf, len, "the hypervisor ended it with code %d", status >> 1);
		read_tail(rundir, "hypervisor.log", tail);
		said = panic_reason(tail);
	}
	if (said)
		append(buf, len, said);
}
