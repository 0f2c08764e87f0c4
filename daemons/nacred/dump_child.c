/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * The process that writes one domain's core, in the format of Xen's dump-core: ELF
 * without segments, whose sections are notes, vCPU contexts, pages and their frame numbers.
 */
#include "dump.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "ctrl/domain.h"
#include "ctrl/host.h"
#include "ctrl/memory.h"
#include "ctrl/vcpu.h"
#include "log.h"

/* Guest frames looked at in one go: as many as the hypervisor tells about at once. */
#define BATCH 1024

/* Of Xen's dump-core: note types, and the magic of a guest with nested paging. */
enum { NOTE_NONE = 0x2000000, NOTE_HEADER, NOTE_XEN_VERSION, NOTE_FORMAT_VERSION };
#define MAGIC_HVM      0xF00FEBEEull
#define FORMAT_VERSION 1

struct note {
	uint32_t namesz, descsz, type;
	char name[4];
};

struct notes {
	struct note none;
	struct note header_note;
	struct {
		uint64_t magic, nr_vcpus, nr_pages, page_size;
	} header;
	struct note version_note;
	struct {
		uint64_t major, minor;
		char extra[16];
		char compiler[64], compile_by[16], compile_domain[32], compile_date[32];
		char capabilities[1024];
		char changeset[64];
		uint64_t virt_start, page_size;
	} version;
	struct note format_note;
	uint64_t format;
};
_Static_assert(sizeof(struct notes) == 0x568, "as Xen's dump-core writes them");

enum { S_NULL, S_NAMES, S_NOTES, S_VCPUS, S_SHARED, S_PAGES, S_PFNS, NR_SECTIONS };

static const char names[] = "\0.shstrtab\0.note.Xen\0.xen_prstatus\0.xen_shared_info\0"
			    ".xen_pages\0.xen_pfn";

struct dump {
	struct ctrl *ctrl;
	uint32_t domid;
	int fd;
	vcpu_guest_context_t *vcpus;
	uint32_t nr_vcpus;
	uint64_t *gfns;
	size_t nr_pages, room;
	uint64_t written;
};

static int put(struct dump *d, const void *bytes, size_t len)
{
	const char *at = bytes;

	d->written += len;
	while (len) {
		ssize_t done = write(d->fd, at, len);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return -errno;
		at += done;
		len -= (size_t)done;
	}
	return 0;
}

/* --- what there is ---------------------------------------------------------------------- */

static int keep_page(struct dump *d, uint64_t gfn)
{
	uint64_t *more;

	if (d->nr_pages == d->room) {
		d->room = d->room ? 2 * d->room : 4 * BATCH;
		more = realloc(d->gfns, d->room * sizeof(*more));
		if (!more)
			return -ENOMEM;
		d->gfns = more;
	}
	d->gfns[d->nr_pages++] = gfn;
	return 0;
}

/* Those of @nr frames from @first that hold memory, into @present: how many, or -errno. */
static int present_frames(struct dump *d, uint64_t first, size_t nr, xen_pfn_t *present)
{
	struct xen_domctl op = {.cmd = XEN_DOMCTL_getpageframeinfo3, .domain = (domid_t)d->domid};
	xen_pfn_t *info = ctrl_buffer_alloc(d->ctrl, nr * sizeof(*info));
	int rc, found = 0;
	size_t i;

	if (!info)
		return -ENOMEM;
	for (i = 0; i < nr; i++)
		info[i] = first + i;
	op.u.getpageframeinfo3.num = nr;
	set_xen_guest_handle(op.u.getpageframeinfo3.array, info);
	rc = ctrl_domctl(d->ctrl, &op);
	for (i = 0; !rc && i < nr; i++)
		if ((info[i] & XEN_DOMCTL_PFINFO_LTAB_MASK) != XEN_DOMCTL_PFINFO_XTAB)
			present[found++] = first + i;
	ctrl_buffer_free(d->ctrl, info);
	return rc ? rc : found;
}

