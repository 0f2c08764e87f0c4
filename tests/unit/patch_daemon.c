/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "patch_daemon.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "client.h"
#include "events.h"
#include "fake_xen.h"
#include "listener.h"
#include "nacred.h"
#include "patch/payload.h"
#include "patch/signature.h"
#include "patch_inspect.h"

struct nacred patch_nacred;
static struct nacred *const n = &patch_nacred;
static struct sockaddr_un addr;
static socklen_t addr_len;
static char dir[64], heard[1 << 18];

int __wrap_ctrl_livepatch_build_id(struct ctrl *ctrl, struct ctrl_build_id *id)
{
	*id = fake_patches.hypervisor;
	return 0;
}

/* What the hypervisor reads of a payload. */
static int read_payload(struct fake_patch *p, const void *file, size_t size)
{
	struct patch_error why = {""};
	struct payload in;
	int rc = payload_parse(file, size, &in, &why);

	if (!rc) {
		memcpy(p->id.bytes, in.id.bytes, in.id.len);
		p->id.len = in.id.len;
		memcpy(p->depends.bytes, in.depends.bytes, in.depends.len);
		p->depends.len = in.depends.len;
		p->has_data = in.has_data;
	}
	for (uint32_t i = 0; !rc && i < in.nr_infos; i++)
		p->metadata_len += (uint32_t)snprintf(p->metadata + p->metadata_len,
						      sizeof(p->metadata) - p->metadata_len,
						      "%.*s=%s", (int)in.infos[i].key_len,
						      in.infos[i].key, in.infos[i].value) +
				   1;
	payload_clear(&in);
	return rc ? -EINVAL : 0;
}

const char *patch_path(const char *name)
{
	static char path[4][160];
	static unsigned int turn;

	snprintf(path[++turn % 4], sizeof(path[0]), "%s/%s", dir, name);
	return path[turn % 4];
}

static void listen_for_clients(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	memset(&addr, 0, sizeof(addr));
	addr.sun_family = AF_UNIX;
	addr_len = sizeof(addr);
	cr_assert_eq(bind(fd, (struct sockaddr *)&addr, sizeof(sa_family_t)), 0);
	cr_assert_eq(getsockname(fd, (struct sockaddr *)&addr, &addr_len), 0);
	cr_assert_eq(listen(fd, 16), 0);
	n->check_results = true;
	cr_assert_eq(client_start(n), 0);
	cr_assert_eq(listener_add(n, fd, LISTENER_ADMIN), 0);
}

void patch_daemon_run(void)
{
	sigset_t child;

	memset(n, 0, sizeof(*n));
	strcpy(n->instance_id, "11111111-2222-3333-4444-555555555555");
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	sigprocmask(SIG_BLOCK, &child, NULL);
	cr_assert_geq(sd_event_new(&n->loop), 0);
	cr_assert_eq(ctrl_open(&n->ctrl), 0);
	listen_for_clients();
	cr_assert_eq(patches_start(n), 0);
}

void patch_daemon_kill(void)
{
	listener_close(n);
	client_close_all(n);
	patches_stop(n);
	job_free_all(n);
	events_stop(n);
	ctrl_close(n->ctrl);
	sd_event_unref(n->loop);
}

void patch_daemon_start(void)
{
	struct patch_error err = {""};

	fake_reset();
	fake_livepatch_reset();
	fake_patches.read = read_payload;
	fake_patches.hypervisor.len = SAMPLE_ID_LEN;
	memset(fake_patches.hypervisor.bytes, PATCH_BUILD, SAMPLE_ID_LEN);
	strcpy(dir, "/tmp/nacre-patches.XXXXXX");
	cr_assert(mkdtemp(dir));
	cr_assert_eq(mkdir(patch_path("keys"), 0700), 0);
	cr_assert_eq(mkdir(patch_path("secret"), 0700), 0);
	setenv("NACRE_STATE_DIR", dir, 1);
	setenv("NACRE_CONFIG_DIR", dir, 1);
	unsetenv("NACRE_INSTANCE");
	cr_assert_eq(key_generate(patch_path("keys/alice"), &err), 0, "%s", err.text);
	cr_assert_eq(key_generate(patch_path("secret/stranger"), &err), 0, "%s", err.text);
	cr_assert_eq(rename(patch_path("keys/alice.key"), patch_path("secret/alice.key")), 0);
	patch_inspect_program = NACRED_PROGRAM;
	patch_daemon_run();
}

void patch_daemon_stop(void)
{
	char command[128];

	patch_daemon_kill();
	cr_assert_eq(fake.buffers, 0u);
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	cr_assert_eq(system(command), 0);
}

