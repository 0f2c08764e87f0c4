/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * What a toolstack does for a PVH guest (xen/arch-x86/hvm/start_info.h), at its
 * smallest: RAM from 0, image, start info, console page.  No ACPI tables, no
 * xenstore: the guest's parameters for these are 0.
 */
#include "module_build.h"

#include "elf_image.h"
#include "evtchn_bind.h"
#include "memory_op.h"

#include <hv/domain.h>
#include <hv/frame.h>
#include <hv/guest_access.h>
#include <hv/hvm.h>
#include <hv/string.h>
#include <xen/arch-x86/hvm/start_info.h>
#include <xen/elfnote.h>

/* As Xen's toolstack lays it out: special pages end at 0xff000000. */
#define SPECIAL_GFN   0xfeff8ULL
#define SPECIAL_PAGES 8
#define CONSOLE_GFN   (SPECIAL_GFN + 7)
#define MEMORY_MIN    (1ULL << 20)
#define MEMORY_MAX    (SPECIAL_GFN << PAGE_SHIFT)
#define SPARE_PAGES   256 /* what a guest may add: as libxl leaves it */
#define CMDLINE_MAX   1024
#define MAP_RAM	      XEN_HVM_MEMMAP_TYPE_RAM
#define MAP_RESERVED  XEN_HVM_MEMMAP_TYPE_RESERVED

struct builder {
	const struct module_config *config;
	struct module_guest *guest;
	struct elf_image elf;
	uint64_t info; /* guest-physical address of the start info */
	uint32_t entry;
};

struct start_block {
	struct hvm_start_info info;
	struct hvm_memmap_table_entry map[2];
};

static int read_image(struct builder *b, const char **why)
{
	const struct module_config *c = b->config;
	int rc = elf_image_read(c->data, c->size, &b->elf, why);

	if (rc)
		return rc;
	rc = -XEN_EINVAL;
	b->info = ROUND_UP(b->elf.end, PAGE_SIZE);
	if (!elf_image_note(&b->elf, "Xen", XEN_ELFNOTE_PHYS32_ENTRY, &b->entry, sizeof(b->entry)))
		*why = "no PVH entry note";
	else if (c->vcpus < 1 || c->vcpus > MAX_VCPUS)
		*why = "number of vCPUs out of range";
	else if (c->memory < MEMORY_MIN || c->memory > MEMORY_MAX || c->memory & ~PAGE_MASK)
		*why = "memory out of range";
	else if (strlen(c->cmdline) >= CMDLINE_MAX)
		*why = "command line too long";
	else if (b->info + sizeof(struct start_block) + CMDLINE_MAX > c->memory)
		*why = "memory too small for the image";
	else
		rc = 0;
	return rc;
}

static int create(struct builder *b)
{
	const struct xen_domctl_createdomain config = {
		.flags = XEN_DOMCTL_CDF_hvm | XEN_DOMCTL_CDF_hap,
		.max_vcpus = b->config->vcpus,
		.max_evtchn_port = 1023, /* this and the next three: libxl's defaults */
		.max_grant_frames = 64,
		.max_maptrack_frames = 1024,
		.grant_opts = XEN_DOMCTL_GRANT_version(1),
		.arch.emulation_flags = XEN_X86_EMU_LAPIC,
	};
	struct domain *d;
	int rc = domain_create(0, &config, &d);

	if (rc)
		return rc;
	b->guest->d = d;
	d->max_pages = (b->config->memory >> PAGE_SHIFT) + SPARE_PAGES;
	for (unsigned int i = 0; !rc && i < d->max_vcpus; i++)
		rc = vcpu_create(d, i);
	return rc;
}

static int add_frame(struct domain *d, uint64_t gfn, unsigned int order)
{
	mfn_t mfn;
	int rc = frame_alloc_domain(d, order, INVALID_FRAME, &mfn);

	return rc ? rc : p2m_set(d, mk_gfn(gfn), mfn, order, P2M_RAM);
}

