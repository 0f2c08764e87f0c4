/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Hypercalls, arena pages, and frames of other domains. */
#include "serve.h"

#include <errno.h>
#include <string.h>

/* Places in a slot's scratch memory. */
#define SCRATCH_GFN 0
#define SCRATCH_MFN (HOST_FRAMES * sizeof(uint64_t))
#define SCRATCH_ERR (2 * HOST_FRAMES * sizeof(uint64_t))
_Static_assert(SCRATCH_ERR + HOST_FRAMES * sizeof(int32_t) <= SLOTS_SCRATCH, "fits");

static struct client *client_of(struct op *op)
{
	return (struct client *)((char *)op - offsetof(struct client, op));
}

/* --- hypercalls --------------------------------------------------------------- */

static void prepare_hypercall(struct op *op, struct link_slot *req, void *scratch, uint64_t offset)
{
	struct client *c = client_of(op);

	req->op = (uint32_t)c->req.arg[5];
	memcpy(req->arg, c->req.arg, sizeof(req->arg));
	req->arena_va = c->req.arg[6];
}

static void done_hypercall(struct op *op, int64_t result, void *scratch)
{
	struct client *c = client_of(op);

	if (result < 0 && result >= -4095) {
		client_fail(c, result);
		return;
	}
	c->reply.result = result;
	client_reply(c);
}

int serve_hypercall(struct client *c)
{
	/* The link's own operations would pass our bookkeeping by. */
	if (c->req.arg[5] >= LINK_OP_BASE)
		return -ENOSYS;
	if (c->only_domain >= 0)
		return -EPERM;
	return client_submit(c, prepare_hypercall, done_hypercall) ?: LATER;
}

/* --- arena -------------------------------------------------------------------- */

int serve_arena_alloc(struct client *c)
{
	uint64_t n = c->req.arg[0];
	int64_t first;

	if (n > UINT32_MAX)
		return -ENOMEM;
	first = arena_alloc(&c->all->arena, c->id, c->pages, (uint32_t)n);
	if (first < 0)
		return (int)first;
	c->pages += (uint32_t)n;
	c->reply.result = first * LINK_PAGE;
	return REPLY;
}

int serve_arena_free(struct client *c)
{
	uint64_t n = c->req.arg[1];
	int rc;

	if (c->req.arg[0] % LINK_PAGE)
		return -EINVAL;
	rc = arena_free(&c->all->arena, c->id, c->req.arg[0] / LINK_PAGE, n);
	if (!rc)
		c->pages -= (uint32_t)n;
	return rc;
}

/* --- mapping ------------------------------------------------------------------- */

static bool may_map(const struct client *c, uint64_t domid)
{
	return c->only_domain < 0 || (uint64_t)c->only_domain == domid;
}

static void prepare_map_foreign(struct op *op, struct link_slot *req, void *scratch,
				uint64_t offset)
{
	struct client *c = client_of(op);

	memcpy((char *)scratch + SCRATCH_GFN, c->body.u64, c->req.count * sizeof(uint64_t));
	req->op = LINK_OP_MAP_FOREIGN;
	req->arg[0] = c->req.arg[0];
	req->arg[1] = c->req.count;
	req->arg[2] = offset + SCRATCH_GFN;
	req->arg[3] = offset + SCRATCH_MFN;
	req->arg[4] = offset + SCRATCH_ERR;
}

/* Record the reference and tell the client; the table has room. */
static void add_frame(struct client *c, uint32_t i, uint64_t mfn, int32_t error)
{
	/* A frame we cannot map ourselves is none the client could. */
	if (!error && !area_ram(c->all->area, mfn, 0))
		error = -EFAULT;
	if (!error)
		frames_add(&c->frames, mfn);
	c->out.frame[i] = (struct host_frame){error ? HOST_FRAME_INVALID : mfn,
					      error > 0 ? -error : error, 0};
}

