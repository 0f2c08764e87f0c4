/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "buffers.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <hv/link_abi.h>

struct arena_map {
	pid_t pid; /* the area is not inherited by a forked child (MADV_DONTFORK) */
	struct arena_map *next;
	dev_t dev;
	ino_t ino; /* which instance's area */
	char *base;
	size_t size;
	unsigned int users;
};

/* The process's mappings: one for each instance that it talks to. */
static struct arena_map *maps;
static pthread_mutex_t maps_lock = PTHREAD_MUTEX_INITIALIZER;

static struct arena_map *find_map(const struct stat *st)
{
	struct arena_map *m = maps;

	while (m && (m->dev != st->st_dev || m->ino != st->st_ino || m->pid != getpid()))
		m = m->next;
	return m;
}

static struct arena_map *new_map(const struct link *l, const struct stat *st)
{
	struct arena_map *m;

	if (l->area_size <= LINK_ARENA) {
		errno = EPROTO;
		return NULL;
	}
	m = calloc(1, sizeof(*m));
	if (!m)
		return NULL;
	m->pid = getpid();
	m->dev = st->st_dev;
	m->ino = st->st_ino;
	m->size = l->area_size - LINK_ARENA;
	m->base = mmap(NULL, m->size, PROT_READ | PROT_WRITE, MAP_SHARED, l->area_fd, LINK_ARENA);
	if (m->base == MAP_FAILED) {
		free(m);
		return NULL;
	}
	madvise(m->base, m->size, MADV_DONTFORK);
	m->next = maps;
	maps = m;
	return m;
}

int buffers_init(struct buffers *b, struct link *l)
{
	struct arena_map *m;
	struct stat st;

	if (fstat(l->area_fd, &st))
		return -1;
	pthread_mutex_lock(&maps_lock);
	m = find_map(&st);
	if (!m)
		m = new_map(l, &st);
	if (m)
		m->users++;
	pthread_mutex_unlock(&maps_lock);
	if (!m)
		return -1;
	*b = (struct buffers){.map = m};
	pthread_mutex_init(&b->lock, NULL);
	return 0;
}

/* The pages themselves go back when the connection ends. */
void buffers_fini(struct buffers *b)
{
	struct arena_map *m = b->map, **p;

	pthread_mutex_lock(&maps_lock);
	if (--m->users == 0) {
		for (p = &maps; *p != m;)
			p = &(*p)->next;
		*p = m->next;
		/* In a forked child something else may be there by now. */
		if (m->pid == getpid())
			munmap(m->base, m->size);
		free(m);
	}
	pthread_mutex_unlock(&maps_lock);
	pthread_mutex_destroy(&b->lock);
}

int buffers_adopt(struct buffers *b, struct link *l)
{
	return b->map->pid == getpid() ? 0 : buffers_init(b, l);
}

uint64_t buffers_base(const struct buffers *b)
{
	return (uint64_t)(uintptr_t)b->map->base;
}

/* A cached buffer of exactly @pages, or NULL. */
static void *from_cache(struct buffers *b, size_t pages)
{
	void *addr = NULL;
	unsigned int i;

	pthread_mutex_lock(&b->lock);
	for (i = 0; i < b->nr_cached; i++) {
		if (b->cached[i].pages != pages)
			continue;
		addr = b->cached[i].addr;
		b->cached[i] = b->cached[--b->nr_cached];
		break;
	}
	pthread_mutex_unlock(&b->lock);
	return addr;
}

static bool to_cache(struct buffers *b, void *addr, size_t pages)
{
	bool kept = false;

	if (pages > BUFFERS_CACHE_PAGES)
		return false;
	pthread_mutex_lock(&b->lock);
	if (b->nr_cached < BUFFERS_CACHED) {
		b->cached[b->nr_cached].addr = addr;
		b->cached[b->nr_cached++].pages = pages;
		kept = true;
	}
	pthread_mutex_unlock(&b->lock);
	return kept;
}

void *buffers_alloc(struct buffers *b, struct link *l, size_t pages)
{
	struct host_request req = {.op = HOST_ARENA_ALLOC, .arg = {pages}};
	char *addr;
	int64_t off;

	if (!pages || pages > b->map->size / HOST_PAGE) {
		errno = pages ? ENOMEM : EINVAL;
		return NULL;
	}
	addr = from_cache(b, pages);
	if (!addr) {
		off = link_call(l, &req, NULL, 0, NULL, 0);
		if (off < 0)
			return NULL;
		if ((uint64_t)off > b->map->size - pages * HOST_PAGE) {
			errno = EPROTO;
			return NULL;
		}
		addr = b->map->base + off;
	}
	memset(addr, 0, pages * HOST_PAGE);
	return addr;
}

void buffers_free(struct buffers *b, struct link *l, void *addr, size_t pages)
{
	struct host_request req = {.op = HOST_ARENA_FREE};
	int saved = errno;

	if (addr && !to_cache(b, addr, pages)) {
		req.arg[0] = (uint64_t)((char *)addr - b->map->base);
		req.arg[1] = pages;
		link_call(l, &req, NULL, 0, NULL, 0);
	}
	errno = saved;
}
