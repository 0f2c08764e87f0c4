/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * XEN_DOMCTL_gethvmcontext and its kin: a stream of records, each behind a
 * descriptor, from HEADER to END.  A domain builder reads the stream, changes
 * the boot vCPU's records and loads them.
 */
#include "domctl.h"
#include "hvm_context.h"

#include <hv/arch.h>
#include <hv/guest_access.h>
#include <hv/heap.h>
#include <hv/string.h>

/* The most that a stream can hold, with room for records we do not know. */
#define MAX_CONTEXT (1u << 20)

struct record_type {
	uint16_t code;
	uint32_t length;
	void (*save)(struct vcpu *v, void *rec);
	int (*load)(struct vcpu *v, const void *rec);
};

#define RECORD(NAME, name)                                                                         \
	{                                                                                          \
		HVM_SAVE_CODE(NAME), HVM_SAVE_LENGTH(NAME), hvm_record_save_##name,                \
			hvm_record_load_##name                                                     \
	}
static const struct record_type types[] = {
	RECORD(CPU, cpu),
	RECORD(LAPIC, lapic),
	RECORD(LAPIC_REGS, lapic_regs),
	RECORD(MTRR, mtrr),
};

static const struct record_type *type_of(uint32_t code)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(types); i++)
		if (types[i].code == code)
			return &types[i];
	return NULL;
}

/* A vCPU that is down has no CPU state to save; loading one brings it up. */
static bool has_record(const struct vcpu *v, const struct record_type *t)
{
	return t->code != HVM_SAVE_CODE(CPU) || !(READ_ONCE(v->pause_flags) & VPF_DOWN);
}

/* An upper limit that does not depend on which vCPUs are up. */
static uint32_t context_size(const struct domain *d)
{
	uint32_t per_vcpu = 0, nr = 0;

	for (unsigned int i = 0; i < ARRAY_SIZE(types); i++)
		per_vcpu += sizeof(struct hvm_save_descriptor) + types[i].length;
	for (unsigned int i = 0; i < d->max_vcpus; i++)
		nr += d->vcpu[i] != NULL;
	return 2 * sizeof(struct hvm_save_descriptor) + HVM_SAVE_LENGTH(HEADER) + nr * per_vcpu;
}

/* --- saving ------------------------------------------------------------------ */

struct stream {
	uint8_t *buf;
	uint32_t at;
};

static void *put_record(struct stream *s, uint16_t code, uint16_t instance, uint32_t length)
{
	struct hvm_save_descriptor desc = {
		.typecode = code, .instance = instance, .length = length};
	void *body;

	memcpy(s->buf + s->at, &desc, sizeof(desc));
	body = s->buf + s->at + sizeof(desc);
	s->at += sizeof(desc) + length;
	return body;
}

static void put_header(struct stream *s)
{
	struct hvm_save_header *h =
		put_record(s, HVM_SAVE_CODE(HEADER), 0, HVM_SAVE_LENGTH(HEADER));

	h->magic = HVM_FILE_MAGIC;
	h->version = HVM_FILE_VERSION;
	h->changeset = ~0ULL; /* none, as in every build from a release */
	h->gtsc_khz = (uint32_t)arch_tsc_khz();
}

/* The domain is paused; the buffer is zeroed and large enough. */
static void save_all(struct domain *d, struct stream *s)
{
	put_header(s);
	for (unsigned int t = 0; t < ARRAY_SIZE(types); t++) {
		for (unsigned int i = 0; i < d->max_vcpus; i++) {
			struct vcpu *v = d->vcpu[i];

			if (v && has_record(v, &types[t]))
				types[t].save(v, put_record(s, types[t].code, (uint16_t)i,
							    types[t].length));
		}
	}
	put_record(s, HVM_SAVE_CODE(END), 0, 0);
}

int domctl_gethvmcontext(struct domain *self, struct domain *d, struct xen_domctl *op,
			 bool *copyback)
{
	struct xen_domctl_hvmcontext *h = &op->u.hvmcontext;
	uint32_t size = context_size(d);
	struct stream s = {0};
	int rc = 0;

	if (d == self || d->external)
		return -XEN_EINVAL;
	*copyback = true;
	if (handle_is_null(h->buffer)) {
		h->size = size;
		return 0;
	}
	if (h->size < size)
		return -XEN_ENOSPC;
	s.buf = heap_alloc(size);
	if (!s.buf)
		return -XEN_ENOMEM;
	domain_pause(d);
	save_all(d, &s);
	domain_unpause(d);
	h->size = s.at;
	if (copy_to_handle(h->buffer, s.buf, s.at))
		rc = -XEN_EFAULT;
	heap_free(s.buf);
	return rc;
}

