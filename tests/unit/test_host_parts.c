/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* nacre-host's parts that need no machine: options, memory, slots, children. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "area.h"
#include "options.h"
#include "qemu.h"
#include "slots.h"
#include "spawn.h"

#define MIB (1ULL << 20)
#define GIB (1ULL << 30)

/* --- options ------------------------------------------------------------------ */

Test(options, memory)
{
	static const char *const bad[] = {"513G",
					  "62",
					  "65",
					  "-64",
					  " 64",
					  "64K",
					  "64MB",
					  "",
					  "M",
					  "99999999999999999999",
					  "18014398509481984G"};
	unsigned int i;

	cr_assert(eq(u64, options_memory("64"), 64 * MIB));
	cr_assert(eq(u64, options_memory("1024M"), GIB));
	cr_assert(eq(u64, options_memory("2G"), 2 * GIB));
	cr_assert(eq(u64, options_memory("512G"), 512 * GIB));
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		cr_assert(zero(u64, options_memory(bad[i])), "%s", bad[i]);
}

static int parse(struct options *o, int argc, const char *const *args, int *status)
{
	char *argv[8] = {(char *)"nacre-host"};

	memcpy(argv + 1, args, (size_t)argc * sizeof(*argv));
	optind = 0;
	return options_parse(o, argc + 1, argv, status);
}

Test(options, defaults_and_values)
{
	const char *const some[] = {"-c", "64", "--accel=tcg", "-ix"};
	struct options o;
	int status;

	cr_assert(zero(int, parse(&o, 0, some, &status)));
	cr_assert(eq(uint, o.cpus, 2));
	cr_assert(eq(u64, o.memory, GIB));
	cr_assert(eq(int, o.ready_fd, -1));
	cr_assert(zero(int, parse(&o, 4, some, &status)));
	cr_assert(eq(uint, o.cpus, 64));
	cr_assert(eq(int, (int)o.accel, (int)ACCEL_TCG));
	cr_assert(eq(str, (char *)o.instance, (char *)"x"));
}

Test(options, refused)
{
	static const char *const bad[] = {"-c0",    "-c65",	   "-cx",
					  "-m1",    "--accel=xen", "--instance=/",
					  "--what", "word",	   "--ready-fd=1"};
	const char *const help[] = {"--help"};
	struct options o;
	unsigned int i;
	int status;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		cr_assert(eq(int, parse(&o, 1, &bad[i], &status), -1), "%s", bad[i]);
		cr_assert(eq(int, status, 2));
	}
	cr_assert(eq(int, parse(&o, 1, help, &status), -1));
	cr_assert(zero(int, status));
}

/* --- memory ----------------------------------------------------------------------- */

Test(area, splits_memory_as_the_machine_does)
{
	cr_assert(eq(u64, area_low_size(64 * MIB), 64 * MIB));
	cr_assert(eq(u64, area_low_size(3582 * MIB), 3582 * MIB));
	cr_assert(eq(u64, area_low_size(3584 * MIB), 3072 * MIB));
	cr_assert(eq(u64, area_low_size(64 * GIB), 3072 * MIB));
}

Test(area, addresses_and_offsets)
{
	struct area a;

	cr_assert(zero(int, area_create(&a, 6 * GIB)));
	cr_assert(eq(ptr, area_ram(&a, 0, 5), a.ram + 5));
	cr_assert(eq(ptr, area_ram(&a, 0xbffff, 0), a.ram + 3 * GIB - 4096));
	cr_assert(eq(ptr, area_ram(&a, 0xc0000, 0), NULL), "the hole");
	cr_assert(eq(ptr, area_ram(&a, 0xfffff, 0), NULL));
	cr_assert(eq(ptr, area_ram(&a, 0x100000, 0), a.ram + 3 * GIB));
	cr_assert(eq(ptr, area_ram(&a, 0x1bffff, 4095), a.ram + 6 * GIB - 1));
	cr_assert(eq(ptr, area_ram(&a, 0x1c0000, 0), NULL));
	cr_assert(eq(ptr, area_ram(&a, 1, 4096), NULL));
	cr_assert(eq(ptr, area_ram(&a, UINT64_MAX, 0), NULL));
	cr_assert(eq(ptr, area_ram(&a, 1ULL << 52, 0), NULL));
	cr_assert(eq(int, ftruncate(a.ram_fd, 4096), -1), "sealed");
	cr_assert(eq(u64, a.header->magic, LINK_MAGIC));
	cr_assert(eq(u32, a.header->size, AREA_LINK_SIZE));
	area_destroy(&a);
}

/* --- slots ------------------------------------------------------------------------- */

struct test_op {
	struct op op;
	int value;
	int64_t result;
	bool done;
};

static unsigned int rings;
static struct area area;
static struct slots slots;
static struct test_op test_op[200];

static void ring(void *arg)
{
	rings++;
}

