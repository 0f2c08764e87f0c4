/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "fake_xen.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <xen/event_channel.h>
#include <xen/hvm/hvm_op.h>
#include <xen/hvm/save.h>
#include <xen/version.h>

/* Guest frames that the model has room for: 8 GiB. */
#define MAX_GFN (8ull << 18)

struct fake_xen fake;
static int ram = -1;
static uint8_t *present;

void fake_reset(void)
{
	memset(&fake, 0, sizeof(fake));
	fake.free_pages = ~0ull;
	if (ram >= 0)
		close(ram);
	ram = memfd_create("fake-ram", 0);
	free(present);
	present = calloc(1, MAX_GFN);
	if (ram < 0 || !present || ftruncate(ram, (off_t)(MAX_GFN << 12)))
		abort();
}

bool fake_populated(uint64_t gfn)
{
	return gfn < MAX_GFN && present[gfn];
}

void fake_read(uint64_t gpa, void *to, size_t len)
{
	uint8_t *p = to;

	if (pread(ram, to, len, (off_t)gpa) != (ssize_t)len)
		abort();
	for (size_t i = 0; i < len; i++)
		if (!fake_populated((gpa + i) >> 12))
			p[i] = 0xaa;
}

/* --- xencall -------------------------------------------------------------- */

static char call_handle, fmem_handle;

xencall_handle *xencall_open(struct xentoollog_logger *logger, unsigned flags)
{
	return (void *)&call_handle;
}

int xencall_close(xencall_handle *call)
{
	return 0;
}

void *xencall_alloc_buffer(xencall_handle *call, size_t size)
{
	void *p = malloc(size);

	/* As pages that were used before. */
	if (p)
		memset(p, 0xee, size);
	fake.buffers += !!p;
	return p;
}

void xencall_free_buffer(xencall_handle *call, void *p)
{
	fake.buffers--;
	free(p);
}

static int failing(void)
{
	fake.calls++;
	if (!fake.fail_at || --fake.fail_at)
		return 0;
	errno = fake.fail_errno;
	return -1;
}

static int result(int ret)
{
	if (ret >= 0)
		return ret;
	errno = -ret;
	return -1;
}

static int context_op(struct xen_domctl *op)
{
	struct xen_domctl_hvmcontext *c = &op->u.hvmcontext;
	struct {
		struct hvm_save_descriptor d1;
		struct hvm_save_header header;
		struct hvm_save_descriptor d2;
		struct hvm_hw_mtrr mtrr;
		struct hvm_save_descriptor end;
	} saved = {
		.d1 = {HVM_SAVE_CODE(HEADER), 0, sizeof(saved.header)},
		.header = {.magic = HVM_FILE_MAGIC, .version = HVM_FILE_VERSION, .cpuid = 0x1234},
		.d2 = {HVM_SAVE_CODE(MTRR), 0, sizeof(saved.mtrr)},
	};

	if (op->cmd == XEN_DOMCTL_gethvmcontext) {
		if (c->buffer.p && c->size < sizeof(saved))
			return -ENOSPC;
		if (c->buffer.p)
			memcpy(c->buffer.p, &saved, sizeof(saved));
		c->size = sizeof(saved);
		return 0;
	}
	if (c->size > sizeof(fake.context))
		return -EINVAL;
	memcpy(fake.context, c->buffer.p, c->size);
	fake.context_size = c->size;
	return 0;
}

static int domctl(struct xen_domctl *op)
{
	int ret = fake.domctl ? fake.domctl(op) : 1;

	if (ret != 1)
		return ret;
	if (op->interface_version != XEN_DOMCTL_INTERFACE_VERSION)
		return -EACCES;
	if (op->domain != FAKE_DOMID)
		return -ESRCH;
	switch (op->cmd) {
	case XEN_DOMCTL_max_vcpus:
		fake.max_vcpus = op->u.max_vcpus.max;
		return 0;
	case XEN_DOMCTL_max_mem:
		fake.max_kib = op->u.max_mem.max_memkb;
		return 0;
	case XEN_DOMCTL_set_paging_mempool_size:
		fake.paging_bytes = op->u.paging_mempool.size;
		return 0;
	case XEN_DOMCTL_gethvmcontext:
	case XEN_DOMCTL_sethvmcontext:
		return context_op(op);
	default:
		return -ENOSYS;
	}
}