static void done_map_foreign(struct op *op, int64_t result, void *scratch)
{
	struct client *c = client_of(op);
	const uint64_t *mfn = (void *)((char *)scratch + SCRATCH_MFN);
	const int32_t *err = (void *)((char *)scratch + SCRATCH_ERR);
	uint32_t i;

	if (result < 0) {
		client_fail(c, result);
		return;
	}
	for (i = 0; i < c->req.count; i++)
		add_frame(c, i, mfn[i], err[i]);
	c->reply.count = c->req.count;
	client_reply(c);
}

int serve_map_foreign(struct client *c)
{
	if (!may_map(c, c->req.arg[0]))
		return -EPERM;
	if (frames_reserve(&c->frames, c->req.count))
		return -ENOMEM;
	return client_submit(c, prepare_map_foreign, done_map_foreign) ?: LATER;
}

static void prepare_map_resource(struct op *op, struct link_slot *req, void *scratch,
				 uint64_t offset)
{
	struct client *c = client_of(op);

	req->op = LINK_OP_MAP_RESOURCE;
	req->arg[0] = c->req.arg[0];
	req->arg[1] = c->req.arg[1] | c->req.arg[2] << 32;
	req->arg[2] = c->req.arg[3];
	req->arg[3] = c->req.arg[4];
	req->arg[4] = offset + SCRATCH_MFN;
}

static void done_map_resource(struct op *op, int64_t result, void *scratch)
{
	struct client *c = client_of(op);
	const uint64_t *mfn = (void *)((char *)scratch + SCRATCH_MFN);
	uint32_t i, n = (uint32_t)c->req.arg[4];

	if (result < 0) {
		client_fail(c, result);
		return;
	}
	for (i = 0; i < n; i++)
		add_frame(c, i, mfn[i], 0);
	c->reply.count = n;
	c->reply.result = result;
	client_reply(c);
}

int serve_map_resource(struct client *c)
{
	if (!may_map(c, c->req.arg[0]))
		return -EPERM;
	if (c->req.arg[1] > UINT32_MAX || c->req.arg[2] > UINT32_MAX || c->req.arg[4] > HOST_FRAMES)
		return -EINVAL;
	if (frames_reserve(&c->frames, c->req.arg[4]))
		return -ENOMEM;
	return client_submit(c, prepare_map_resource, done_map_resource) ?: LATER;
}

/* --- unmapping: body.u64 holds req.count frames, already out of the table -------- */

static void prepare_unmap(struct op *op, struct link_slot *req, void *scratch, uint64_t offset)
{
	struct client *c = client_of(op);

	memcpy((char *)scratch + SCRATCH_MFN, c->body.u64, c->req.count * sizeof(uint64_t));
	req->op = LINK_OP_UNMAP;
	req->arg[0] = c->req.count;
	req->arg[1] = offset + SCRATCH_MFN;
}

static void done_unmap(struct op *op, int64_t result, void *scratch)
{
	struct client *c = client_of(op);

	if (result < 0)
		client_fail(c, result);
	else
		client_reply(c);
}

int serve_unmap(struct client *c)
{
	uint32_t i;

	for (i = 0; i < c->req.count; i++)
		if (frames_remove(&c->frames, c->body.u64[i]))
			break;
	if (i < c->req.count) {
		/* There was room for these a moment ago. */
		while (i-- > 0)
			frames_add(&c->frames, c->body.u64[i]);
		return -EINVAL;
	}
	return client_submit(c, prepare_unmap, done_unmap) ?: LATER;
}

static void done_clean_frames(struct op *op, int64_t result, void *scratch)
{
	struct client *c = client_of(op);

	c->busy = false;
	client_clean(c);
}

bool clean_frames(struct client *c)
{
	c->req.count = (uint32_t)frames_drain(&c->frames, c->body.u64, HOST_FRAMES);
	if (!c->req.count)
		return false;
	c->busy = true;
	return !client_submit(c, prepare_unmap, done_clean_frames);
}
