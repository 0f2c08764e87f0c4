/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* xen_version, console_io, multicall, platform_op: the small ones. */
#include <criterion/criterion.h>
#include <stddef.h>
#include <string.h>
#include <hv/cmdline.h>
#include <xen/features.h>
#include <xen/memory.h>
#include <xen/platform.h>
#include <xen/version.h>
#include "hvcall.h"

static struct domain *d;
static struct vcpu *v, *zero;

static void boot(void)
{
	hv_boot(2, 64);
	d = hv_guest(1, 16);
	v = d->vcpu[0];
	zero = dom0->vcpu[0];
}

TestSuite(version_op, .init = boot);

static long ver(struct vcpu *who, unsigned int cmd, void *out, size_t len)
{
	long rc = hv_call(who, do_xen_version, cmd, BUF, 0);

	hv_get(who, BUF, out, len);
	return rc;
}

Test(version_op, it_is_xen_4_17)
{
	char text[1024];
	xen_compile_info_t info;

	cr_assert_eq(hv_call(v, do_xen_version, XENVER_version, 0, 0), 4 << 16 | 17);
	cr_assert_eq(ver(v, XENVER_extraversion, text, 16), 0);
	cr_assert_str_eq(text, "-nacre");
	cr_assert_eq(ver(v, XENVER_capabilities, text, 1024), 0);
	cr_assert_str_eq(text, "hvm-3.0-x86_32 hvm-3.0-x86_32p hvm-3.0-x86_64 ");
	cr_assert_eq(ver(v, XENVER_changeset, text, 64), 0);
	cr_assert_eq(ver(v, XENVER_compile_info, &info, sizeof(info)), 0);
	cr_assert(info.compiler[0]);
	cr_assert_eq(hv_call(v, do_xen_version, XENVER_pagesize, 0, 0), 4096);
	cr_assert_eq(hv_call(v, do_xen_version, XENVER_pagesize, BUF, 0), -XEN_EINVAL);
	cr_assert_eq(hv_call(v, do_xen_version, 99, BUF, 0), -XEN_ENOSYS);
	for (unsigned int cmd = XENVER_extraversion; cmd <= XENVER_commandline; cmd++)
		if (cmd != XENVER_pagesize)
			cr_assert_eq(hv_call(v, do_xen_version, cmd, BAD, 0), -XEN_EFAULT);
}

Test(version_op, features_fit_the_caller)
{
	xen_feature_info_t f = {0};

	cr_assert_eq(HV_OP(v, do_xen_version, XENVER_get_features, &f), 0);
	cr_assert(f.submap & 1u << XENFEAT_auto_translated_physmap);
	cr_assert(f.submap & 1u << XENFEAT_hvm_callback_vector);
	cr_assert_not(f.submap & 1u << XENFEAT_dom0);
	cr_assert_eq(HV_OP(zero, do_xen_version, XENVER_get_features, &f), 0);
	cr_assert(f.submap & 1u << XENFEAT_dom0);
	f.submap_idx = 1;
	cr_assert_eq(HV_OP(v, do_xen_version, XENVER_get_features, &f), -XEN_EINVAL);
}

Test(version_op, secrets_are_domain0s)
{
	char text[1024];

	strcpy(cmdline_saved, "console=com1");
	cr_assert_eq(ver(v, XENVER_commandline, text, sizeof(text)), 0);
	cr_assert_str_eq(text, "<denied>");
	cr_assert_eq(ver(zero, XENVER_commandline, text, sizeof(text)), 0);
	cr_assert_str_eq(text, "console=com1");
	cr_assert_eq(hv_call(v, do_xen_version, XENVER_build_id, 0, 0), -XEN_EPERM);
}

Test(version_op, the_build_id_is_the_linkers)
{
	struct {
		uint32_t len;
		uint8_t buf[20];
	} b = {20, {0}};

	cr_assert_eq(hv_call(zero, do_xen_version, XENVER_build_id, 0, 0), 20);
	cr_assert_eq(HV_OP(zero, do_xen_version, XENVER_build_id, &b), 20);
	cr_assert_eq(b.buf[0], 1); /* the fake machine's note */
	b.len = 19;
	cr_assert_eq(HV_OP(zero, do_xen_version, XENVER_build_id, &b), -XEN_ENOBUFS);
	b.len = 0;
	cr_assert_eq(HV_OP(zero, do_xen_version, XENVER_build_id, &b), -XEN_EINVAL);
}

/* --- console_io ---------------------------------------------------------------------- */

static long print(const char *text, uint32_t len)
{
	hv_put(zero, BUF, text, len);
	return hv_call(zero, do_console_io, CONSOLEIO_write, len, BUF);
}

static bool printed(const char *what)
{
	bool found;

	host.console[MIN(host.console_len, sizeof(host.console) - 1)] = 0;
	found = strstr(host.console, what);
	host.console_len = 0;
	return found;
}

