/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "instance.h"
#include "remains.h"

static char base[64];

static void set_up(void)
{
	strcpy(base, "/tmp/nacre-test-XXXXXX");
	cr_assert(ne(ptr, mkdtemp(base), NULL));
	setenv("NACRE_RUNTIME_DIR", base, 1);
	unsetenv("NACRE_INSTANCE");
	unsetenv("NACRE_RUNDIR");
	unsetenv("LD_LIBRARY_PATH");
}

static void tear_down(void)
{
	remains_clear(base, NULL);
	rmdir(base);
}

TestSuite(instance, .init = set_up, .fini = tear_down);

Test(instance, directories_for_all_instances)
{
	char path[64], small[8];

	setenv("NACRE_CONFIG_DIR", "/c", 1);
	setenv("NACRE_STATE_DIR", "/s", 1);
	cr_assert_eq(instance_config("x.d", path, sizeof(path)), 0);
	cr_assert_str_eq(path, "/c/x.d");
	cr_assert_eq(instance_state("y", path, sizeof(path)), 0);
	cr_assert_str_eq(path, "/s/y");
	cr_assert_eq(instance_state("01234567", small, sizeof(small)), -ENAMETOOLONG);
	setenv("NACRE_CONFIG_DIR", "", 1);
	cr_assert_eq(instance_config("x.d", path, sizeof(path)), 0);
	cr_assert_str_eq(path, "/etc/nacre/x.d");
	unsetenv("NACRE_STATE_DIR");
	setenv("XDG_STATE_HOME", "/xdg", 1);
	cr_assert_eq(instance_state("y", path, sizeof(path)), 0);
	cr_assert_str_eq(path, geteuid() ? "/xdg/nacre/y" : "/var/lib/nacre/y");
}

Test(instance, names)
{
	cr_assert(instance_name_valid("default"));
	cr_assert(instance_name_valid("A-1_b"));
	cr_assert(instance_name_valid("abcdefghijklmnopqrstuvwxyz012345"));
	cr_assert(not(instance_name_valid("abcdefghijklmnopqrstuvwxyz0123456")));
	cr_assert(not(instance_name_valid("")));
	cr_assert(not(instance_name_valid(NULL)));
	cr_assert(not(instance_name_valid("../x")));
	cr_assert(not(instance_name_valid("-x")));
	cr_assert(not(instance_name_valid(".")));
	cr_assert(not(instance_name_valid("a b")));
}

Test(instance, directory_follows_the_environment)
{
	char want[INSTANCE_DIR_MAX], got[INSTANCE_DIR_MAX];

	snprintf(want, sizeof(want), "%s/default", base);
	cr_assert(zero(int, instance_rundir(NULL, got, sizeof(got))));
	cr_assert(eq(str, got, want));
	setenv("NACRE_INSTANCE", "other", 1);
	snprintf(want, sizeof(want), "%s/other", base);
	cr_assert(zero(int, instance_rundir(NULL, got, sizeof(got))));
	cr_assert(eq(str, got, want));
	cr_assert(eq(int, instance_rundir("a/b", got, sizeof(got)), -EINVAL));
	setenv("NACRE_RUNTIME_DIR", "relative", 1);
	cr_assert(eq(int, instance_rundir(NULL, got, sizeof(got)), -EINVAL));
}

Test(instance, sockets_fit_their_address)
{
	char dir[200], got[INSTANCE_DIR_MAX];

	memset(dir, 'x', sizeof(dir));
	dir[0] = '/';
	dir[199] = '\0';
	setenv("NACRE_RUNTIME_DIR", dir, 1);
	cr_assert(eq(int, instance_rundir(NULL, got, sizeof(got)), -ENAMETOOLONG));
}

Test(instance, socket_prefers_the_run_directory_of_the_environment)
{
	char got[108];

	setenv("NACRE_RUNDIR", "/some/where", 1);
	cr_assert(zero(int, instance_socket("host.sock", got, sizeof(got))));
	cr_assert(eq(str, got, "/some/where/host.sock"));
	cr_assert(eq(int, instance_socket("host.sock", got, 10), -ENAMETOOLONG));
}

Test(instance, made_directory_is_private)
{
	char dir[INSTANCE_DIR_MAX];
	struct stat st;

	cr_assert(zero(int, instance_make_rundir("one", dir, sizeof(dir))));
	cr_assert(zero(int, stat(dir, &st)));
	cr_assert(eq(int, st.st_mode & 0777, 0700));
	cr_assert(zero(int, instance_make_rundir("one", dir, sizeof(dir))), "twice is fine");
	cr_assert(zero(int, chmod(dir, 0777)));
	cr_assert(eq(int, instance_make_rundir("one", dir, sizeof(dir)), -EPERM));
}

Test(instance, a_link_is_not_a_directory_of_ours)
{
	char dir[INSTANCE_DIR_MAX];

	snprintf(dir, sizeof(dir), "%s/evil", base);
	cr_assert(zero(int, symlink("/tmp", dir)));
	cr_assert(eq(int, instance_make_rundir("evil", dir, sizeof(dir)), -EPERM));
}

