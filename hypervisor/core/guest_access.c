/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <hv/arch.h>
#include <hv/domain.h>
#include <hv/exit.h>
#include <hv/frame.h>
#include <hv/guest_access.h>
#include <hv/link.h>
#include <hv/pcpu.h>
#include <hv/string.h>

struct vcpu *serving_vcpu(void)
{
	struct pcpu *p = this_cpu();

	return p->serving ? p->serving : p->current;
}

/* One piece within a guest page. */
static int copy_piece(struct domain *d, gpa_t gpa, void *buf, size_t len, bool to_guest)
{
	mfn_t mfn;
	char *page;

	if (!p2m_get_page(d, gpa_to_gfn(gpa), to_guest, &mfn))
		return -XEN_EFAULT;
	page = (char *)mfn_to_virt(mfn) + (gpa.v & ~PAGE_MASK);
	if (to_guest)
		memcpy(page, buf, len);
	else
		memcpy(buf, page, len);
	frame_put(mfn);
	return 0;
}

static size_t piece_len(uint64_t addr, size_t left)
{
	return MIN(left, PAGE_SIZE - (addr & ~PAGE_MASK));
}

static int copy_gpa(struct domain *d, gpa_t gpa, void *buf, size_t len, bool to_guest)
{
	while (len) {
		size_t n = piece_len(gpa.v, len);

		if (copy_piece(d, gpa, buf, n, to_guest))
			return -XEN_EFAULT;
		gpa.v += n;
		buf = (char *)buf + n;
		len -= n;
	}
	return 0;
}

static int copy_gva(struct vcpu *v, gva_t gva, void *buf, size_t len, bool to_guest)
{
	while (len) {
		size_t n = piece_len(gva.v, len);
		gpa_t gpa;

		if (guest_walk(v, gva, to_guest ? PFEC_WRITE : 0, &gpa) ||
		    copy_piece(v->domain, gpa, buf, n, to_guest))
			return -XEN_EFAULT;
		gva.v += n;
		buf = (char *)buf + n;
		len -= n;
	}
	return 0;
}

/* The hosted dom0 has no address space here: its pointers lead into the arena. */
static int copy_serving(gva_t gva, void *buf, size_t len, bool to_guest)
{
	uint64_t end;

	if (__builtin_add_overflow(gva.v, len, &end))
		return -XEN_EFAULT;
	if (link_serving())
		return link_arena_copy(gva.v, buf, len, to_guest);
	return copy_gva(serving_vcpu(), gva, buf, len, to_guest);
}

int copy_from_gva(void *dst, gva_t src, size_t len)
{
	return copy_serving(src, dst, len, false);
}

int copy_to_gva(gva_t dst, const void *src, size_t len)
{
	/* The buffer is only read in this direction. */
	return copy_serving(dst, (void *)(uintptr_t)src, len, true);
}

int copy_to_vcpu_gva(struct vcpu *v, gva_t dst, const void *src, size_t len)
{
	uint64_t end;

	if (__builtin_add_overflow(dst.v, len, &end))
		return -XEN_EFAULT;
	return copy_gva(v, dst, (void *)(uintptr_t)src, len, true);
}

int copy_from_gpa(struct domain *d, void *dst, gpa_t src, size_t len)
{
	return copy_gpa(d, src, dst, len, false);
}

int copy_to_gpa(struct domain *d, gpa_t dst, const void *src, size_t len)
{
	return copy_gpa(d, dst, (void *)(uintptr_t)src, len, true);
}

/* Address and byte count of elements [idx, idx + n); false if they wrap. */
static bool element_range(uint64_t base, uint64_t idx, uint64_t n, size_t size, gva_t *gva,
			  size_t *bytes)
{
	uint64_t off;

	return !__builtin_mul_overflow(idx, size, &off) &&
	       !__builtin_add_overflow(base, off, &gva->v) &&
	       !__builtin_mul_overflow(n, size, bytes);
}

int handle_copy_in(void *dst, uint64_t base, uint64_t idx, uint64_t n, size_t size)
{
	gva_t gva;
	size_t bytes;

	if (!element_range(base, idx, n, size, &gva, &bytes))
		return -XEN_EFAULT;
	return copy_from_gva(dst, gva, bytes);
}

int handle_copy_out(uint64_t base, uint64_t idx, const void *src, uint64_t n, size_t size)
{
	gva_t gva;
	size_t bytes;

	if (!element_range(base, idx, n, size, &gva, &bytes))
		return -XEN_EFAULT;
	return copy_to_gva(gva, src, bytes);
}
