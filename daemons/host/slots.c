/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "slots.h"

#include <errno.h>
#include <string.h>

void slots_init(struct slots *s, struct area *area, void (*ring)(void *arg), void *ring_arg)
{
	*s = (struct slots){
		.area = area, .ring = ring, .ring_arg = ring_arg, .nr_free = LINK_NR_SLOTS};
	s->tail = &s->head;
}

static uint64_t scratch_offset(unsigned int i)
{
	return (uint64_t)i * SLOTS_SCRATCH;
}

static void start(struct slots *s, unsigned int i, struct op *op)
{
	struct link_slot *slot = &s->area->slot[i];
	struct link_slot req = {.arena_va = (uint64_t)(uintptr_t)s->area->arena};
	uint64_t offset = scratch_offset(i);

	op->prepare(op, &req, s->area->arena + offset, offset);
	s->running[i] = op;
	s->nr_free--;
	slot->op = req.op;
	memcpy(slot->arg, req.arg, sizeof(slot->arg));
	slot->arena_va = req.arena_va;
	__atomic_store_n(&slot->state, SLOT_REQUEST, __ATOMIC_RELEASE);
}

/* Give free slots to waiting requests, first come first served. */
static void start_waiting(struct slots *s)
{
	bool started = false;
	unsigned int i;

	for (i = 0; i < LINK_NR_SLOTS && s->head; i++) {
		struct op *op = s->head;

		if (s->running[i])
			continue;
		s->head = op->next;
		if (!s->head)
			s->tail = &s->head;
		start(s, i, op);
		started = true;
	}
	if (started)
		s->ring(s->ring_arg);
}

int slots_submit(struct slots *s, struct op *op)
{
	if (s->dead)
		return -EIO;
	op->next = NULL;
	*s->tail = op;
	s->tail = &op->next;
	if (s->nr_free)
		start_waiting(s);
	return 0;
}

void slots_poll(struct slots *s)
{
	unsigned int i;

	for (i = 0; i < LINK_NR_SLOTS; i++) {
		struct link_slot *slot = &s->area->slot[i];
		struct op *op = s->running[i];

		if (!op || __atomic_load_n(&slot->state, __ATOMIC_ACQUIRE) != SLOT_DONE)
			continue;
		/* The slot, and so the scratch, is op's until done returns. */
		op->done(op, slot->result, s->area->arena + scratch_offset(i));
		slot->state = SLOT_FREE;
		s->running[i] = NULL;
		s->nr_free++;
	}
	start_waiting(s);
}

void slots_fail(struct slots *s)
{
	struct op *op;
	unsigned int i;

	s->dead = true;
	for (i = 0; i < LINK_NR_SLOTS; i++) {
		op = s->running[i];
		s->running[i] = NULL;
		if (op)
			op->done(op, -EIO, NULL);
	}
	while ((op = s->head)) {
		s->head = op->next;
		op->done(op, -EIO, NULL);
	}
	s->tail = &s->head;
}
