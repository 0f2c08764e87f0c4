/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "nacre.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "remains.h"

/* A JSON string. */
static void print_string(const char *s)
{
	putchar('"');
	for (; *s; s++) {
		if (*s == '"' || *s == '\\')
			printf("\\%c", *s);
		else if ((unsigned char)*s < 0x20)
			printf("\\u%04x", *s);
		else
			putchar(*s);
	}
	putchar('"');
}

static void print_member(const char *key, const char *value)
{
	printf(", \"%s\": ", key);
	print_string(value);
}

struct view {
	const struct context *c;
	struct state st;
	bool running;
	pid_t pid;
	char nacred[128], xenstored[128];
};

static void print_json(const struct view *v)
{
	printf("{\"instance\": ");
	print_string(v->c->name);
	printf(", \"running\": %s, \"ready\": %s", v->running ? "true" : "false",
	       v->running && v->st.ready ? "true" : "false");
	if (v->running) {
		print_member("accelerator", v->st.accel);
		printf(", \"pid\": %d, \"qemu_pid\": %d, \"cpus\": %u, \"memory_mib\": %" PRIu64,
		       (int)v->pid, v->st.qemu_pid, v->st.cpus, v->st.memory_mib);
		print_member("nacred", v->nacred);
		print_member("xenstored", v->xenstored);
	}
	print_member("directory", v->c->rundir);
	if (*v->st.ended)
		print_member("ended", v->st.ended);
	puts("}");
}

static void print_text(const struct view *v, enum life life)
{
	printf("instance     %s\n", v->c->name);
	printf("running      %s\n", !v->running ? "no" : v->st.ready ? "yes" : "starting");
	if (*v->st.ended)
		printf("ended        %s\n", v->st.ended);
	else if (life == LIFE_ENDED)
		printf("ended        killed; `nacre down` removes what is left\n");
	if (life != LIFE_NONE)
		printf("directory    %s\n", v->c->rundir);
	if (!v->running)
		return;
	printf("accelerator  %s\n", !strcmp(v->st.accel, "kvm") ? "KVM" : "TCG emulation");
	printf("pid          %d (QEMU %d)\n", (int)v->pid, v->st.qemu_pid);
	printf("cpus         %u\n", v->st.cpus);
	printf("memory       %" PRIu64 " MiB\n", v->st.memory_mib);
	printf("nacred       %s\n", v->nacred);
	printf("xenstored    %s\n", v->xenstored);
}

int cmd_status(struct context *c, int argc, char **argv)
{
	struct view v = {.c = c};
	bool json = argc == 2 && !strcmp(argv[1], "--json");
	enum life life;
	int fd;

	if (argc > 1 && !json)
		return misuse("status: unexpected argument '%s'", argv[1]);
	life = instance_life(c->rundir);
	if (life == LIFE_UNKNOWN)
		return complain("%s: %s", c->rundir, strerror(errno));
	v.running = life == LIFE_RUNNING;
	state_read(c->rundir, &v.st);
	if (v.running) {
		fd = pidfile_open(c->rundir, "nacre-host", &v.pid);
		if (fd >= 0)
			close(fd);
	}
	snprintf(v.nacred, sizeof(v.nacred), "%s/nacred.sock", c->rundir);
	snprintf(v.xenstored, sizeof(v.xenstored), "%s/socket", c->rundir);
	if (json)
		print_json(&v);
	else
		print_text(&v, life);
	return v.running ? EXIT_OK : EXIT_NOT_RUNNING;
}
