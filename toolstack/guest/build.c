/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "guest/guest.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "ctrl/domain.h"
#include "ctrl/evtchn.h"
#include "ctrl/gnttab.h"
#include "ctrl/host.h"
#include "ctrl/hvm.h"
#include "guest/acpi.h"
#include "guest/entry.h"
#include "guest/layout.h"
#include "guest/loader.h"
#include "guest/ram.h"
#include "guest/start_info.h"

/* What libxl adds to a domain's limit for pages outside of its RAM. */
#define MAXMEM_EXTRA_KIB 1024

struct builder {
	struct ctrl *ctrl;
	uint32_t domid;
	const struct guest_config *config;
	const char *cmdline;
	struct guest_layout layout;
	struct loaded_image image;
	int ramdisk; /* descriptor or -1 */
	uint64_t ramdisk_size;
	char *error;
};

/* A step that failed for no reason of its own keeps the name of the step. */
static int failed(struct builder *b, int ret, const char *what)
{
	snprintf(b->error, GUEST_ERROR_LEN, "%s: %s", what, strerror(-ret));
	return ret;
}

uint64_t guest_paging_kib(uint64_t max_kib, unsigned int vcpus)
{
	return 4 * (256 * (uint64_t)vcpus + 2 * (max_kib / 1024));
}

static int builder_check(struct builder *b)
{
	const struct guest_config *c = b->config;

	if (!c->vcpus || c->vcpus > GUEST_VCPUS_MAX) {
		snprintf(b->error, GUEST_ERROR_LEN, "vcpus: %u is not in 1..%u", c->vcpus,
			 GUEST_VCPUS_MAX);
		return -EINVAL;
	}
	/* 2^36 KiB = 64 TiB: keeps every sum far from wrapping. */
	if (c->target_kib < 1024 || c->target_kib >> 36 || c->max_kib >> 36) {
		snprintf(b->error, GUEST_ERROR_LEN, "memory: %llu KiB is out of range",
			 (unsigned long long)c->target_kib);
		return -EINVAL;
	}
	if (strlen(b->cmdline) >= GUEST_CMDLINE_MAX) {
		snprintf(b->error, GUEST_ERROR_LEN, "command line is longer than %u bytes",
			 GUEST_CMDLINE_MAX - 1);
		return -EINVAL;
	}
	if (!c->kernel && c->kernel_fd < 0) {
		snprintf(b->error, GUEST_ERROR_LEN, "no kernel given");
		return -EINVAL;
	}
	return 0;
}

static int builder_load(struct builder *b)
{
	const char *name = b->config->kernel ? b->config->kernel : "kernel";
	uint64_t size;
	int fd, ret;

	fd = loader_open(name, b->config->kernel_fd, &size, b->error, GUEST_ERROR_LEN);
	if (fd < 0)
		return fd;
	ret = loader_run(fd, name, &b->image, b->error, GUEST_ERROR_LEN);
	close(fd);
	return ret;
}

static int builder_open_ramdisk(struct builder *b)
{
	if (!b->config->ramdisk && b->config->ramdisk_fd < 0)
		return 0;
	b->ramdisk =
		loader_open(b->config->ramdisk ? b->config->ramdisk : "ramdisk",
			    b->config->ramdisk_fd, &b->ramdisk_size, b->error, GUEST_ERROR_LEN);
	return b->ramdisk < 0 ? b->ramdisk : 0;
}

static int builder_place(struct builder *b)
{
	uint64_t needed = 0;
	int ret = 0;

	guest_layout_memory(&b->layout, b->config->target_kib);
	if (b->ramdisk_size >> 40)
		ret = -ENOSPC;
	if (!ret)
		ret = guest_layout_place(&b->layout, b->image.end,
					 start_info_size(&b->layout, b->cmdline), b->ramdisk_size,
					 &needed);
	if (ret)
		snprintf(b->error, GUEST_ERROR_LEN,
			 "memory: %llu MiB is too little to load kernel (%llu KiB from 0x%llx) and "
			 "ramdisk (%llu KiB): give at least %llu MiB, more for the guest to run",
			 (unsigned long long)(b->config->target_kib >> 10),
			 (unsigned long long)((b->image.end - b->image.plan.segments[0].gpa +
					       1023) >>
					      10),
			 (unsigned long long)b->image.plan.segments[0].gpa,
			 (unsigned long long)((b->ramdisk_size + 1023) >> 10),
			 (unsigned long long)((needed + 1023) >> 10));
	return ret;
}

