/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Small objects: one page holds objects of one size class and a header with
 * their free list; anything from 2 KiB on is whole pages.  A page whose last
 * object is freed goes back to the frame allocator.
 */
#include <hv/arch.h>
#include <hv/frame.h>
#include <hv/heap.h>
#include <hv/list.h>
#include <hv/printk.h>
#include <hv/spinlock.h>
#include <hv/string.h>

#define MIN_SHIFT  5 /* 32 bytes */
#define NR_CLASSES 6 /* 32, 64, ... 1024 */
#define SMALL_MAX  (1u << (MIN_SHIFT + NR_CLASSES - 1))

struct slab {
	struct list link; /* in its class while it has free objects */
	void *free;	  /* singly linked through the objects */
	uint16_t used, class;
	uint32_t pad[9]; /* objects start 64 bytes in, 32-byte aligned */
};
_Static_assert(sizeof(struct slab) == 64, "keeps objects aligned");

static spinlock_t heap_lock = SPINLOCK_INIT;
static struct list classes[NR_CLASSES];
static bool ready;
static size_t used_bytes;

static struct frame *frame_of(const void *p)
{
	return &frame_table[virt_to_mfn(p).v];
}

static unsigned int order_of(size_t size)
{
	unsigned int order = 0;

	while ((PAGE_SIZE << order) < size)
		order++;
	return order;
}

static struct slab *slab_new(unsigned int class)
{
	struct slab *s = pages_alloc(0);
	size_t size = 1u << (MIN_SHIFT + class);

	if (!s)
		return NULL;
	frame_of(s)->flags |= FRAME_SLAB;
	s->class = class;
	for (char *o = (char *)(s + 1); o + size <= (char *)s + PAGE_SIZE; o += size) {
		*(void **)o = s->free;
		s->free = o;
	}
	list_append(&classes[class], &s->link);
	return s;
}

static void *small_alloc(size_t size)
{
	unsigned int class = 0;
	struct slab *s;
	void *obj = NULL;

	while ((1u << (MIN_SHIFT + class)) < size)
		class ++;
	spin_lock(&heap_lock);
	if (!ready) {
		for (unsigned int i = 0; i < NR_CLASSES; i++)
			list_init(&classes[i]);
		ready = true;
	}
	s = list_empty(&classes[class]) ? slab_new(class)
					: list_entry(classes[class].next, struct slab, link);
	if (s) {
		obj = s->free;
		s->free = *(void **)obj;
		s->used++;
		if (!s->free)
			list_del(&s->link);
		used_bytes += 1u << (MIN_SHIFT + class);
	}
	spin_unlock(&heap_lock);
	if (obj)
		memset(obj, 0, 1u << (MIN_SHIFT + class));
	return obj;
}

static void small_free(void *obj)
{
	struct slab *s = (struct slab *)((uintptr_t)obj & PAGE_MASK);

	spin_lock(&heap_lock);
	ASSERT(s->used);
	if (!s->free)
		list_append(&classes[s->class], &s->link);
	*(void **)obj = s->free;
	s->free = obj;
	used_bytes -= 1u << (MIN_SHIFT + s->class);
	if (--s->used == 0) {
		list_del(&s->link);
		frame_of(s)->flags &= ~FRAME_SLAB;
		pages_free(s, 0);
	}
	spin_unlock(&heap_lock);
}

void *heap_alloc(size_t size)
{
	unsigned int order;
	void *p;

	if (size == 0 || size > (PAGE_SIZE << FRAME_MAX_ORDER))
		return NULL;
	if (size <= SMALL_MAX)
		return small_alloc(size);
	order = order_of(size);
	p = pages_alloc(order);
	if (p) {
		frame_of(p)->order = order;
		__atomic_fetch_add(&used_bytes, PAGE_SIZE << order, __ATOMIC_RELAXED);
	}
	return p;
}

void *heap_array(size_t n, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(n, size, &bytes))
		return NULL;
	return heap_alloc(bytes);
}

void heap_free(void *p)
{
	unsigned int order;

	if (!p)
		return;
	if (frame_of(p)->flags & FRAME_SLAB) {
		small_free(p);
		return;
	}
	ASSERT(((uintptr_t)p & ~PAGE_MASK) == 0);
	order = frame_of(p)->order;
	__atomic_fetch_sub(&used_bytes, PAGE_SIZE << order, __ATOMIC_RELAXED);
	pages_free(p, order);
}

size_t heap_used(void)
{
	return __atomic_load_n(&used_bytes, __ATOMIC_RELAXED);
}
