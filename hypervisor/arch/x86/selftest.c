/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "paging.h"
#include "selftest.h"
#include <hv/printk.h>
#include <hv/string.h>

static uint32_t recurse(uint32_t n)
{
	volatile char fill[256];

	fill[n % sizeof(fill)] = (char)n;
	return n ? recurse(n - 1) + (uint32_t)fill[n % sizeof(fill)] : 0;
}

static void selftest_stack_overflow(void)
{
	printk("%u\n", recurse(1u << 20)); /* far deeper than any stack */
}

/* Through the image's own mapping; the store is volatile, so it is not dropped. */
static void selftest_write_text(void)
{
	*(volatile char *)image_start = 0;
}

/* Through the direct map, where everything else is writable. */
static void selftest_write_text_alias(void)
{
	*(volatile char *)(DIRECTMAP_BASE + image_to_phys(image_start)) = 0;
}

static void selftest_execute_data(void)
{
	static char code[1] = {(char)0xc3}; /* ret */
	void (*fn)(void) = (void (*)(void))(uintptr_t)code;

	fn();
}

static void selftest_null(void)
{
	volatile uintptr_t address = 8;

	(void)*(volatile char *)address;
}

static void selftest_undefined(void)
{
	__asm__ volatile("ud2");
}

static void selftest_panic(void)
{
	panic("selftest=panic");
}

static const struct {
	const char *name;
	void (*fn)(void);
} selftests[] = {
	{"stack-overflow", selftest_stack_overflow},
	{"write-text", selftest_write_text},
	{"write-text-alias", selftest_write_text_alias},
	{"execute-data", selftest_execute_data},
	{"null", selftest_null},
	{"undefined", selftest_undefined},
	{"panic", selftest_panic},
};

static void run_guest(void)
{
	int rc = selftest_guest();

	if (rc)
		printk("Self-test \"guest\": FAILED, error %d\n", rc);
}

void selftest_run(const char *name)
{
	if (!strcmp(name, "guest")) {
		run_guest();
		return;
	}
	for (unsigned int i = 0; i < ARRAY_SIZE(selftests); i++) {
		if (strcmp(name, selftests[i].name) != 0)
			continue;
		printk("Self-test \"%s\": a fatal report must follow\n", name);
		selftests[i].fn();
		printk("Self-test \"%s\": FAILED, nothing happened\n", name);
		return;
	}
	if (*name)
		printk("selftest=%s: there is no such test\n", name);
}