Test(version_op, domain0_prints_line_by_line)
{
	host.console_len = 0;
	cr_assert_eq(print("half a ", 7), 0);
	cr_assert_not(printed("half"));
	cr_assert_eq(print("line\n", 5), 0);
	cr_assert(printed("half a line\n"));
	cr_assert_eq(print("esc \033[2J\n", 9), 0);
	cr_assert_not(printed("\033"));
	cr_assert_eq(hv_call(zero, do_console_io, CONSOLEIO_write, 10, BAD), -XEN_EFAULT);
	cr_assert_eq(hv_call(zero, do_console_io, CONSOLEIO_read, 10, BUF), 0);
	cr_assert_eq(hv_call(zero, do_console_io, 9, 10, BUF), -XEN_ENOSYS);
	for (unsigned int cmd = 0; cmd < 10; cmd++)
		cr_assert_eq(hv_call(v, do_console_io, cmd, 1, BUF), -XEN_EPERM);
}

Test(version_op, long_texts_are_continued_and_cut)
{
	char text[4096];

	memset(text, 'x', sizeof(text));
	hv_preempt(true);
	cr_assert_eq(print(text, sizeof(text)), 0);
	cr_assert_geq(hv_restarts, 30);
	cr_assert_lt(dom0->console_len, sizeof(dom0->console_line));
	/* A length that no buffer has ends at the first hole. */
	cr_assert_eq(hv_call(zero, do_console_io, CONSOLEIO_write, UINT32_MAX, BUF), -XEN_EFAULT);
}

/* --- multicall ------------------------------------------------------------------------ */

Test(version_op, multicalls_run_each_and_go_on)
{
	struct {
		uint64_t op, result, args[6];
	} m[20] = {0};
	struct xen_memory_reservation r = {.extent_start.p = (void *)BUF3,
					   .nr_extents = 3,
					   .extent_order = 9,
					   .domid = DOMID_SELF};
	uint64_t gfn[3] = {0x200, 0x400, 0x600};

	d->max_pages = 4096;
	hv_put(v, BUF3, gfn, sizeof(gfn));
	hv_put(v, BUF3 + 0x800, &r, sizeof(r));
	for (int i = 0; i < 20; i++)
		m[i].op = __HYPERVISOR_xen_version;
	m[3].op = 999;
	m[4].op = __HYPERVISOR_multicall;
	m[5].op = __HYPERVISOR_memory_op;
	m[5].args[0] = XENMEM_populate_physmap;
	m[5].args[1] = BUF3 + 0x800;
	hv_put(v, BUF, m, sizeof(m));
	hv_preempt(true);
	cr_assert_eq(hv_call(v, do_multicall, BUF, 20, 0), 0);
	cr_assert_geq(hv_restarts, 20);
	hv_get(v, BUF, m, sizeof(m));
	cr_assert_eq(m[0].result, 4 << 16 | 17);
	cr_assert_eq(m[3].result, (uint64_t)-XEN_ENOSYS);
	cr_assert_eq(m[4].result, (uint64_t)-XEN_EINVAL);
	cr_assert_eq(m[5].result, 3);
	cr_assert_eq(m[19].result, 4 << 16 | 17);
	cr_assert_eq(d->tot_pages, 16 + 3 * 512);
	cr_assert_eq(hv_call(v, do_multicall, BAD, 1, 0), -XEN_EFAULT);
	cr_assert_eq(hv_call(v, do_multicall, BAD, 0, 0), 0);
	cr_assert_eq(hv_call(v, do_multicall, BUF, UINT32_MAX, 0), -XEN_EFAULT);
}

Test(version_op, multicalls_of_32_bit_guests)
{
	uint32_t m[2][8] = {{__HYPERVISOR_xen_version}, {__HYPERVISOR_xen_version}};

	hv_put(v, BUF, m, sizeof(m));
	cr_assert_eq(hv_call32(v, do_multicall, BUF, 2, 0), 0);
	hv_get(v, BUF, m, sizeof(m));
	cr_assert_eq(m[1][1], 4 << 16 | 17);
	cr_assert_eq(m[1][2], 0);
}

/* --- platform and devices ---------------------------------------------------------------- */

Test(version_op, platform_calls_are_domain0s)
{
	xen_platform_op_t p = {.cmd = XENPF_get_cpuinfo,
			       .interface_version = XENPF_INTERFACE_VERSION};

	hv_put(v, BUF, &p, sizeof(p));
	cr_assert_eq(hv_call(v, do_platform_op, BUF, 0, 0), -XEN_EPERM);
	hv_put(zero, BUF, &p, sizeof(p));
	cr_assert_eq(hv_call(zero, do_platform_op, BUF, 0, 0), 0);
	hv_get(zero, BUF, &p, sizeof(p));
	cr_assert_eq(p.u.pcpu_info.max_present, 1);
	p.cmd = XENPF_settime32;
	hv_put(zero, BUF, &p, sizeof(p));
	cr_assert_eq(hv_call(zero, do_platform_op, BUF, 0, 0), -XEN_ENOSYS);
	p.interface_version = 1;
	hv_put(zero, BUF, &p, sizeof(p));
	cr_assert_eq(hv_call(zero, do_platform_op, BUF, 0, 0), -XEN_EACCES);
	cr_assert_eq(hv_call(zero, do_platform_op, BAD, 0, 0), -XEN_EFAULT);
	cr_assert_eq(hv_call(v, do_physdev_op, 0, BUF, 0), -XEN_ENOSYS);
}