/* Frames that can be mapped; others (a neighbour's page, a device) are not the guest's. */
static int find_pages(struct dump *d)
{
	xen_pfn_t present[BATCH];
	int err[BATCH], nr, i, rc;
	uint64_t gfn, last;
	void *mapped;

	rc = ctrl_memory_max_gfn(d->ctrl, d->domid, &last);
	for (gfn = 0; !rc && gfn <= last; gfn += BATCH) {
		nr = present_frames(d, gfn, last - gfn + 1 < BATCH ? last - gfn + 1 : BATCH,
				    present);
		if (nr <= 0) {
			rc = nr;
			continue;
		}
		mapped = xenforeignmemory_map(d->ctrl->fmem, d->domid, PROT_READ, (size_t)nr,
					      present, err);
		for (i = 0; mapped && !rc && i < nr; i++)
			rc = err[i] ? 0 : keep_page(d, present[i]);
		ctrl_memory_unmap(d->ctrl, mapped, (size_t)nr);
	}
	return rc;
}

static int find_vcpus(struct dump *d)
{
	struct xen_domctl_getdomaininfo info;
	struct xen_domctl_getvcpuinfo vcpu;
	uint32_t id;
	int rc = ctrl_domain_info(d->ctrl, d->domid, &info);

	if (rc)
		return rc;
	d->vcpus = calloc(info.max_vcpu_id + 1, sizeof(*d->vcpus));
	if (!d->vcpus)
		return -ENOMEM;
	for (id = 0; id <= info.max_vcpu_id; id++) {
		if (ctrl_vcpu_info(d->ctrl, d->domid, id, &vcpu) || !vcpu.online)
			continue;
		rc = ctrl_vcpu_context(d->ctrl, d->domid, id, &d->vcpus[d->nr_vcpus]);
		if (rc)
			return rc;
		d->nr_vcpus++;
	}
	return 0;
}

/* --- what is written --------------------------------------------------------------------- */

static struct note note_of(uint32_t type, size_t descsz)
{
	return (struct note){sizeof("Xen"), (uint32_t)descsz, type, "Xen"};
}

static int fill_notes(struct dump *d, struct notes *n)
{
	struct ctrl_version v;
	int rc = ctrl_host_version(d->ctrl, &v);

	*n = (struct notes){
		.none = note_of(NOTE_NONE, 0),
		.header_note = note_of(NOTE_HEADER, sizeof(n->header)),
		.header = {MAGIC_HVM, d->nr_vcpus, d->nr_pages, CTRL_PAGE_SIZE},
		.version_note = note_of(NOTE_XEN_VERSION, sizeof(n->version)),
		.version = {.major = v.major,
			    .minor = v.minor,
			    .virt_start = v.virt_start,
			    .page_size = v.page_size},
		.format_note = note_of(NOTE_FORMAT_VERSION, sizeof(n->format)),
		.format = FORMAT_VERSION,
	};
	memcpy(n->version.extra, v.extra, sizeof(n->version.extra));
	memcpy(n->version.compiler, v.compiler, sizeof(n->version.compiler));
	memcpy(n->version.compile_by, v.compile_by, sizeof(n->version.compile_by));
	memcpy(n->version.compile_domain, v.compile_domain, sizeof(n->version.compile_domain));
	memcpy(n->version.compile_date, v.compile_date, sizeof(n->version.compile_date));
	memcpy(n->version.capabilities, v.capabilities, sizeof(n->version.capabilities));
	memcpy(n->version.changeset, v.changeset, sizeof(n->version.changeset));
	return rc;
}

/* The next section behind the last, whose file is written in that order. */
static void place(Elf64_Shdr *s, uint64_t *at, const char *name, uint32_t type, uint64_t size,
		  uint64_t entry, uint64_t align)
{
	size_t i = 1;

	while (strcmp(names + i, name) != 0)
		i += strlen(names + i) + 1;
	*at = (*at + (align ? align : 1) - 1) & ~((align ? align : 1) - 1);
	*s = (Elf64_Shdr){
		.sh_name = (Elf64_Word)i,
		.sh_type = type,
		.sh_offset = *at,
		.sh_size = size,
		.sh_entsize = entry,
		.sh_addralign = align,
	};
	*at += size;
}

