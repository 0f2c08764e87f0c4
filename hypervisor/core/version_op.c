/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* HYPERVISOR_xen_version (xen/version.h). */
#include <hv/cmdline.h>
#include <hv/domain.h>
#include <hv/guest_access.h>
#include <hv/hypercall.h>
#include <hv/string.h>
#include <xen/version.h>

#ifndef NACRE_VERSION
#define NACRE_VERSION "unknown"
#endif

#define ABI_MAJOR 4
#define ABI_MINOR 17
/* Where 64-bit Xen says it lives. */
#define VIRT_START 0xffff800000000000ULL

static long put(struct hypercall *hc, const void *data, size_t len)
{
	return handle_copy_out(hc->arg[1], 0, data, 1, len) ? -XEN_EFAULT : 0;
}

/* A fixed-size field of text, zero-padded. @scratch is as large as the field. */
static long put_text(struct hypercall *hc, char *scratch, size_t len, const char *text)
{
	memset(scratch, 0, len);
	strlcpy(scratch, text, len);
	return put(hc, scratch, len);
}

static long get_features(struct hypercall *hc)
{
	const struct domain *d = hc->v->domain;
	xen_feature_info_t fi;

	if (copy_arg_in(&fi, hc->arg[1]))
		return -XEN_EFAULT;
	/* There is only one word of features. */
	if (fi.submap_idx)
		return -XEN_EINVAL;
	fi.submap = 1u << XENFEAT_memory_op_vnode_supported;
	if (!d->external)
		fi.submap |= 1u << XENFEAT_writable_page_tables |
			     1u << XENFEAT_auto_translated_physmap |
			     1u << XENFEAT_hvm_callback_vector | 1u << XENFEAT_hvm_safe_pvclock;
	if (d->privileged)
		fi.submap |= 1u << XENFEAT_dom0;
	return put(hc, &fi, sizeof(fi));
}

static long compile_info(struct hypercall *hc)
{
	/* The build is reproducible, so that date and builder are not part of it. */
	xen_compile_info_t info = {.compile_by = "nacre", .compile_domain = "", .compile_date = ""};

#ifdef __clang__
	strlcpy(info.compiler, __VERSION__, sizeof(info.compiler));
#else
	strlcpy(info.compiler, "gcc " __VERSION__, sizeof(info.compiler));
#endif
	return put(hc, &info, sizeof(info));
}

static long platform_parameters(struct hypercall *hc)
{
	uint64_t start = VIRT_START;
	uint32_t start32 = 0;

	return hc->compat ? put(hc, &start32, sizeof(start32)) : put(hc, &start, sizeof(start));
}

/* The linker's note: a header of three words, the name "GNU", then the id. */
extern const uint8_t __note_build_id_start[], __note_build_id_end[];

struct note {
	uint32_t name_len, desc_len, type;
	char name[4];
	uint8_t desc[];
};

static long build_id(struct hypercall *hc)
{
	const struct note *n = (const void *)__note_build_id_start;
	size_t room = (size_t)(__note_build_id_end - __note_build_id_start);
	uint32_t len;

	if (!hc->v->domain->privileged)
		return -XEN_EPERM;
	if (room < sizeof(*n) || n->desc_len > room - sizeof(*n))
		return -XEN_ENODATA;
	if (!hc->arg[1])
		return n->desc_len;
	if (copy_arg_in(&len, hc->arg[1]))
		return -XEN_EFAULT;
	if (!len)
		return -XEN_EINVAL;
	if (len < n->desc_len)
		return -XEN_ENOBUFS;
	if (handle_copy_out(hc->arg[1] + offsetof(xen_build_id_t, buf), 0, n->desc, n->desc_len, 1))
		return -XEN_EFAULT;
	return n->desc_len;
}

static long text_op(struct hypercall *hc)
{
	union {
		xen_extraversion_t extra;
		xen_capabilities_info_t caps;
		xen_changeset_info_t changeset;
		xen_commandline_t cmdline;
	} u;

	switch ((unsigned int)hc->arg[0]) {
	case XENVER_extraversion:
		return put_text(hc, u.extra, sizeof(u.extra), "-nacre");
	case XENVER_capabilities:
		return put_text(hc, u.caps, sizeof(u.caps),
				"hvm-3.0-x86_32 hvm-3.0-x86_32p hvm-3.0-x86_64 ");
	case XENVER_changeset:
		return put_text(hc, u.changeset, sizeof(u.changeset), "nacre " NACRE_VERSION);
	default:
		return put_text(hc, u.cmdline, sizeof(u.cmdline),
				hc->v->domain->privileged ? cmdline_saved : "<denied>");
	}
}

long do_xen_version(struct hypercall *hc)
{
	switch ((unsigned int)hc->arg[0]) {
	case XENVER_version:
		return ABI_MAJOR << 16 | ABI_MINOR;
	case XENVER_extraversion:
	case XENVER_capabilities:
	case XENVER_changeset:
	case XENVER_commandline:
		return text_op(hc);
	case XENVER_compile_info:
		return compile_info(hc);
	case XENVER_platform_parameters:
		return platform_parameters(hc);
	case XENVER_get_features:
		return get_features(hc);
	case XENVER_pagesize:
		return hc->arg[1] ? -XEN_EINVAL : (long)PAGE_SIZE;
	case XENVER_guest_handle:
		return put(hc, hc->v->domain->handle, sizeof(hc->v->domain->handle));
	case XENVER_build_id:
		return build_id(hc);
	default:
		return -XEN_ENOSYS;
	}
}