static int populate(struct builder *b)
{
	struct domain *d = b->guest->d;
	uint64_t end = b->config->memory >> PAGE_SHIFT;
	int rc = 0;

	for (uint64_t gfn = 0; !rc && gfn < end;) {
		unsigned int order = end - gfn >= 1u << ORDER_2M ? ORDER_2M : ORDER_4K;

		rc = add_frame(d, gfn, order);
		if (rc == -XEN_ENOMEM && order)
			rc = add_frame(d, gfn, order = ORDER_4K);
		gfn += 1ULL << order;
	}
	for (unsigned int i = 0; !rc && i < SPECIAL_PAGES; i++)
		rc = add_frame(d, SPECIAL_GFN + i, ORDER_4K);
	return rc;
}

/* Frames are zero, so what the file leaves out of a segment is, too. */
static int copy_image(struct builder *b)
{
	int rc = 0;

	for (unsigned int i = 0; !rc && i < b->elf.nr; i++) {
		const struct elf_segment *s = &b->elf.segment[i];

		if (s->type == ELF_LOAD)
			rc = copy_to_gpa(b->guest->d, (gpa_t){s->paddr}, s->data, s->filesz);
	}
	return rc;
}

static int write_start_info(struct builder *b)
{
	const struct module_config *c = b->config;
	struct start_block block = {
		.info =
			{
				.magic = XEN_HVM_START_MAGIC_VALUE,
				.version = 1,
				.cmdline_paddr = b->info + sizeof(block),
				.memmap_paddr = b->info + offsetof(struct start_block, map),
				.memmap_entries = ARRAY_SIZE(block.map),
			},
		.map =
			{
				{.addr = 0, .size = c->memory, .type = MAP_RAM},
				{.addr = SPECIAL_GFN << PAGE_SHIFT,
				 .size = SPECIAL_PAGES << PAGE_SHIFT,
				 .type = MAP_RESERVED},
			},
	};
	int rc = copy_to_gpa(b->guest->d, (gpa_t){b->info}, &block, sizeof(block));

	if (!rc)
		rc = copy_to_gpa(b->guest->d, (gpa_t){block.info.cmdline_paddr}, c->cmdline,
				 strlen(c->cmdline) + 1);
	for (unsigned int i = 0; !rc && i < ARRAY_SIZE(block.map); i++)
		rc = memory_map_add(b->guest->d, block.map[i].addr, block.map[i].size,
				    block.map[i].type);
	return rc;
}

static int connect_console(struct builder *b)
{
	struct domain *d = b->guest->d;
	struct evtchn_alloc_unbound alloc = {.dom = d->id, .remote_dom = DOMID_SELF};
	struct evtchn_bind_interdomain bind = {.remote_dom = d->id};
	int rc = evtchn_alloc_unbound(dom0, &alloc);

	bind.remote_port = alloc.port;
	if (!rc)
		rc = evtchn_bind_interdomain(dom0, &bind);
	if (rc)
		return rc;
	if (!p2m_get_page(d, mk_gfn(CONSOLE_GFN), true, &b->guest->console))
		return -XEN_EFAULT;
	b->guest->port = alloc.port;
	b->guest->local_port = bind.local_port;
	d->hvm_params[HVM_PARAM_CONSOLE_PFN] = CONSOLE_GFN;
	d->hvm_params[HVM_PARAM_CONSOLE_EVTCHN] = alloc.port;
	return 0;
}

static int set_entry(struct builder *b)
{
	struct vcpu *v = b->guest->d->vcpu[0];

	hvm_set_pvh_entry(v, b->entry, b->info);
	v->initialised = true;
	vcpu_clear_flags(v, VPF_DOWN);
	return 0;
}

int module_build(const struct module_config *config, struct module_guest *out, const char **why)
{
	static const struct {
		int (*step)(struct builder *b);
		const char *name;
	} steps[] = {
		{create, "cannot create a domain"},
		{populate, "not enough memory"},
		{copy_image, "cannot copy the image"},
		{write_start_info, "cannot write the start info"},
		{connect_console, "cannot connect the console"},
		{set_entry, "cannot set the entry"},
	};
	struct builder b = {.config = config, .guest = out};
	int rc;

	*out = (struct module_guest){.console = mk_mfn(INVALID_FRAME)};
	rc = read_image(&b, why);
	for (unsigned int i = 0; !rc && i < ARRAY_SIZE(steps); i++) {
		rc = steps[i].step(&b);
		*why = steps[i].name;
	}
	return rc;
}