static void place_all(const struct dump *d, Elf64_Shdr s[NR_SECTIONS])
{
	uint64_t at = sizeof(Elf64_Ehdr) + NR_SECTIONS * sizeof(Elf64_Shdr);
	size_t context = sizeof(*d->vcpus);

	memset(s, 0, NR_SECTIONS * sizeof(*s));
	place(&s[S_NOTES], &at, ".note.Xen", SHT_NOTE, sizeof(struct notes), 0, 0);
	place(&s[S_VCPUS], &at, ".xen_prstatus", SHT_PROGBITS, d->nr_vcpus * context, context, 8);
	/* A guest with nested paging has it among its pages. */
	place(&s[S_SHARED], &at, ".xen_shared_info", SHT_PROGBITS, 0, CTRL_PAGE_SIZE, 8);
	place(&s[S_PAGES], &at, ".xen_pages", SHT_PROGBITS, d->nr_pages * CTRL_PAGE_SIZE,
	      CTRL_PAGE_SIZE, CTRL_PAGE_SIZE);
	place(&s[S_PFNS], &at, ".xen_pfn", SHT_PROGBITS, d->nr_pages * sizeof(uint64_t),
	      sizeof(uint64_t), 8);
	place(&s[S_NAMES], &at, ".shstrtab", SHT_STRTAB, sizeof(names), 0, 0);
}

static int put_headers(struct dump *d, const Elf64_Shdr s[NR_SECTIONS])
{
	Elf64_Ehdr e = {
		.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB,
			    EV_CURRENT},
		.e_type = ET_CORE,
		.e_machine = EM_X86_64,
		.e_version = EV_CURRENT,
		.e_shoff = sizeof(e),
		.e_ehsize = sizeof(e),
		.e_phentsize = sizeof(Elf64_Phdr),
		.e_shentsize = sizeof(*s),
		.e_shnum = NR_SECTIONS,
		.e_shstrndx = S_NAMES,
	};
	int rc = put(d, &e, sizeof(e));

	return rc ? rc : put(d, s, NR_SECTIONS * sizeof(*s));
}

static int put_padding(struct dump *d, uint64_t offset)
{
	static const char zeros[CTRL_PAGE_SIZE];

	return put(d, zeros, offset - d->written);
}

static int put_pages(struct dump *d)
{
	size_t done, nr;
	void *mapped;
	int rc = 0;

	for (done = 0; !rc && done < d->nr_pages; done += nr) {
		nr = d->nr_pages - done < BATCH ? d->nr_pages - done : BATCH;
		mapped = ctrl_memory_map(d->ctrl, d->domid, PROT_READ, d->gfns + done, nr);
		rc = mapped ? put(d, mapped, nr * CTRL_PAGE_SIZE) : -errno;
		ctrl_memory_unmap(d->ctrl, mapped, nr);
	}
	return rc;
}

static int put_all(struct dump *d)
{
	Elf64_Shdr s[NR_SECTIONS];
	struct notes notes;
	int rc = fill_notes(d, &notes);

	place_all(d, s);
	if (!rc)
		rc = put_headers(d, s);
	if (!rc)
		rc = put(d, &notes, sizeof(notes));
	if (!rc)
		rc = put_padding(d, s[S_VCPUS].sh_offset);
	if (!rc)
		rc = put(d, d->vcpus, s[S_VCPUS].sh_size);
	if (!rc)
		rc = put_padding(d, s[S_PAGES].sh_offset);
	if (!rc)
		rc = put_pages(d);
	if (!rc)
		rc = put(d, d->gfns, s[S_PFNS].sh_size);
	return rc ? rc : put(d, names, sizeof(names));
}

static int dump_paused(struct dump *d)
{
	int rc = find_vcpus(d);

	if (!rc)
		rc = find_pages(d);
	if (!rc)
		rc = put_all(d);
	return rc;
}

int dump_write(uint32_t domid, int fd)
{
	struct dump d = {.domid = domid, .fd = fd};
	int rc = ctrl_open(&d.ctrl);

	if (!rc)
		rc = ctrl_domain_pause(d.ctrl, d.domid);
	if (!rc) {
		rc = dump_paused(&d);
		if (ctrl_domain_unpause(d.ctrl, d.domid))
			log_error("domain %u stays paused", d.domid);
	}
	free(d.vcpus);
	free(d.gfns);
	ctrl_close(d.ctrl);
	return rc;
}

/* It goes on when nacred ends, so that the guest is let go in any case. */
int dump_main(const char *domid)
{
	int rc;

	prctl(PR_SET_NAME, "nacred-dump");
	rc = dump_write((uint32_t)strtoul(domid, NULL, 10), DUMP_FD);
	if (rc)
		log_error("no core of domain %s: %s", domid, strerror(-rc));
	return rc ? EXIT_FAILURE : EXIT_SUCCESS;
}