/* Everything that can be known without the hypervisor. */
static int builder_plan(struct builder *b)
{
	int ret = builder_check(b);

	if (!ret)
		ret = builder_load(b);
	if (!ret)
		ret = builder_open_ramdisk(b);
	return ret ? ret : builder_place(b);
}

static uint64_t most_kib(const struct guest_config *c)
{
	return c->max_kib > c->target_kib ? c->max_kib : c->target_kib;
}

static uint64_t paging_pool_kib(const struct guest_config *c)
{
	uint64_t kib = c->paging_kib ? c->paging_kib : guest_paging_kib(most_kib(c), c->vcpus);

	return (kib + 1023) & ~1023ull;
}

static int builder_limits(struct builder *b)
{
	const struct guest_config *c = b->config;
	uint64_t max_kib = most_kib(c), paging = paging_pool_kib(c);
	int ret;

	ret = ctrl_domain_set_max_vcpus(b->ctrl, b->domid, c->vcpus);
	if (ret)
		return failed(b, ret, "cannot make the vCPUs");
	ret = ctrl_domain_set_max_mem(b->ctrl, b->domid, max_kib + MAXMEM_EXTRA_KIB);
	if (ret)
		return failed(b, ret, "cannot set the memory limit");
	ret = ctrl_domain_set_paging_pool(b->ctrl, b->domid, paging << 10);
	if (ret)
		return failed(b, ret, "cannot set aside memory for page tables");
	if (c->tsc_mode)
		ret = ctrl_domain_set_tsc(b->ctrl, b->domid, c->tsc_mode, 0);
	return ret ? failed(b, ret, "cannot set the TSC mode") : 0;
}

/* Ask for all of it at once, so that two builds do not starve each other half-way;
 * 0 pages withdraws. */
static int builder_claim(struct builder *b, uint64_t pages)
{
	int ret = ctrl_memory_claim(b->ctrl, b->domid, pages);

	return ret == -ENOSYS ? 0 : ret;
}

static int no_memory(const struct guest_config *c, uint64_t free_bytes, char *error)
{
	snprintf(error, GUEST_ERROR_LEN,
		 "the host has not enough free memory for a guest of %llu MiB (%llu MiB are free)",
		 (unsigned long long)(c->target_kib >> 10), (unsigned long long)(free_bytes >> 20));
	return -ENOMEM;
}

static int builder_no_memory(struct builder *b)
{
	uint64_t bytes = 0;

	if (ctrl_host_free_memory(b->ctrl, -1, &bytes))
		bytes = 0;
	return no_memory(b->config, bytes, b->error);
}

static int builder_populate(struct builder *b)
{
	const struct guest_layout *l = &b->layout;
	uint64_t high = l->high_end ? l->high_end - GUEST_4G : 0;
	int ret = builder_claim(b, (l->low_end + high) / GUEST_PAGE + GUEST_ACPI_PAGES +
					   GUEST_SPECIAL_PAGES);

	if (!ret)
		ret = ram_populate(b->ctrl, b->domid, 0, l->low_end);
	if (!ret && high)
		ret = ram_populate(b->ctrl, b->domid, GUEST_4G, l->high_end);
	if (!ret)
		ret = ram_populate(b->ctrl, b->domid, GUEST_ACPI_BASE,
				   GUEST_ACPI_BASE + GUEST_ACPI_PAGES * GUEST_PAGE);
	if (!ret)
		ret = ram_populate(b->ctrl, b->domid, GUEST_SPECIAL_GFN * GUEST_PAGE,
				   (GUEST_SPECIAL_GFN + GUEST_SPECIAL_PAGES) * GUEST_PAGE);
	if (!ret)
		ret = builder_claim(b, 0);
	if (ret == -ENOMEM)
		return builder_no_memory(b);
	return ret ? failed(b, ret, "cannot populate guest memory") : 0;
}

