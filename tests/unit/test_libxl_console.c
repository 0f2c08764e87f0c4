/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Consoles, and the calls for a domain that wait: what goes to nacred, what comes back. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fake_nacred.h"
#include "libxl_fixture.h"
#include "libxl_internal.h"

TestSuite(libxl_console, .init = libxl_fixture_start, .fini = libxl_fixture_stop, .timeout = 60);

static const struct fake_answer answers[] = {
	LIBXL_FIXTURE_HELLO,
	{.method = "domain.wait", .json = "{\"domid\":7,\"reached\":true}"},
	{.method = "domain.console", .json = "{\"domid\":7}", .console = "login: "},
	{.method = "domain.console_tty", .json = "{\"domid\":7,\"tty\":\"/dev/pts/9\"}"},
	{.method = "host.dmesg", .json = "{\"text\":\"(XEN) one\\n(XEN) two\\nrest\"}"},
	{.method = "domain.identify", .json = "{\"domid\":7,\"name\":\"web\"}"},
	{.method = "domain.rename", .json = "{\"domid\":7,\"name\":\"new\"}"},
	{.method = "domain.preserve", .json = "{\"domid\":7,\"name\":\"web-old\"}"},
	{.method = "memory.set_max", .json = "{\"domid\":7}"},
	{.method = "memory.set_target", .json = "{\"domid\":7}"},
};
#define NR_ANSWERS (sizeof(answers) / sizeof(answers[0]))

/* What the child wrote before it became the console, and what the console said. */
static void attach(int out, int notify)
{
	int nothing = open("/dev/null", O_RDONLY);
	libxl_ctx *ctx = libxl_fixture_ctx();

	dup2(nothing, STDIN_FILENO);
	dup2(out, STDOUT_FILENO);
	libxl_primary_console_exec(ctx, 7, notify);
	_exit(99);
}

Test(libxl_console, becomes_the_console)
{
	int out[2], notify[2], status;
	char text[64] = "", told = 1;
	pid_t pid;

	fake_nacred_script(answers, NR_ANSWERS);
	cr_assert_eq(pipe(out), 0);
	cr_assert_eq(pipe(notify), 0);
	pid = fork();
	if (!pid)
		attach(out[1], notify[1]);
	close(out[1]);
	close(notify[1]);
	cr_assert_eq(read(notify[0], &told, 1), 1);
	cr_assert_eq(told, 0);
	cr_assert_eq(read(out[0], text, sizeof(text) - 1), 7);
	cr_assert_str_eq(text, "login: ");
	cr_assert_eq(waitpid(pid, &status, 0), pid);
	cr_assert(WIFEXITED(status) && !WEXITSTATUS(status));
	/* Nothing keeps the caller's pipe open. */
	cr_assert_eq(read(notify[0], &told, 1), 0);
}

Test(libxl_console, comes_back_when_there_is_none)
{
	libxl_ctx *ctx = libxl_fixture_ctx();

	cr_assert_eq(libxl_primary_console_exec(ctx, 7, -1), ERROR_DOMAIN_NOTFOUND);
	cr_assert_eq(libxl_console_exec(ctx, 7, 0, LIBXL_CONSOLE_TYPE_SERIAL, -1), ERROR_INVAL);
	cr_assert_eq(libxl_console_exec(ctx, 7, 1, LIBXL_CONSOLE_TYPE_PV, -1), ERROR_INVAL);
	cr_assert(strstr(libxl_fixture_log, "libxl__console_exec: Domain 7:there is no console"),
		  "%s", libxl_fixture_log);
	cr_assert_eq(libxl_vncviewer_exec(ctx, 7, 0), ERROR_FAIL);
	libxl_ctx_free(ctx);
}

Test(libxl_console, terminal)
{
	libxl_ctx *ctx = libxl_fixture_ctx();
	char *path = NULL;

	fake_nacred_script(answers, NR_ANSWERS);
	cr_assert_eq(libxl_primary_console_get_tty(ctx, 7, &path), 0);
	cr_assert_str_eq(path, "/dev/pts/9");
	free(path);
	libxl_ctx_free(ctx);
}

