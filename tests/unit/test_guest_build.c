/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* The builder against a fake hypervisor: what ends up in the guest, and what is
 * left when any step fails. Runs the real nacre-image. */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fake_xen.h"
#include "guest/guest.h"
#include "guest/layout.h"
#include "image_samples.h"

#include <xen/arch-x86/hvm/start_info.h>
#include <xen/hvm/params.h>
#include <xen/hvm/save.h>

static struct ctrl *ctrl;
static char error_text[GUEST_ERROR_LEN];

static void setup(void)
{
	setenv("NACRE_LIBEXEC", NACRE_IMAGE_DIR, 1);
	fake_reset();
	cr_assert_eq(ctrl_open(&ctrl), 0);
}

static void teardown(void)
{
	ctrl_close(ctrl);
}

TestSuite(build, .init = setup, .fini = teardown);

static int file_of(struct sample s)
{
	int fd = memfd_create("sample", 0);

	cr_assert_eq(write(fd, s.data, s.size), (ssize_t)s.size);
	return fd;
}

static int build_sample(struct guest_config *config, struct guest_result *result)
{
	struct sample elf = sample_elf(true), bz = sample_bzimage(UNPACK_ZSTD, elf);
	int ret;

	config->kernel = "/boot/sample";
	config->kernel_fd = file_of(bz);
	ret = guest_build(ctrl, FAKE_DOMID, config, result, error_text);
	close(config->kernel_fd);
	sample_free(&bz);
	sample_free(&elf);
	return ret;
}

static void expect_bytes(uint64_t gpa, uint8_t value, size_t len)
{
	uint8_t *buf = malloc(len);

	fake_read(gpa, buf, len);
	for (size_t i = 0; i < len; i++)
		cr_assert_eq(buf[i], value, "byte at 0x%llx is 0x%x", (unsigned long long)gpa + i,
			     buf[i]);
	free(buf);
}

static void check_start_info(const struct guest_config *config, uint64_t gpa)
{
	struct hvm_memmap_table_entry map[GUEST_E820_MAX];
	struct hvm_modlist_entry module;
	struct hvm_start_info info;
	char cmdline[64];

	fake_read(gpa, &info, sizeof(info));
	cr_assert_eq(info.magic, XEN_HVM_START_MAGIC_VALUE);
	cr_assert_eq(info.version, 1u);
	cr_assert_eq(info.nr_modules, 1u);
	cr_assert_eq(info.rsdp_paddr, GUEST_ACPI_BASE);
	cr_assert_eq(info.memmap_entries, fake.nr_e820);
	fake_read(info.memmap_paddr, map, info.memmap_entries * sizeof(map[0]));
	for (unsigned int i = 0; i < fake.nr_e820; i++) {
		cr_assert_eq(map[i].addr, fake.e820[i].addr);
		cr_assert_eq(map[i].size, fake.e820[i].size);
		cr_assert_eq(map[i].type, fake.e820[i].type);
		cr_assert_eq(map[i].reserved, 0u);
	}
	fake_read(info.modlist_paddr, &module, sizeof(module));
	cr_assert_eq(module.size, 5000u);
	cr_assert_eq(module.paddr % GUEST_PAGE, 0u);
	cr_assert_geq(module.paddr, gpa + sizeof(info));
	expect_bytes(module.paddr, 0x77, 5000);
	expect_bytes(module.paddr + 5000, 0, 2 * GUEST_PAGE - 5000);
	fake_read(info.cmdline_paddr, cmdline, sizeof(cmdline));
	cr_assert_str_eq(cmdline, config->cmdline);
}

static void check_context(uint32_t entry, uint32_t *start_info)
{
	struct hvm_save_descriptor desc;
	struct hvm_save_header header;
	struct hvm_hw_cpu cpu;
	const uint8_t *p = fake.context;

	memcpy(&desc, p, sizeof(desc));
	cr_assert_eq(desc.typecode, HVM_SAVE_CODE(HEADER));
	memcpy(&header, p + sizeof(desc), sizeof(header));
	cr_assert_eq(header.magic, HVM_FILE_MAGIC);
	cr_assert_eq(header.cpuid, 0x1234u);
	p += sizeof(desc) + desc.length;
	memcpy(&desc, p, sizeof(desc));
	cr_assert_eq(desc.typecode, HVM_SAVE_CODE(CPU));
	cr_assert_eq(desc.length, sizeof(cpu));
	memcpy(&cpu, p + sizeof(desc), sizeof(cpu));
	cr_assert_eq(cpu.rip, entry);
	cr_assert_eq(cpu.cr0, 0x11u);
	cr_assert_eq(cpu.rflags, 2u);
	cr_assert_eq(cpu.cs_arbytes, 0xc9bu);
	cr_assert_eq(cpu.cs_limit, 0xffffffffu);
	*start_info = (uint32_t)cpu.rbx;
}