int xencall1(xencall_handle *call, unsigned int nr, uint64_t arg)
{
	struct xen_sysctl *sysctl = (void *)arg;

	if (failing())
		return -1;
	if (nr == __HYPERVISOR_domctl)
		return result(domctl((void *)arg));
	if (nr == __HYPERVISOR_sysctl && fake.sysctl)
		return result(fake.sysctl(sysctl));
	return result(-ENOSYS);
}

static long populate(struct xen_memory_reservation *res)
{
	uint64_t pages = 1ull << res->extent_order;
	xen_ulong_t i;

	for (i = 0; i < res->nr_extents; i++) {
		uint64_t gfn = res->extent_start.p[i];

		if ((res->extent_order && fake.no_superpages) || fake.free_pages < pages)
			break;
		if (gfn % pages || gfn + pages > MAX_GFN)
			return -EINVAL;
		for (uint64_t p = 0; p < pages; p++)
			if (present[gfn + p]++)
				abort();
		fake.free_pages -= pages;
		fake.populated += pages;
		fake.superpages += res->extent_order == 9;
	}
	return (long)i;
}

long xencall2L(xencall_handle *call, unsigned int nr, uint64_t cmd, uint64_t arg)
{
	if (failing())
		return -1;
	if (nr != __HYPERVISOR_memory_op || cmd != XENMEM_populate_physmap)
		return result(-ENOSYS);
	return populate((void *)arg);
}

static int set_map(const struct xen_foreign_memory_map *map)
{
	if (map->map.nr_entries > 16)
		return -EINVAL;
	memcpy(fake.e820, map->map.buffer.p, map->map.nr_entries * sizeof(fake.e820[0]));
	fake.nr_e820 = map->map.nr_entries;
	return 0;
}

static int alloc_unbound(struct evtchn_alloc_unbound *arg)
{
	arg->port = ++fake.ports;
	return arg->dom == FAKE_DOMID ? 0 : -ESRCH;
}

int xencall2(xencall_handle *call, unsigned int nr, uint64_t cmd, uint64_t arg)
{
	struct xen_hvm_param *param = (void *)arg;

	if (failing())
		return -1;
	if (nr == __HYPERVISOR_memory_op && cmd == XENMEM_set_memory_map)
		return result(set_map((void *)arg));
	if (nr == __HYPERVISOR_event_channel_op && cmd == EVTCHNOP_alloc_unbound)
		return result(alloc_unbound((void *)arg));
	if (nr == __HYPERVISOR_hvm_op && cmd == HVMOP_set_param && param->index < 64) {
		fake.params[param->index] = param->value;
		return 0;
	}
	return result(-ENOSYS);
}

/* --- xenforeignmemory -------------------------------------------------------- */

xenforeignmemory_handle *xenforeignmemory_open(struct xentoollog_logger *logger, unsigned flags)
{
	return (void *)&fmem_handle;
}

int xenforeignmemory_close(xenforeignmemory_handle *fmem)
{
	return 0;
}

void *xenforeignmemory_map(xenforeignmemory_handle *fmem, uint32_t dom, int prot, size_t pages,
			   const xen_pfn_t *arr, int *err)
{
	void *p;

	if (failing())
		return NULL;
	for (size_t i = 0; i < pages; i++)
		fake.pages_mapped_unpopulated += !fake_populated(arr[i]);
	/* The builder maps contiguous ranges only. */
	for (size_t i = 1; i < pages; i++)
		if (arr[i] != arr[0] + i)
			abort();
	p = mmap(NULL, pages << 12, prot, MAP_SHARED, ram, (off_t)(arr[0] << 12));
	if (p == MAP_FAILED)
		return NULL;
	fake.mappings++;
	return p;
}

int xenforeignmemory_unmap(xenforeignmemory_handle *fmem, void *addr, size_t pages)
{
	fake.mappings--;
	return munmap(addr, pages << 12);
}

xenforeignmemory_resource_handle *
xenforeignmemory_map_resource(xenforeignmemory_handle *fmem, domid_t domid, unsigned int type,
			      unsigned int id, unsigned long frame, unsigned long nr, void **addr,
			      int prot, int flags)
{
	if (failing())
		return NULL;
	if (domid != FAKE_DOMID || type != XENMEM_resource_grant_table || frame || nr != 1) {
		errno = EINVAL;
		return NULL;
	}
	fake.mappings++;
	*addr = fake.grants;
	return (void *)fake.grants;
}

int xenforeignmemory_unmap_resource(xenforeignmemory_handle *fmem,
				    xenforeignmemory_resource_handle *res)
{
	fake.mappings--;
	return 0;
}