Test(libxl_console, hypervisors_lines)
{
	static const char *const lines[] = {"(XEN) one\n", "(XEN) two\n", "rest"};
	libxl_ctx *ctx = libxl_fixture_ctx();
	libxl_xen_console_reader *reader;
	char *line;
	size_t i;

	fake_nacred_script(answers, NR_ANSWERS);
	reader = libxl_xen_console_read_start(ctx, 1);
	cr_assert_not_null(reader);
	cr_assert(strstr(fake_nacred_requests(), "\"clear\":true"));
	for (i = 0; i < 3; i++) {
		cr_assert_eq(libxl_xen_console_read_line(ctx, reader, &line), 1);
		cr_assert_str_eq(line, lines[i]);
	}
	cr_assert_eq(libxl_xen_console_read_line(ctx, reader, &line), 0);
	libxl_xen_console_read_finish(ctx, reader);
	libxl_ctx_free(ctx);
}

Test(libxl_console, names)
{
	libxl_domain_create_info info = {.name = (char *)"web"};
	libxl_ctx *ctx = libxl_fixture_ctx();
	libxl_uuid uuid = {.uuid = {0xab}};

	fake_nacred_script(answers, NR_ANSWERS);
	cr_assert_eq(libxl_domain_rename(ctx, 7, NULL, "new"), 0);
	cr_assert_null(strstr(fake_nacred_requests(), "domain.get"));
	cr_assert_eq(libxl_domain_rename(ctx, 7, "web", "new"), 0);
	cr_assert_eq(libxl_domain_rename(ctx, 7, "db", "new"), ERROR_FAIL);
	cr_assert(strstr(libxl_fixture_log, "name is \"web\", not \"db\""));
	cr_assert_eq(libxl_domain_preserve(ctx, 7, &info, "-old", uuid), 0);
	cr_assert(strstr(fake_nacred_requests(), "\"new_name\":\"web-old\",\"new_uuid\":"
						 "\"ab000000-0000-0000-0000-000000000000\""),
		  "%s", fake_nacred_requests());
	libxl_ctx_free(ctx);
}

Test(libxl_console, memory)
{
	libxl_ctx *ctx = libxl_fixture_ctx();
	libxl_domain_config config;
	uint64_t need;

	fake_nacred_script(answers, NR_ANSWERS);
	cr_assert_eq(libxl_domain_setmaxmem(ctx, 7, 4096), 0);
	cr_assert_eq(libxl_set_memory_target(ctx, 7, -1024, 1, 1), 0);
	cr_assert_eq(libxl_set_memory_target(ctx, 7, 8192, 0, 0), 0);
	cr_assert(strstr(fake_nacred_requests(), "\"max_kib\":4096"));
	cr_assert(strstr(fake_nacred_requests(), "\"by_kib\":-1024,\"enforce\":true"));
	cr_assert(strstr(fake_nacred_requests(), "\"target_kib\":8192,\"enforce\":false"));

	/* 256 MiB; a page for each of them, and 256 for the vCPU; 2 MiB more; in even MiB. */
	libxl_domain_config_init(&config);
	libxl_domain_build_info_init_type(&config.b_info, LIBXL_DOMAIN_TYPE_PVH);
	config.b_info.max_vcpus = 1;
	config.b_info.max_memkb = config.b_info.target_memkb = 262144;
	cr_assert_eq(libxl_domain_need_memory(ctx, &config, INVALID_DOMID, &need), 0);
	cr_assert_eq(need, 262144 + 1024 + 1024 + 2048);
	libxl_domain_config_dispose(&config);
	libxl_domain_config_init(&config);
	cr_assert_eq(libxl_domain_need_memory(ctx, &config, INVALID_DOMID, &need), ERROR_INVAL);
	libxl_domain_config_dispose(&config);
	libxl_ctx_free(ctx);
}