Test(build, puts_everything_in_place)
{
	struct guest_config config = GUEST_CONFIG_INIT;
	struct guest_result r;
	struct sample disk = {malloc(5000), 5000};
	uint32_t start_info;

	memset(disk.data, 0x77, disk.size);
	config.target_kib = 16 << 10;
	config.vcpus = 3;
	config.cmdline = "console=hvc0 quiet";
	config.ramdisk_fd = file_of(disk);
	cr_assert_eq(build_sample(&config, &r), 0, "%s", error_text);
	cr_assert_eq(fake.max_vcpus, 3u);
	cr_assert_eq(fake.max_kib, (16u << 10) + 1024);
	cr_assert_eq(fake.populated, (16u << 8) + GUEST_ACPI_PAGES + GUEST_SPECIAL_PAGES);
	cr_assert_eq(fake.superpages, 8u);
	/* Kernel bytes, and zeros wherever none were asked for (advisory 194). */
	expect_bytes(0, 0, SAMPLE_TEXT);
	expect_bytes(SAMPLE_TEXT, 0xcc, SAMPLE_TEXT_LEN);
	expect_bytes(SAMPLE_TEXT + SAMPLE_TEXT_LEN, 0, SAMPLE_DATA - SAMPLE_TEXT - SAMPLE_TEXT_LEN);
	expect_bytes(SAMPLE_DATA, 0xdd, SAMPLE_DATA_LEN);
	expect_bytes(SAMPLE_DATA + SAMPLE_DATA_LEN, 0, SAMPLE_DATA_MEM - SAMPLE_DATA_LEN);
	check_context(SAMPLE_ENTRY, &start_info);
	cr_assert_eq(start_info, 0x203000u);
	check_start_info(&config, start_info);
	expect_bytes(0x300000, 0, (16 << 20) - 0x300000);
	cr_assert_eq(fake.params[HVM_PARAM_STORE_PFN], 0xfeffcu);
	cr_assert_eq(fake.params[HVM_PARAM_CONSOLE_PFN], 0xfefffu);
	cr_assert_eq(fake.params[HVM_PARAM_STORE_EVTCHN], r.store_port);
	cr_assert_eq(fake.params[HVM_PARAM_CONSOLE_EVTCHN], r.console_port);
	cr_assert_eq(fake.grants[0].frame, 0xfefffu);
	cr_assert_eq(fake.grants[1].frame, 0xfeffcu);
	cr_assert_eq(fake.grants[1].flags, GTF_permit_access);
	cr_assert_eq(fake.pages_mapped_unpopulated, 0u);
	cr_assert_eq(fake.buffers, 0u);
	cr_assert_eq(fake.mappings, 0u);
	close(config.ramdisk_fd);
	sample_free(&disk);
}

Test(build, memory_above_the_hole)
{
	struct guest_config config = GUEST_CONFIG_INIT;
	struct guest_result r;

	config.target_kib = 5u << 20;
	cr_assert_eq(build_sample(&config, &r), 0, "%s", error_text);
	cr_assert_eq(fake.nr_e820, 4u);
	cr_assert(fake_populated((GUEST_ACPI_BASE >> 12) - 1));
	cr_assert(!fake_populated(0xfee00));
	cr_assert(fake_populated(0x100000));
	cr_assert_eq(fake.e820[3].addr, GUEST_4G);
	cr_assert_eq(fake.e820[0].size + fake.e820[3].size, 5ull << 30);
}

