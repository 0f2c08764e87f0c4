/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* xen_version: who we are (xen/version.h). */
#include <hv/cmdline.h>
#include <hv/domain.h>
#include <hv/guest_access.h>
#include <hv/hypercall.h>
#include <hv/printk.h>
#include <hv/string.h>
#include <xen/features.h>
#include <xen/version.h>

#define XEN_MAJOR 4
#define XEN_MINOR 17

/* The linker's build-id note. */
extern const char __note_build_id_start[], __note_build_id_end[];

/* Guests do not learn how and where this host was built and started. */
static const char denied[] = "<denied>";

static const char *for_tools(const struct hypercall *hc, const char *text)
{
	return hc->v->domain->privileged ? text : denied;
}

static long compile_info(struct hypercall *hc)
{
	struct xen_compile_info info;

	memset(&info, 0, sizeof(info));
	strlcpy(info.compiler, for_tools(hc, "gcc " __VERSION__), sizeof(info.compiler));
	strlcpy(info.compile_by, for_tools(hc, "nacre"), sizeof(info.compile_by));
	strlcpy(info.compile_domain, for_tools(hc, ""), sizeof(info.compile_domain));
	/* No date: the image is the same whenever it is built. */
	strlcpy(info.compile_date, for_tools(hc, ""), sizeof(info.compile_date));
	return copy_arg_out(hc->arg[1], &info);
}

static long fixed_text(struct hypercall *hc, const char *text, size_t size)
{
	char buf[1024];

	memset(buf, 0, sizeof(buf));
	strlcpy(buf, text, MIN(size, sizeof(buf)));
	return copy_to_gva((gva_t){hc->arg[1]}, buf, size);
}

static long get_features(struct hypercall *hc)
{
	struct xen_feature_info info;

	if (copy_arg_in(&info, hc->arg[1]))
		return -XEN_EFAULT;
	if (info.submap_idx >= XENFEAT_NR_SUBMAPS)
		return -XEN_EINVAL;
	info.submap = 0;
	if (!info.submap_idx && !hc->v->domain->external)
		info.submap = 1u << XENFEAT_writable_page_tables |
			      1u << XENFEAT_auto_translated_physmap |
			      1u << XENFEAT_hvm_callback_vector | 1u << XENFEAT_hvm_safe_pvclock |
			      1u << XENFEAT_memory_op_vnode_supported;
	return copy_arg_out(hc->arg[1], &info);
}

static long build_id(struct hypercall *hc)
{
	/* ELF note: three words, the name "GNU\0", then the id. */
	const uint32_t *note = (const uint32_t *)__note_build_id_start;
	const char *id = __note_build_id_start + 16;
	uint32_t len = note[1];
	xen_build_id_t head;

	if (!hc->v->domain->privileged)
		return -XEN_EPERM;
	if (__note_build_id_end - __note_build_id_start < 16)
		return -XEN_ENODATA;
	if (!hc->arg[1])
		return len;
	if (copy_from_gva(&head, (gva_t){hc->arg[1]}, sizeof(head)))
		return -XEN_EFAULT;
	if (!head.len)
		return -XEN_EINVAL;
	if (head.len < len)
		return -XEN_ENOBUFS;
	if (copy_to_gva((gva_t){hc->arg[1] + sizeof(head)}, id, len))
		return -XEN_EFAULT;
	return len;
}

static long pointer_result(struct hypercall *hc, const void *data, size_t size)
{
	return copy_to_gva((gva_t){hc->arg[1]}, data, size);
}

long do_xen_version(struct hypercall *hc)
{
	const xen_platform_parameters_t params = {.virt_start = 0};

	switch (hc->arg[0]) {
	case XENVER_version:
		return XEN_MAJOR << 16 | XEN_MINOR;
	case XENVER_extraversion:
		return fixed_text(hc, "-nacre", sizeof(xen_extraversion_t));
	case XENVER_compile_info:
		return compile_info(hc);
	case XENVER_capabilities:
		return fixed_text(hc, "hvm-3.0-x86_32 hvm-3.0-x86_32p hvm-3.0-x86_64 ",
				  sizeof(xen_capabilities_info_t));
	case XENVER_changeset:
		return fixed_text(hc, for_tools(hc, ""), sizeof(xen_changeset_info_t));
	case XENVER_platform_parameters:
		return pointer_result(hc, &params, sizeof(params));
	case XENVER_get_features:
		return get_features(hc);
	case XENVER_pagesize:
		return hc->arg[1] ? -XEN_EINVAL : (long)PAGE_SIZE;
	case XENVER_guest_handle:
		return pointer_result(hc, hc->v->domain->handle, sizeof(xen_domain_handle_t));
	case XENVER_commandline:
		return fixed_text(hc, for_tools(hc, cmdline_saved), sizeof(xen_commandline_t));
	case XENVER_build_id:
		return build_id(hc);
	default:
		return -XEN_ENOSYS;
	}
}