void patch_daemon_turn(int turns)
{
	/* A second is for a process that was started to end. */
	while (turns && sd_event_run(n->loop, n->patches->job ? 5000000 : 0) > 0)
		turns -= turns > 0;
}

/* --- files ------------------------------------------------------------------------------- */

void patch_write(const char *name, const void *bytes, size_t size)
{
	int fd = open(patch_path(name), O_WRONLY | O_CREAT | O_TRUNC, 0600);

	cr_assert_geq(fd, 0);
	cr_assert_eq(write(fd, bytes, size), (ssize_t)size);
	close(fd);
}

size_t patch_read(const char *name, uint8_t *bytes, size_t room)
{
	int fd = open(patch_path(name), O_RDONLY);
	ssize_t got;

	cr_assert_geq(fd, 0);
	got = read(fd, bytes, room);
	cr_assert_gt(got, 0);
	close(fd);
	return (size_t)got;
}

void patch_make(const char *name, const struct payload_sample *s, const char *key)
{
	static uint8_t bytes[SAMPLE_MAX];
	size_t size = payload_sample(s, bytes);
	struct patch_error err = {""};
	struct secret_key secret;
	char path[32];
	uint8_t *file;

	if (!*key) {
		patch_write(name, bytes, size);
		return;
	}
	snprintf(path, sizeof(path), "secret/%s.key", key);
	cr_assert_eq(key_read_secret(patch_path(path), &secret, &err), 0, "%s", err.text);
	cr_assert_eq(signature_sign(bytes, size, &secret, &file, &err), 0, "%s", err.text);
	patch_write(name, file, size + SIGNATURE_TRAILER_SIZE);
	free(file);
}

void patch_make_plain(const char *name, uint8_t id, uint8_t depends)
{
	struct payload_sample s = {.id = id, .depends = depends, .build = PATCH_BUILD};

	patch_make(name, &s, "alice");
}

/* --- clients --------------------------------------------------------------------------------- */

int patch_join(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	cr_assert_eq(connect(fd, (struct sockaddr *)&addr, addr_len), 0);
	while (sd_event_run(n->loop, 0) > 0)
		;
	return fd;
}

const char *patch_hear(int fd)
{
	ssize_t got = recv(fd, heard, sizeof(heard) - 1, 0);

	heard[got > 0 ? got : 0] = '\0';
	return heard;
}

const char *patch_send(int fd, const char *method, const char *params)
{
	char text[1024];
	int unread;

	snprintf(text, sizeof(text),
		 "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"%s\",\"params\":%s}\n", method,
		 params);
	cr_assert_eq(send(fd, text, strlen(text), MSG_NOSIGNAL), (ssize_t)strlen(text));
	/* Until it is read and no further: what it starts goes on from the loop. */
	do
		sd_event_run(n->loop, 0);
	while (ioctl(fd, SIOCOUTQ, &unread) == 0 && unread);
	return patch_hear(fd);
}

const char *patch_call(const char *method, const char *params)
{
	int fd = patch_join();

	if (!*patch_send(fd, method, params)) {
		patch_daemon_turn(-1);
		patch_hear(fd);
	}
	cr_assert(*heard, "no answer to %s", method);
	close(fd);
	return heard;
}

const char *patch_act(const char *action, const char *name, const char *more)
{
	char method[32], params[512];

	snprintf(method, sizeof(method), "patch.%s", action);
	snprintf(params, sizeof(params), "{\"name\":\"%s\"%s}", name, more);
	return patch_call(method, params);
}

const char *patch_upload_file(const char *file, const char *more)
{
	char params[512];

	snprintf(params, sizeof(params), "{\"file\":\"%s\"%s}",
		 *file == '/' ? file : patch_path(file), more);
	return patch_call("patch.upload", params);
}

void patch_says(const char *word)
{
	cr_assert(strstr(heard, word), "no %s in: %s", word, heard);
}

void patch_lacks(const char *word)
{
	cr_assert_null(strstr(heard, word), "%s in: %s", word, heard);
}

const char *patch_applied(void)
{
	static char names[512];

	names[0] = '\0';
	for (unsigned int i = 0; i < fake_patches.depth; i++)
		snprintf(names + strlen(names), sizeof(names) - strlen(names), "%s%s", i ? " " : "",
			 fake_patches.patch[fake_patches.stack[i]].name);
	return names;
}

const char *patch_wanted(void)
{
	const struct json *wanted = n->patches->store.wanted;
	static char names[512];

	names[0] = '\0';
	for (size_t i = 0; i < wanted->nr; i++)
		snprintf(names + strlen(names), sizeof(names) - strlen(names), "%s%s", i ? " " : "",
			 json_string(wanted->items[i], ""));
	return names;
}