Test(build, does_without_superpages)
{
	struct guest_config config = GUEST_CONFIG_INIT;
	struct guest_result r;

	fake.no_superpages = true;
	config.target_kib = 16 << 10;
	cr_assert_eq(build_sample(&config, &r), 0, "%s", error_text);
	cr_assert_eq(fake.populated, (16u << 8) + GUEST_ACPI_PAGES + GUEST_SPECIAL_PAGES);
	cr_assert_eq(fake.superpages, 0u);
}

Test(build, without_xenstore)
{
	struct guest_config config = GUEST_CONFIG_INIT;
	struct guest_result r;

	config.target_kib = 16 << 10;
	config.no_store = true;
	cr_assert_eq(build_sample(&config, &r), 0, "%s", error_text);
	cr_assert_eq(fake.params[HVM_PARAM_STORE_PFN], 0u);
	cr_assert_eq(fake.params[HVM_PARAM_STORE_EVTCHN], 0u);
	cr_assert_eq(fake.grants[1].flags, 0);
	cr_assert_eq(fake.ports, 1u);
}

static void expect_refusal(struct guest_config *config, int err, const char *part)
{
	struct guest_result r;
	int ret = build_sample(config, &r);

	cr_assert_eq(ret, err, "%d: %s", ret, error_text);
	cr_assert(strstr(error_text, part), "\"%s\" lacks \"%s\"", error_text, part);
	cr_assert_eq(fake.buffers, 0u);
	cr_assert_eq(fake.mappings, 0u);
}

Test(build, says_what_is_wrong)
{
	struct guest_config config = GUEST_CONFIG_INIT;

	config.target_kib = 16 << 10;
	config.vcpus = 0;
	expect_refusal(&config, -EINVAL, "vcpus: 0 is not in 1..128");
	config.vcpus = 129;
	expect_refusal(&config, -EINVAL, "vcpus: 129");
	config.vcpus = 1;
	config.target_kib = 2 << 10;
	expect_refusal(&config, -ENOSPC, "give at least 3 MiB");
	config.target_kib = 16 << 10;
	fake.free_pages = 100;
	expect_refusal(&config, -ENOMEM, "not enough free memory for a guest of 16 MiB");
	config.ramdisk = "/no/such/ramdisk";
	expect_refusal(&config, -ENOENT, "/no/such/ramdisk: No such file");
	config.ramdisk = "/";
	expect_refusal(&config, -EINVAL, "/: not a regular file");
}

Test(build, names_the_kernel_that_is_refused)
{
	struct guest_config config = GUEST_CONFIG_INIT;
	struct guest_result r;
	char path[] = "/tmp/nacre-test-XXXXXX";
	int fd = mkstemp(path);

	config.target_kib = 16 << 10;
	config.kernel = "/no/such/kernel";
	cr_assert_eq(guest_build(ctrl, FAKE_DOMID, &config, &r, error_text), -ENOENT);
	cr_assert_str_eq(error_text, "/no/such/kernel: No such file or directory");
	config.kernel = path;
	cr_assert_eq(write(fd, "hello, world\n", 13), 13);
	cr_assert_eq(guest_build(ctrl, FAKE_DOMID, &config, &r, error_text), -ENOEXEC);
	cr_assert(strstr(error_text, ": not an ELF or bzImage"), "%s", error_text);
	cr_assert_eq(strncmp(error_text, path, strlen(path)), 0);
	cr_assert_eq(guest_check_kernel(&config, error_text), -ENOEXEC);
	unlink(path);
	close(fd);
}

/* Let each hypercall and mapping fail in turn: an error, a reason, no leak. */
Test(build, survives_failure_at_every_step)
{
	unsigned int last = 0;

	for (unsigned int n = 1; n < 200 && !last; n++) {
		struct guest_config config = GUEST_CONFIG_INIT;
		struct guest_result r;
		int ret;

		fake_reset();
		fake.fail_at = n;
		fake.fail_errno = EPERM;
		config.target_kib = 4 << 10;
		error_text[0] = '\0';
		ret = build_sample(&config, &r);
		if (fake.fail_at) {
			cr_assert_eq(ret, 0);
			last = n;
		} else {
			cr_assert_eq(ret, -EPERM, "step %u: %d", n, ret);
			cr_assert(error_text[0]);
		}
		cr_assert_eq(fake.buffers, 0u);
		cr_assert_eq(fake.mappings, 0u);
	}
	cr_assert_gt(last, 15u);
}
