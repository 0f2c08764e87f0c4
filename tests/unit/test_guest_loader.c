/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* The process boundary of image loading: what a loader gone wrong can say, and
 * what the real one may do. */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest/loader.h"
#include "guest/sandbox.h"

static char dir[] = "/tmp/nacre-test-XXXXXX";
static char program[64];
static char error_text[320];

static void setup(void)
{
	cr_assert(mkdtemp(dir));
	snprintf(program, sizeof(program), "%s/nacre-image", dir);
	setenv("NACRE_LIBEXEC", dir, 1);
}

static void teardown(void)
{
	unlink(program);
	rmdir(dir);
}

TestSuite(loader, .init = setup, .fini = teardown);

/* Run a shell script in the place of nacre-image. */
static int run_script(const char *script)
{
	int fd = open(program, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0700);
	int kernel = open("/dev/null", O_RDONLY | O_CLOEXEC), ret;
	struct loaded_image image;

	cr_assert_geq(fd, 0);
	dprintf(fd, "#!/bin/sh\n%s\n", script);
	close(fd);
	error_text[0] = '\0';
	ret = loader_run(kernel, "/boot/k", &image, error_text, sizeof(error_text));
	close(kernel);
	if (!ret)
		loader_release(&image);
	return ret;
}

static void expect(const char *script, int err, const char *text)
{
	int ret = run_script(script);

	cr_assert_eq(ret, err, "%d: %s", ret, error_text);
	cr_assert(strstr(error_text, text), "\"%s\" lacks \"%s\"", error_text, text);
	cr_assert_eq(strncmp(error_text, "/boot/k: ", 9), 0, "%s", error_text);
	for (const char *p = error_text; *p; p++)
		cr_assert(*p >= ' ' && *p <= '~');
}

Test(loader, refusals_are_handed_on)
{
	expect("echo 'nacre-image: no good' >&2; exit 1", -ENOEXEC, "/boot/k: no good");
	expect("exit 1", -ENOEXEC, "cannot be loaded");
	expect("kill -SEGV $$", -ENOEXEC, "killed by signal 11");
	expect("kill -SYS $$", -ENOEXEC, "(forbidden call)");
}

Test(loader, rubbish_is_not_believed)
{
	expect("exit 0", -EPROTO, "gave no answer");
	expect("head -c 4096 /dev/zero >&4", -EPROTO, "bad answer: no plan");
	expect("head -c 100000 /dev/urandom >&4", -EPROTO, "bad answer");
	/* Magic and version are right, then 1 segment far away. */
	expect("printf 'acneplan\\001\\0\\0\\0\\001\\0\\0\\0' >&4; "
	       "head -c 8000 /dev/urandom >&4",
	       -EPROTO, "bad answer: ");
}

Test(loader, text_is_one_printable_line)
{
	expect("printf 'nacre-image: a\\033[31mb\\001\\nsecond\\n' >&2; exit 1", -ENOEXEC,
	       "/boot/k: a?[31mb?");
	cr_assert_null(strstr(error_text, "second"));
	expect("head -c 100000 /dev/zero | tr '\\0' x >&2; exit 1", -ENOEXEC, "xxxx");
}

Test(loader, gets_three_descriptors_and_no_environment)
{
	setenv("SECRET", "1", 1);
	cr_assert_geq(fcntl(0, F_DUPFD, 7), 7);
	/* Without a pipeline: the shell's own pipes would be seen. */
	expect("for n in 5 6 7 8 9; do [ -e /proc/$$/fd/$n ] && echo \"open $n\" >&2; done; "
	       "[ -e /proc/$$/fd/4 ] && echo 'four' >&2; exit 1",
	       -ENOEXEC, "/boot/k: four");
	expect("echo \"[$SECRET]\" >&2; exit 1", -ENOEXEC, "[]");
}

Test(loader, missing_program_and_files)
{
	struct loaded_image image;
	uint64_t size;

	unlink(program);
	cr_assert_eq(loader_run(0, "k", &image, error_text, sizeof(error_text)), -ENOENT);
	cr_assert(strstr(error_text, "nacre-image is not installed"));
	cr_assert_eq(loader_open("/no/file", -1, &size, error_text, sizeof(error_text)), -ENOENT);
	cr_assert_eq(mkfifo(program, 0600), 0);
	cr_assert_eq(loader_open(program, -1, &size, error_text, sizeof(error_text)), -EINVAL);
	cr_assert(strstr(error_text, "not a regular file"));
}

/* --- the real one's confinement ---------------------------------------------- */

enum deed { DEED_NOTHING, DEED_OPEN, DEED_FORK, DEED_SOCKET, DEED_EXEC_MEMORY };

static void confined(enum deed deed)
{
	struct image_error err = {""};

	if (sandbox_enter(&err))
		_exit(99);
	if (deed == DEED_OPEN)
		syscall(SYS_openat, AT_FDCWD, "/etc/passwd", O_RDONLY);
	else if (deed == DEED_FORK)
		syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
	else if (deed == DEED_SOCKET)
		syscall(SYS_socket, 1, 1, 0);
	else if (deed == DEED_EXEC_MEMORY)
		syscall(SYS_mmap, 0, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			0);
	_exit(0);
}

static int status_of(enum deed deed)
{
	pid_t pid = fork();
	int status;

	if (!pid)
		confined(deed);
	cr_assert_eq(waitpid(pid, &status, 0), pid);
	return status;
}

Test(sandbox, kills_whoever_reaches_out)
{
	int status = status_of(DEED_NOTHING);

	cr_assert(WIFEXITED(status) && !WEXITSTATUS(status), "status 0x%x", status);
	if (SANDBOX_SANITIZED)
		cr_skip_test("sanitizers make calls of their own: no filter");
	for (enum deed deed = DEED_OPEN; deed <= DEED_EXEC_MEMORY; deed++) {
		status = status_of(deed);
		cr_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS, "deed %d: 0x%x", deed,
			  status);
	}
}