Test(instance, lock_is_exclusive_and_survives_removal)
{
	char dir[INSTANCE_DIR_MAX], path[INSTANCE_DIR_MAX + 8];
	int a, b;

	cr_assert(zero(int, instance_make_rundir("one", dir, sizeof(dir))));
	cr_assert(eq(int, instance_lock(dir, false), -ENOENT));
	a = instance_lock(dir, true);
	cr_assert(ge(int, a, 0));
	cr_assert(eq(int, instance_lock(dir, true), -EWOULDBLOCK));
	snprintf(path, sizeof(path), "%s/lock", dir);
	cr_assert(zero(int, unlink(path)));
	b = instance_lock(dir, true);
	cr_assert(ge(int, b, 0), "a new lock file is a new lock");
	close(a);
	close(b);
}

Test(instance, environment_for_programs)
{
	char rundir[] = "/r", *first;

	setenv("LD_LIBRARY_PATH", "/mine", 1);
	cr_assert(zero(int, instance_export("x", rundir)));
	cr_assert(eq(str, getenv("NACRE_INSTANCE"), "x"));
	cr_assert(eq(str, getenv("NACRE_RUNDIR"), "/r"));
	cr_assert(eq(str, getenv("XENSTORED_RUNDIR"), "/r"));
	cr_assert(eq(str, getenv("XENSTORED_PATH"), "/r/socket"));
	first = strdup(getenv("LD_LIBRARY_PATH"));
	cr_assert(ne(ptr, strstr(first, "/lib/nacre/hosted:/mine"), NULL));
	cr_assert(zero(int, instance_export("x", rundir)));
	cr_assert(eq(str, getenv("LD_LIBRARY_PATH"), first), "only once");
	free(first);
}

/* A child that waits to be killed. */
static pid_t child(void)
{
	pid_t pid = fork();

	if (!pid)
		for (;;)
			pause();
	return pid;
}

Test(instance, remains_are_killed_but_never_a_recycled_pid)
{
	char dir[INSTANCE_DIR_MAX], path[INSTANCE_DIR_MAX + 32];
	pid_t old = child(), recycled = child();
	int fd, status;
	FILE *f;

	cr_assert(zero(int, instance_make_rundir("one", dir, sizeof(dir))));
	cr_assert(zero(int, pidfile_write(dir, "old", old)));
	fd = pidfile_open(dir, "old", NULL);
	cr_assert(ge(int, fd, 0));
	close(fd);
	snprintf(path, sizeof(path), "%s/recycled.pid", dir);
	f = fopen(path, "w");
	fprintf(f, "%d 1\n", (int)recycled); /* not its start time */
	fclose(f);
	cr_assert(eq(int, pidfile_open(dir, "recycled", NULL), -ESRCH));
	snprintf(path, sizeof(path), "%s/broken.pid", dir);
	f = fopen(path, "w");
	fputs("rubbish", f);
	fclose(f);
	cr_assert(eq(int, pidfile_open(dir, "broken", NULL), -EINVAL));
	unlink(path);
	cr_assert(zero(int, mkfifo(path, 0600)));
	cr_assert(eq(int, pidfile_open(dir, "broken", NULL), -EINVAL));
	unlink(path);
	cr_assert(zero(int, symlink("/dev/zero", path)));
	cr_assert(eq(int, pidfile_open(dir, "broken", NULL), -EINVAL));
	unlink(path);
	cr_assert(zero(int, mkdir(path, 0700)));
	cr_assert(eq(int, pidfile_open(dir, "broken", NULL), -EINVAL));

	cr_assert(zero(int, remains_kill(dir)));
	cr_assert(eq(int, waitpid(old, &status, 0), old));
	cr_assert(ne(int, WIFSIGNALED(status), 0));
	cr_assert(zero(int, waitpid(recycled, &status, WNOHANG)), "must live");
	kill(recycled, SIGKILL);
	waitpid(recycled, NULL, 0);
}

Test(instance, clearing_keeps_one_and_follows_no_link)
{
	char dir[INSTANCE_DIR_MAX], path[INSTANCE_DIR_MAX + 32], other[INSTANCE_DIR_MAX];

	cr_assert(zero(int, instance_make_rundir("one", dir, sizeof(dir))));
	cr_assert(zero(int, instance_make_rundir("two", other, sizeof(other))));
	cr_assert(zero(int, pidfile_write(other, "precious", getpid())));
	snprintf(path, sizeof(path), "%s/link", dir);
	cr_assert(zero(int, symlink(other, path)));
	snprintf(path, sizeof(path), "%s/sub", dir);
	cr_assert(zero(int, mkdir(path, 0700)));
	cr_assert(zero(int, pidfile_write(path, "inner", getpid())));
	cr_assert(zero(int, pidfile_write(dir, "lock", getpid())));
	cr_assert(zero(int, remains_clear(dir, "lock.pid")));
	cr_assert(eq(int, access(path, F_OK), -1));
	snprintf(path, sizeof(path), "%s/lock.pid", dir);
	cr_assert(zero(int, access(path, F_OK)));
	snprintf(path, sizeof(path), "%s/precious.pid", other);
	cr_assert(zero(int, access(path, F_OK)));
}
