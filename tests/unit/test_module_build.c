/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* A guest made by the hypervisor itself, and each way in which that fails. */
#include <criterion/criterion.h>
#include <string.h>
#include <hv/frame.h>
#include <hv/guest_access.h>
#include <xen/arch-x86/hvm/start_info.h>

#include "../../hypervisor/core/module_build.h"
#include "host.h"

/* An ELF32 file: one segment of 8 bytes at 1 MiB, 100 in memory, and the note. */
static struct {
	uint8_t ident[16];
	uint16_t type, machine;
	uint32_t version, entry, phoff, shoff, flags;
	uint16_t ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
	struct {
		uint32_t type, offset, vaddr, paddr, filesz, memsz, flags, align;
	} ph[2];
	uint32_t note[5];
	char text[8];
} file;

static struct module_config config;
static struct module_guest guest;
static const char *why;

static void boot(void)
{
	host_boot(1, 64);
	cr_assert_eq(domain_create_external0(1, pages_alloc(0)), 0);
	memset(&file, 0, sizeof(file));
	memcpy(file.ident, "\177ELF\1\1\1", 7);
	file.type = 2;
	file.machine = 3;
	file.phoff = offsetof(__typeof__(file), ph);
	file.phentsize = sizeof(file.ph[0]);
	file.phnum = 2;
	file.ph[0].type = 1;
	file.ph[0].offset = offsetof(__typeof__(file), text);
	file.ph[0].paddr = 1 << 20;
	file.ph[0].filesz = sizeof(file.text);
	file.ph[0].memsz = 100;
	file.ph[1].type = 4;
	file.ph[1].offset = offsetof(__typeof__(file), note);
	file.ph[1].filesz = sizeof(file.note);
	memcpy(file.note, (uint32_t[]){4, 4, 18, 0x006e6558, 1 << 20}, sizeof(file.note));
	memcpy(file.text, "contents", 8);
	config = (struct module_config){.data = &file,
					.size = sizeof(file),
					.cmdline = "a=b",
					.vcpus = 2,
					.memory = 4 << 20};
}

TestSuite(module_build, .init = boot);

static void drop(void)
{
	if (mfn_valid_value(guest.console))
		frame_put(guest.console);
	if (guest.d)
		host_kill(guest.d);
}

Test(module_build, a_guest_as_a_toolstack_would_make_it)
{
	struct hvm_start_info info;
	uint64_t at = 0x101000;
	char text[8];

	cr_assert_eq(module_build(&config, &guest, &why), 0, "%s", why);
	cr_assert_eq(guest.d->tot_pages, 1024 + 8);
	cr_assert_eq(copy_from_gpa(guest.d, text, (gpa_t){1 << 20}, 8), 0);
	cr_assert_eq(memcmp(text, "contents", 8), 0);
	cr_assert_eq(copy_from_gpa(guest.d, &info, (gpa_t){at}, sizeof(info)), 0);
	cr_assert_eq(info.magic, XEN_HVM_START_MAGIC_VALUE);
	cr_assert_eq(info.memmap_entries, 2);
	cr_assert_eq(copy_from_gpa(guest.d, text, (gpa_t){info.cmdline_paddr}, 4), 0);
	cr_assert_str_eq(text, "a=b");
	cr_assert_eq(guest.d->hvm_params[HVM_PARAM_CONSOLE_EVTCHN], guest.port);
	cr_assert(guest.d->vcpu[0]->initialised && !guest.d->vcpu[1]->initialised);
	/* It cannot run before somebody lets it. */
	cr_assert(!vcpu_runnable(guest.d->vcpu[0]));
	drop();
}

static void refused(const char *reason)
{
	uint64_t before = frames_free();

	cr_assert_eq(module_build(&config, &guest, &why), -XEN_EINVAL, "%s", reason);
	cr_assert_str_eq(why, reason);
	cr_assert_null(guest.d);
	cr_assert_eq(frames_free(), before);
}

Test(module_build, refuses_what_cannot_be)
{
	static char longest[1025];

	config.vcpus = 0;
	refused("number of vCPUs out of range");
	config.vcpus = 129;
	refused("number of vCPUs out of range");
	config.vcpus = 1;
	config.memory = 1 << 20;
	refused("memory too small for the image");
	config.memory = (4 << 20) + 1;
	refused("memory out of range");
	config.memory = 4 << 20;
	memset(longest, 'x', 1024);
	config.cmdline = longest;
	refused("command line too long");
	config.cmdline = "";
	file.note[2] = 17;
	refused("no PVH entry note");
	config.size = 10;
	refused("too short for an ELF file");
}

/* Out of memory at each step; all comes back. */
Test(module_build, gives_everything_back)
{
	uint64_t before = frames_free();
	int rc = -XEN_ENOMEM;

	for (uint64_t leave = 0; rc; leave += 16) {
		host_take_memory(leave);
		rc = module_build(&config, &guest, &why);
		host_return_memory();
		cr_assert(!rc || rc == -XEN_ENOMEM, "%d %s", rc, why);
		drop();
		cr_assert_eq(frames_free(), before, "with %lu frames: %lu of %lu", leave,
			     frames_free(), before);
	}
}