static int builder_copy(struct builder *b)
{
	const struct image_plan *plan = &b->image.plan;
	int ret = 0;

	for (uint32_t i = 0; i < plan->nr_segments && !ret; i++)
		ret = ram_write(b->ctrl, b->domid, plan->segments[i].gpa,
				b->image.map + plan->segments[i].offset,
				plan->segments[i].file_size);
	if (ret)
		return failed(b, ret, "cannot copy the kernel into the guest");
	if (b->ramdisk >= 0)
		ret = ram_write_file(b->ctrl, b->domid, b->layout.ramdisk, b->ramdisk, 0,
				     b->ramdisk_size);
	if (ret)
		return failed(b, ret, "cannot copy the ramdisk into the guest");
	return 0;
}

static int builder_start_info(struct builder *b)
{
	size_t size = b->layout.start_info_size;
	uint8_t *buf = calloc(1, size);
	int ret;

	if (!buf)
		return failed(b, -ENOMEM, "start info");
	start_info_fill(buf, &b->layout, b->cmdline, GUEST_ACPI_BASE);
	ret = ram_write(b->ctrl, b->domid, b->layout.start_info, buf, size);
	free(buf);
	return ret ? failed(b, ret, "cannot write the start info") : 0;
}

static int builder_acpi(struct builder *b)
{
	size_t size = GUEST_ACPI_PAGES * GUEST_PAGE;
	uint8_t *buf = calloc(1, size);
	int ret;

	if (!buf)
		return failed(b, -ENOMEM, "ACPI tables");
	/* The region has room for far more vCPUs than are allowed. */
	acpi_build(buf, size, GUEST_ACPI_BASE, b->config->vcpus);
	ret = ram_write(b->ctrl, b->domid, GUEST_ACPI_BASE, buf, size);
	free(buf);
	if (!ret)
		ret = ctrl_memory_set_map(b->ctrl, b->domid, b->layout.e820, b->layout.nr_e820);
	return ret ? failed(b, ret, "cannot write ACPI tables and memory map") : 0;
}

/*
 * Clear the special pages whatever the hypervisor left there, and make the
 * page directory that CPUs without unrestricted guest mode use for paging off.
 */
static int builder_special(struct builder *b)
{
	size_t page = GUEST_GFN_IDENT_PT - GUEST_SPECIAL_GFN;
	uint8_t *map = ctrl_memory_map_range(b->ctrl, b->domid, PROT_READ | PROT_WRITE,
					     GUEST_SPECIAL_GFN, GUEST_SPECIAL_PAGES);
	uint32_t *pde;

	if (!map)
		return failed(b, errno ? -errno : -EFAULT, "cannot map the special pages");
	memset(map, 0, GUEST_SPECIAL_PAGES * GUEST_PAGE);
	pde = (uint32_t *)(map + page * GUEST_PAGE);
	/* 4 MiB pages: present, writable, user, accessed, dirty, large. */
	for (uint32_t i = 0; i < 1024; i++)
		pde[i] = i << 22 | 0xe7;
	ctrl_memory_unmap(b->ctrl, map, GUEST_SPECIAL_PAGES);
	return 0;
}

static int builder_channels(struct builder *b, struct guest_result *r)
{
	const struct guest_config *c = b->config;
	const struct ctrl_grant grants[] = {
		{GNTTAB_RESERVED_CONSOLE, c->console_domid, GUEST_GFN_CONSOLE},
		{GNTTAB_RESERVED_XENSTORE, c->store_domid, GUEST_GFN_XENSTORE},
	};
	unsigned int nr_grants = c->no_store ? 1 : 2;
	int ret = 0;

	if (!c->no_store)
		ret = ctrl_evtchn_alloc_unbound(b->ctrl, b->domid, c->store_domid, &r->store_port);
	if (!ret)
		ret = ctrl_evtchn_alloc_unbound(b->ctrl, b->domid, c->console_domid,
						&r->console_port);
	if (ret)
		return failed(b, ret, "cannot make the event channels");
	r->console_gfn = GUEST_GFN_CONSOLE;
	r->store_gfn = c->no_store ? 0 : GUEST_GFN_XENSTORE;
	ret = ctrl_gnttab_seed(b->ctrl, b->domid, grants, nr_grants);
	return ret ? failed(b, ret, "cannot write the reserved grants") : 0;
}