int domctl_gethvmcontext_partial(struct domain *self, struct domain *d, struct xen_domctl *op,
				 bool *copyback)
{
	struct xen_domctl_hvmcontext_partial *h = &op->u.hvmcontext_partial;
	const struct record_type *t = type_of(h->type);
	struct vcpu *v = NULL;
	void *rec;
	int rc = 0;

	if (d == self || d->external || !t)
		return -XEN_EINVAL;
	if (h->instance < d->max_vcpus)
		v = d->vcpu[h->instance];
	if (!v || !has_record(v, t))
		return -XEN_ENOENT;
	*copyback = true;
	if (handle_is_null(h->buffer)) {
		h->bufsz = t->length;
		return 0;
	}
	if (h->bufsz < t->length)
		return -XEN_ENOSPC;
	rec = heap_alloc(t->length);
	if (!rec)
		return -XEN_ENOMEM;
	domain_pause(d);
	t->save(v, rec);
	domain_unpause(d);
	h->bufsz = t->length;
	if (handle_copy_out((uintptr_t)h->buffer.p, 0, rec, t->length, 1))
		rc = -XEN_EFAULT;
	heap_free(rec);
	return rc;
}

/* --- loading -------------------------------------------------------------------- */

static int check_header(const struct hvm_save_descriptor *desc, const uint8_t *body)
{
	struct hvm_save_header h;

	if (desc->typecode != HVM_SAVE_CODE(HEADER) || desc->length != sizeof(h))
		return -XEN_EINVAL;
	memcpy(&h, body, sizeof(h));
	return h.magic == HVM_FILE_MAGIC && h.version == HVM_FILE_VERSION ? 0 : -XEN_EINVAL;
}

/* @body may be unaligned; @scratch holds the largest record. */
static int load_record(struct domain *d, const struct hvm_save_descriptor *desc,
		       const uint8_t *body, void *scratch)
{
	const struct record_type *t = type_of(desc->typecode);

	if (!t || desc->length != t->length || desc->instance >= d->max_vcpus ||
	    !d->vcpu[desc->instance])
		return -XEN_EINVAL;
	memcpy(scratch, body, t->length);
	return t->load(d->vcpu[desc->instance], scratch);
}

static int load_all(struct domain *d, const uint8_t *buf, uint32_t size, void *scratch)
{
	struct hvm_save_descriptor desc;
	uint32_t at = 0;
	bool first = true;
	int rc = 0;

	while (!rc) {
		if (size - at < sizeof(desc))
			return -XEN_ENODATA; /* no END */
		memcpy(&desc, buf + at, sizeof(desc));
		at += sizeof(desc);
		if (desc.length > size - at)
			return -XEN_ENODATA;
		if (first)
			rc = check_header(&desc, buf + at);
		else if (desc.typecode == HVM_SAVE_CODE(END))
			return desc.length ? -XEN_EINVAL : 0;
		else
			rc = load_record(d, &desc, buf + at, scratch);
		first = false;
		at += desc.length;
	}
	return rc;
}

static uint32_t largest_record(void)
{
	uint32_t max = 0;

	for (unsigned int i = 0; i < ARRAY_SIZE(types); i++)
		max = MAX(max, types[i].length);
	return max;
}

int domctl_sethvmcontext(struct domain *self, struct domain *d, struct xen_domctl *op,
			 bool *copyback)
{
	const struct xen_domctl_hvmcontext *h = &op->u.hvmcontext;
	uint8_t *buf, *scratch;
	int rc = -XEN_ENOMEM;

	if (d == self || d->external || h->size > MAX_CONTEXT)
		return -XEN_EINVAL;
	buf = heap_alloc(h->size ? h->size : 1);
	scratch = heap_alloc(largest_record());
	if (!buf || !scratch)
		goto out;
	rc = -XEN_EFAULT;
	if (copy_from_handle(buf, h->buffer, h->size))
		goto out;
	domain_pause(d);
	rc = load_all(d, buf, h->size, scratch);
	domain_unpause(d);
out:
	heap_free(scratch);
	heap_free(buf);
	return rc;
}