static void prepare(struct op *op, struct link_slot *req, void *scratch, uint64_t offset)
{
	req->op = LINK_OP_NULL;
	req->arg[0] = (uint64_t)((struct test_op *)op)->value;
	cr_assert(eq(ptr, scratch, area.arena + offset));
	memset(scratch, 1, SLOTS_SCRATCH);
}

static void done(struct op *op, int64_t result, void *scratch)
{
	struct test_op *t = (struct test_op *)op;

	cr_assert(not(t->done));
	t->done = true;
	t->result = result;
}

static void submit(unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++) {
		test_op[i] =
			(struct test_op){.op = {.prepare = prepare, .done = done}, .value = (int)i};
		cr_assert(zero(int, slots_submit(&slots, &test_op[i].op)));
	}
}

static void set_up(void)
{
	cr_assert(zero(int, area_create(&area, 64 * MIB)));
	slots_init(&slots, &area, ring, NULL);
	rings = 0;
}

static void tear_down(void)
{
	area_destroy(&area);
}

/* Play the hypervisor for every request there is; how many. */
static unsigned int serve(void)
{
	unsigned int i, n = 0;

	for (i = 0; i < LINK_NR_SLOTS; i++) {
		if (area.slot[i].state != SLOT_REQUEST)
			continue;
		area.slot[i].result = (int64_t)area.slot[i].arg[0] + 1;
		area.slot[i].state = SLOT_DONE;
		n++;
	}
	return n;
}

TestSuite(slots, .init = set_up, .fini = tear_down);

Test(slots, more_requests_than_slots_take_turns)
{
	unsigned int i, served = 0, round;

	submit(200);
	cr_assert(eq(uint, rings, LINK_NR_SLOTS));
	for (round = 0; round < 4; round++) {
		served += serve();
		slots_poll(&slots);
		cr_assert(eq(uint, served, round < 3 ? (round + 1) * 64 : 200));
		cr_assert(test_op[served - 1].done, "first come, first served");
	}
	for (i = 0; i < 200; i++)
		cr_assert(eq(i64, test_op[i].result, (int64_t)i + 1));
	cr_assert(zero(uint, serve()));
}

Test(slots, all_fail_when_the_hypervisor_is_gone)
{
	unsigned int i;

	submit(100);
	slots_fail(&slots);
	for (i = 0; i < 100; i++)
		cr_assert(eq(i64, test_op[i].result, -EIO));
	cr_assert(eq(int, slots_submit(&slots, &test_op[0].op), -EIO));
}

/* --- children ------------------------------------------------------------------------ */

Test(spawn, tells_what_exec_said)
{
	char *argv[] = {(char *)"/no/such/program", NULL};
	struct spawn s = {.argv = argv};

	cr_assert(eq(int, spawn(&s), -ENOENT));
	cr_assert(eq(int, waitpid(-1, NULL, 0), -1), "no child is left");
}

Test(spawn, child_dies_with_its_parent)
{
	char *argv[] = {(char *)"sleep", (char *)"1000", NULL};
	struct spawn s = {.argv = argv};
	int p[2], status;
	pid_t middle;
	char byte;

	cr_assert(zero(int, pipe(p)));
	s.keep_fd[s.nr_keep++] = p[1];
	middle = fork();
	if (!middle)
		_exit(spawn(&s) > 0 ? 0 : 1);
	close(p[1]);
	waitpid(middle, &status, 0);
	cr_assert(zero(int, status));
	cr_assert(zero(int, (int)read(p[0], &byte, 1)), "nobody has the pipe open any more");
}

/* --- why a machine ended ---------------------------------------------------------------- */

static char dir[] = "/tmp/nacre-test-XXXXXX";
static char log_path[64];

static void write_log(const char *text)
{
	int fd = open(log_path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	cr_assert(eq(sz, (size_t)write(fd, text, strlen(text)), strlen(text)));
	close(fd);
}

static void expect(int status, const char *want)
{
	char why[128];

	qemu_why(dir, CLD_EXITED, status, why, sizeof(why));
	cr_assert(eq(str, why, (char *)want));
}

Test(qemu, reason_comes_from_the_log)
{
	char why[20];

	cr_assert(ne(ptr, mkdtemp(dir), NULL));
	snprintf(log_path, sizeof(log_path), "%s/hypervisor.log", dir);
	expect(3, "the hypervisor ended it with code 1");
	write_log("(XEN) one\r\n(XEN) Panic on CPU 1:\r\n(XEN) out of\tluck\r\n(XEN) f+0x1\r\n");
	expect(3, "the hypervisor ended it with code 1: out of?luck");
	write_log("(XEN) one\n(XEN) the last\n\n");
	expect(3, "the hypervisor ended it with code 1: the last");
	expect(0, "it was powered off or reset itself (triple fault)");
	qemu_why(dir, CLD_EXITED, 3, why, sizeof(why));
	cr_assert(lt(sz, strlen(why), 20));
	qemu_why(dir, CLD_KILLED, SIGKILL, why, sizeof(why));
	cr_assert(eq(str, why, (char *)"signal 9 (Killed)"));
	unlink(log_path);
	rmdir(dir);
}
