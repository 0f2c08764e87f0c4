/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "area.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define LOW_MAX	  0xe0000000ULL
#define LOW_SPLIT 0xc0000000ULL
#define FOUR_GIB  (1ULL << 32)

uint64_t area_low_size(uint64_t ram_size)
{
	return ram_size < LOW_MAX ? ram_size : LOW_SPLIT;
}

/* An anonymous file whose size is fixed: a client that truncated it would kill
 * everybody who maps it. */
static int make_file(const char *name, uint64_t size)
{
	int error, fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd < 0)
		return -errno;
	if (!ftruncate(fd, (off_t)size) &&
	    !fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL))
		return fd;
	error = errno;
	close(fd);
	return -error;
}

static char *map_file(int fd, uint64_t size)
{
	char *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, fd, 0);

	return p == MAP_FAILED ? NULL : p;
}

static void fill_header(struct area *a)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	a->header->version = LINK_VERSION;
	a->header->size = AREA_LINK_SIZE;
	a->header->wallclock_ns = (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
	a->header->state = LINK_DOWN;
	a->header->magic = LINK_MAGIC;
}

int area_create(struct area *a, uint64_t ram_size)
{
	int rc;

	*a = (struct area){.ram_fd = -1,
			   .link_fd = -1,
			   .ram_size = ram_size,
			   .low_size = area_low_size(ram_size)};
	rc = a->ram_fd = make_file("nacre-ram", ram_size);
	if (rc >= 0)
		rc = a->link_fd = make_file("nacre-link", AREA_LINK_SIZE);
	if (rc < 0)
		goto fail;
	a->ram = map_file(a->ram_fd, ram_size);
	a->link = map_file(a->link_fd, AREA_LINK_SIZE);
	rc = -ENOMEM;
	if (!a->ram || !a->link)
		goto fail;
	a->header = (struct link_header *)a->link;
	a->shared_info = (shared_info_t *)(a->link + LINK_SHARED_INFO);
	a->slot = (struct link_slot *)(a->link + LINK_SLOTS);
	a->arena = a->link + LINK_ARENA;
	a->arena_size = AREA_LINK_SIZE - LINK_ARENA;
	fill_header(a);
	return 0;
fail:
	area_destroy(a);
	return rc;
}

void area_destroy(struct area *a)
{
	if (a->ram)
		munmap(a->ram, a->ram_size);
	if (a->link)
		munmap(a->link, AREA_LINK_SIZE);
	if (a->ram_fd >= 0)
		close(a->ram_fd);
	if (a->link_fd >= 0)
		close(a->link_fd);
	*a = (struct area){.ram_fd = -1, .link_fd = -1};
}

char *area_ram(const struct area *a, uint64_t mfn, unsigned int offset)
{
	uint64_t addr = mfn * LINK_PAGE;

	if (mfn >= 1ULL << 50 || offset >= LINK_PAGE)
		return NULL;
	if (addr >= FOUR_GIB)
		addr = addr - FOUR_GIB + a->low_size;
	else if (addr >= a->low_size)
		return NULL;
	return addr < a->ram_size ? a->ram + addr + offset : NULL;
}
