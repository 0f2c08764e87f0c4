/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* The core of a domain of two vCPUs and three pages, one of which is not its own. */
#include <criterion/criterion.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "ctrl/domain.h"
#include "ctrl/host.h"
#include "ctrl/memory.h"
#include "ctrl/vcpu.h"
#include "dump.h"

#define LAST 2100
#define PAGE 4096

static const xen_pfn_t frames[] = {0, 5, 2099};
#define FOREIGN 5

static int pauses, unpauses, map_rc;
static char pages[3][PAGE];

int __wrap_ctrl_open(struct ctrl **out)
{
	static struct ctrl ctrl;

	*out = &ctrl;
	return 0;
}

void __wrap_ctrl_close(struct ctrl *c)
{
}

int __wrap_ctrl_domain_pause(struct ctrl *c, uint32_t domid)
{
	pauses += domid == 7;
	return domid == 7 ? 0 : -ESRCH;
}

int __wrap_ctrl_domain_unpause(struct ctrl *c, uint32_t domid)
{
	unpauses += domid == 7;
	return 0;
}

int __wrap_ctrl_domain_info(struct ctrl *c, uint32_t domid, struct xen_domctl_getdomaininfo *info)
{
	*info = (struct xen_domctl_getdomaininfo){.max_vcpu_id = 2};
	return 0;
}

int __wrap_ctrl_vcpu_info(struct ctrl *c, uint32_t domid, uint32_t vcpu,
			  struct xen_domctl_getvcpuinfo *info)
{
	*info = (struct xen_domctl_getvcpuinfo){.online = vcpu != 1};
	return 0;
}

int __wrap_ctrl_vcpu_context(struct ctrl *c, uint32_t domid, uint32_t vcpu,
			     vcpu_guest_context_t *context)
{
	memset(context, 0x10 + (int)vcpu, sizeof(*context));
	return 0;
}

int __wrap_ctrl_memory_max_gfn(struct ctrl *c, uint32_t domid, uint64_t *gfn)
{
	*gfn = LAST;
	return 0;
}

void *__wrap_ctrl_buffer_alloc(struct ctrl *c, size_t size)
{
	return calloc(1, size);
}

void __wrap_ctrl_buffer_free(struct ctrl *c, void *buf)
{
	free(buf);
}

static int index_of(xen_pfn_t gfn)
{
	int i;

	for (i = 0; i < 3; i++)
		if (frames[i] == gfn)
			return i;
	return -1;
}

int __wrap_ctrl_domctl(struct ctrl *c, struct xen_domctl *op)
{
	xen_pfn_t *info = op->u.getpageframeinfo3.array.p;
	size_t i;

	cr_assert_eq(op->cmd, XEN_DOMCTL_getpageframeinfo3);
	cr_assert_leq(op->u.getpageframeinfo3.num, 1024);
	for (i = 0; i < op->u.getpageframeinfo3.num; i++)
		info[i] = index_of(info[i]) < 0 ? XEN_DOMCTL_PFINFO_XTAB : 0;
	return 0;
}

void *__wrap_xenforeignmemory_map(xenforeignmemory_handle *fmem, uint32_t dom, int prot, size_t nr,
				  const xen_pfn_t *gfns, int *err)
{
	size_t i;

	cr_assert_eq(prot, PROT_READ);
	for (i = 0; i < nr; i++)
		err[i] = gfns[i] == FOREIGN ? -EINVAL : 0;
	return pages;
}

void *__wrap_ctrl_memory_map(struct ctrl *c, uint32_t domid, int prot, const xen_pfn_t *gfns,
			     size_t nr)
{
	static char copy[3][PAGE];
	size_t i;

	for (i = 0; i < nr; i++)
		memcpy(copy[i], pages[index_of(gfns[i])], PAGE);
	errno = map_rc;
	return map_rc ? NULL : copy;
}

void __wrap_ctrl_memory_unmap(struct ctrl *c, void *addr, size_t nr)
{
}

int __wrap_ctrl_host_version(struct ctrl *c, struct ctrl_version *v)
{
	*v = (struct ctrl_version){.major = 4, .minor = 17, .extra = "-nacre"};
	return 0;
}

/* Run it into a file: what it returns, and the file. */
static int run(uint32_t domid, char **core, size_t *len)
{
	int fd = memfd_create("core", 0), rc, i;

	for (i = 0; i < 3; i++)
		memset(pages[i], 'a' + i, PAGE);
	rc = dump_write(domid, fd);
	*len = (size_t)lseek(fd, 0, SEEK_END);
	*core = malloc(*len + 1);
	cr_assert_eq(pread(fd, *core, *len, 0), (ssize_t)*len);
	close(fd);
	return rc;
}

static const Elf64_Shdr *section(const char *core, const char *name)
{
	const Elf64_Ehdr *e = (const void *)core;
	const Elf64_Shdr *s = (const void *)(core + e->e_shoff);
	int i;

	for (i = 1; i < e->e_shnum; i++)
		if (strcmp(core + s[e->e_shstrndx].sh_offset + s[i].sh_name, name) == 0)
			return &s[i];
	cr_assert_fail("no %s", name);
	return NULL;
}

Test(dump, has_all_sections)
{
	static const uint64_t gfns[] = {0, 2099};
	const Elf64_Shdr *s;
	const uint64_t *header;
	size_t len;
	char *core;

	cr_assert_eq(run(7, &core, &len), 0);
	cr_assert(pauses == 1 && unpauses == 1);
	cr_assert_eq(memcmp(core, ELFMAG, SELFMAG), 0);
	s = section(core, ".xen_pages");
	cr_assert(s->sh_size == 2 * PAGE && s->sh_offset % PAGE == 0 && s->sh_entsize == PAGE);
	cr_assert(core[s->sh_offset] == 'a' && core[s->sh_offset + PAGE] == 'c');
	s = section(core, ".xen_pfn");
	cr_assert(s->sh_size == sizeof(gfns) && !memcmp(core + s->sh_offset, gfns, sizeof(gfns)));
	s = section(core, ".xen_prstatus");
	cr_assert_eq(s->sh_size, 2 * sizeof(vcpu_guest_context_t));
	cr_assert_eq(core[s->sh_offset], 0x10);
	cr_assert_eq(core[s->sh_offset + sizeof(vcpu_guest_context_t)], 0x12, "vCPU 1 is off");
	s = section(core, ".note.Xen");
	cr_assert_eq(s->sh_offset, 0x200);
	header = (const void *)(core + s->sh_offset + 32);
	cr_assert(header[0] == 0xF00FEBEE && header[1] == 2 && header[2] == 2 && header[3] == PAGE);
	s = section(core, ".shstrtab");
	cr_assert_eq(s->sh_offset + s->sh_size, len, "it ends with its last section");
	free(core);
}

Test(dump, lets_the_domain_go_in_any_case)
{
	const Elf64_Shdr *s;
	size_t len;
	char *core;

	map_rc = ENOMEM;
	cr_assert_eq(run(7, &core, &len), -ENOMEM);
	cr_assert(pauses == 1 && unpauses == 1);
	s = (const void *)(core + sizeof(Elf64_Ehdr) + sizeof(*s));
	cr_assert_lt(len, s->sh_offset + s->sh_size, "it shows that it is not whole");
	free(core);
	cr_assert_eq(run(8, &core, &len), -ESRCH);
	cr_assert_eq(unpauses, 1, "what was not paused is not let go");
	free(core);
}
