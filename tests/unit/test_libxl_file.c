/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Messages and failures of the helpers; what they give is compared with Debian's
 * library by tests/abi/helpers_probe.c. */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "libxl_fixture.h"
#include "libxl_internal.h"

static libxl_ctx *ctx;

static void setup(void)
{
	libxl_fixture_start();
	ctx = libxl_fixture_ctx();
}

static void teardown(void)
{
	libxl_ctx_free(ctx);
	libxl_fixture_stop();
}

TestSuite(libxl_file, .init = setup, .fini = teardown);

static void expect_log(const char *text)
{
	cr_expect(strstr(libxl_fixture_log, text), "no \"%s\" in: %s", text, libxl_fixture_log);
	libxl_fixture_log[0] = '\0';
}

Test(libxl_file, whole_files)
{
	void *data = NULL;
	int len = -1;

	cr_expect_eq(libxl_read_file_contents(ctx, "/nonexistent/x", &data, &len), ENOENT);
	cr_expect_str_empty(libxl_fixture_log);
	cr_expect_eq(libxl_read_file_contents(ctx, "/dev/null", &data, &len), ENOTTY);
	expect_log("/dev/null is not a plain file");
	cr_expect_eq(libxl_read_file_contents(ctx, "/etc/hostname/x", &data, &len), ENOTDIR);
	expect_log("failed to open /etc/hostname/x");
	cr_expect_null(data);
	cr_expect_eq(len, -1);
}

Test(libxl_file, a_file_too_large_is_not_read)
{
	char name[] = "/tmp/test_libxl_file.XXXXXX";
	int fd = mkstemp(name), len = -1;
	void *data = NULL;

	cr_assert_eq(ftruncate(fd, 1ll << 31), 0);
	cr_expect_eq(libxl_read_file_contents(ctx, name, &data, &len), EFBIG);
	expect_log("is far too large");
	cr_expect_null(data);
	unlink(name);
	close(fd);
}

Test(libxl_file, exactly)
{
	int pipes[2];
	char text[8];

	signal(SIGPIPE, SIG_IGN);
	cr_assert_eq(libxl_pipe(ctx, pipes), 0);
	cr_expect_eq(libxl_write_exactly(ctx, pipes[1], "abc", 3, "f", "w"), 0);
	cr_expect_eq(libxl_read_exactly(ctx, pipes[0], text, 2, "f", "w"), 0);
	close(pipes[1]);
	cr_expect_eq(libxl_read_exactly(ctx, pipes[0], text, 2, "the file", "the word"), EPROTO);
	expect_log("file/stream truncated reading the word from the file");
	cr_expect_eq(libxl_write_exactly(ctx, pipes[0], "abc", 3, "the file", NULL), EBADF);
	expect_log("failed to write the file");
	close(pipes[0]);
	cr_expect_eq(libxl_read_exactly(ctx, -1, text, 1, "the file", "the word"), EBADF);
	expect_log("failed to read the word from the file");
}

Test(libxl_file, flags)
{
	int pipes[2];

	cr_assert_eq(libxl_pipe(ctx, pipes), 0);
	cr_expect_eq(libxl_fd_set_cloexec(ctx, pipes[0], 1), 0);
	cr_expect_eq(fcntl(pipes[0], F_GETFD), FD_CLOEXEC);
	cr_expect_eq(libxl_fd_set_cloexec(ctx, pipes[0], 0), 0);
	cr_expect_eq(fcntl(pipes[0], F_GETFD), 0);
	cr_expect_eq(libxl_fd_set_nonblock(ctx, pipes[0], 1), 0);
	cr_expect(fcntl(pipes[0], F_GETFL) & O_NONBLOCK);
	cr_expect_eq(libxl_fd_set_nonblock(ctx, pipes[0], 0), 0);
	cr_expect_not(fcntl(pipes[0], F_GETFL) & O_NONBLOCK);
	cr_expect_eq(libxl_fd_set_cloexec(ctx, -1, 1), ERROR_FAIL);
	expect_log("fcntl(,F_GETFD) failed");
	cr_expect_eq(libxl_fd_set_nonblock(ctx, -1, 1), ERROR_FAIL);
	expect_log("fcntl(,F_GETFL) failed");
}

Test(libxl_file, exit_statuses)
{
	libxl_report_child_exitstatus(ctx, XTL_ERROR, "helper", 12, W_EXITCODE(3, 0));
	expect_log("helper [12] exited with error status 3\n");
	libxl_report_child_exitstatus(ctx, XTL_ERROR, "helper", 12, 0);
	expect_log("helper [12] unexpectedly exited status zero\n");
	libxl_report_child_exitstatus(ctx, XTL_ERROR, "helper", 12, W_EXITCODE(0, SIGKILL));
	expect_log("helper [12] died due to fatal signal Killed\n");
	libxl_report_child_exitstatus(ctx, XTL_ERROR, "helper", 12, SIGSEGV | WCOREFLAG);
	expect_log("helper [12] died due to fatal signal Segmentation fault (core dumped)\n");
	libxl_report_child_exitstatus(ctx, XTL_ERROR, "helper", 12, W_STOPCODE(SIGSTOP));
	expect_log("helper [12] gave unknown wait status 0x137f\n");
}

Test(libxl_file, names_of_logs_stay_in_their_directory)
{
	char *path = NULL;

	cr_expect_eq(libxl_create_logfile(ctx, "../../tmp/x", &path), ERROR_INVAL);
	cr_expect_null(path);
}

Test(libxl_file, bitmaps)
{
	libxl_bitmap map;

	cr_expect_eq(libxl_bitmap_alloc(ctx, &map, -1), ERROR_INVAL);
	cr_expect_eq(libxl_bitmap_alloc(ctx, &map, 9), 0);
	libxl_bitmap_copy(ctx, &map, &map);
	libxl_bitmap_dispose(&map);
	cr_expect_null(map.map);
	cr_expect_eq(map.size, 0);
}