static int builder_params(struct builder *b, struct guest_result *r)
{
	const struct {
		uint32_t index;
		uint64_t value;
	} params[] = {
		{HVM_PARAM_IDENT_PT, GUEST_GFN_IDENT_PT * GUEST_PAGE},
		{HVM_PARAM_STORE_PFN, r->store_gfn},
		{HVM_PARAM_STORE_EVTCHN, r->store_port},
		{HVM_PARAM_CONSOLE_PFN, r->console_gfn},
		{HVM_PARAM_CONSOLE_EVTCHN, r->console_port},
	};
	char what[48];

	for (size_t i = 0; i < sizeof(params) / sizeof(params[0]); i++) {
		int ret = ctrl_hvm_param_set(b->ctrl, b->domid, params[i].index, params[i].value);

		if (ret) {
			snprintf(what, sizeof(what), "cannot set HVM parameter %u",
				 params[i].index);
			return failed(b, ret, what);
		}
	}
	return 0;
}

static int builder_entry(struct builder *b, struct guest_result *r)
{
	int ret = entry_set(b->ctrl, b->domid, (uint32_t)b->image.plan.entry,
			    (uint32_t)b->layout.start_info);

	if (ret)
		return failed(b, ret, "cannot set the entry state");
	r->kernel_start = b->image.plan.segments[0].gpa;
	r->kernel_end = b->image.end;
	r->entry = b->image.plan.entry;
	return 0;
}

static int builder_domain(struct builder *b, struct guest_result *r)
{
	int ret = builder_limits(b);

	if (!ret)
		ret = builder_populate(b);
	if (!ret)
		ret = builder_special(b);
	if (!ret)
		ret = builder_copy(b);
	if (!ret)
		ret = builder_start_info(b);
	if (!ret)
		ret = builder_acpi(b);
	if (!ret)
		ret = builder_channels(b, r);
	if (!ret)
		ret = builder_params(b, r);
	return ret ? ret : builder_entry(b, r);
}

static void builder_init(struct builder *b, const struct guest_config *config, char *error)
{
	*b = (struct builder){
		.config = config,
		.cmdline = config->cmdline ? config->cmdline : "",
		.image = {.fd = -1},
		.ramdisk = -1,
		.error = error,
	};
	error[0] = '\0';
}

static void builder_release(struct builder *b)
{
	loader_release(&b->image);
	if (b->ramdisk >= 0)
		close(b->ramdisk);
}

int guest_build(struct ctrl *ctrl, uint32_t domid, const struct guest_config *config,
		struct guest_result *result, char error[GUEST_ERROR_LEN])
{
	struct builder b;
	int ret;

	memset(result, 0, sizeof(*result));
	builder_init(&b, config, error);
	b.ctrl = ctrl;
	b.domid = domid;
	ret = builder_plan(&b);
	if (!ret)
		ret = builder_domain(&b, result);
	builder_release(&b);
	return ret;
}

int guest_check_memory(struct ctrl *ctrl, const struct guest_config *config,
		       char error[GUEST_ERROR_LEN])
{
	uint64_t needed = config->target_kib + paging_pool_kib(config) +
			  (GUEST_ACPI_PAGES + GUEST_SPECIAL_PAGES) * (GUEST_PAGE >> 10);
	uint64_t bytes = 0;
	int ret = ctrl_host_free_memory(ctrl, -1, &bytes);

	if (ret) {
		snprintf(error, GUEST_ERROR_LEN, "cannot read the free memory: %s", strerror(-ret));
		return ret;
	}
	return bytes >> 10 < needed ? no_memory(config, bytes, error) : 0;
}

int guest_check_kernel(const struct guest_config *config, char error[GUEST_ERROR_LEN])
{
	struct builder b;
	int ret;

	builder_init(&b, config, error);
	ret = builder_plan(&b);
	builder_release(&b);
	return ret;
}
