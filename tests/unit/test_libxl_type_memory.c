/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Types of libxl when memory is out, at each allocation in turn: nothing is left
 * (sanitizers see to that), nothing is half done in silence. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "libxl_context.h"
#include "type.h"

static long left = -1; /* allocations that still work; negative: all do */

static bool works(void)
{
	return left < 0 || left-- > 0;
}

void *__real_malloc(size_t size);
void *__real_calloc(size_t nr, size_t size);
void *__real_reallocarray(void *p, size_t nr, size_t size);
char *__real_strdup(const char *s);
char *__real_strndup(const char *s, size_t len);

void *__wrap_malloc(size_t size)
{
	return works() ? __real_malloc(size) : NULL;
}

void *__wrap_calloc(size_t nr, size_t size)
{
	return works() ? __real_calloc(nr, size) : NULL;
}

void *__wrap_reallocarray(void *p, size_t nr, size_t size)
{
	return works() ? __real_reallocarray(p, nr, size) : NULL;
}

char *__wrap_strdup(const char *s)
{
	return works() ? __real_strdup(s) : NULL;
}

char *__wrap_strndup(const char *s, size_t len)
{
	return works() ? __real_strndup(s, len) : NULL;
}

static struct libxl__ctx ctx; /* without a logger */

static const char text[] =
	"{\"c_info\":{\"type\":\"pvh\",\"name\":\"web\",\"xsdata\":{\"a\":\"b\",\"c\":null}},\"b_"
	"info\":"
	"{\"avail_vcpus\":[0,1],\"vcpu_hard_affinity\":[[0],[1]],\"extra\":[\"x\",\"y\"],"
	"\"cpuid\":{\"cpuid\":[{\"leaf\":1,\"eax\":\"xxxxxxxxxxxxxxxxxxxxxxxxxxxx1111\"}],"
	"\"msr\":[{\"index\":266,\"policy\":"
	"\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx1xx1x1\"}]},"
	"\"type.pvh\":{\"pvshim_path\":\"/x\"}},"
	"\"disks\":[{\"vdev\":\"xvda\"},{\"vdev\":\"xvdb\"}]}";

Test(libxl_type_memory, from_json_says_so)
{
	libxl_domain_config config;
	long works_for;
	int rc = ERROR_FAIL;

	for (works_for = 0; rc; works_for++) {
		left = works_for;
		rc = libxl_domain_config_from_json(&ctx, &config, text);
		left = -1;
		cr_assert(rc == 0 || rc == ERROR_FAIL);
		libxl_domain_config_dispose(&config);
	}
	/* Chunk, stack of containers, and each part of the struct. */
	cr_assert_gt(works_for, 15);
}

Test(libxl_type_memory, to_json_gives_nothing)
{
	libxl_domain_config config;
	char *json;

	libxl_domain_config_init(&config);
	left = 0;
	json = libxl_domain_config_to_json(&ctx, &config);
	left = -1;
	cr_assert_null(json);
}

/* The end of the process, and never a copy without the mask. */
static void copy_with(long works_for)
{
	libxl_domain_config config, copy;

	cr_assert_eq(libxl_domain_config_from_json(&ctx, &config, text), 0);
	left = works_for;
	libxl_domain_config_copy(&ctx, &copy, &config);
	left = -1;
	libxl_domain_config_dispose(&copy);
	libxl_domain_config_dispose(&config);
}

Test(libxl_type_memory, a_copy_of_which_a_string_is_missing, .exit_code = 255)
{
	copy_with(0);
}

Test(libxl_type_memory, a_copy_of_which_something_is_missing_is_never_given)
{
	libxl_domain_config config;
	long works_for;
	int status = 1;

	cr_assert_eq(libxl_domain_config_from_json(&ctx, &config, text), 0);
	for (works_for = 0; status; works_for++) {
		pid_t pid = fork();

		if (pid == 0) {
			copy_with(works_for);
			_exit(0);
		}
		cr_assert_eq(waitpid(pid, &status, 0), pid);
		cr_assert(WIFEXITED(status));
		cr_assert(status == 0 || WEXITSTATUS(status) == 255);
	}
	libxl_domain_config_dispose(&config);
	cr_assert_gt(works_for, 15);
}
