/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <hv/vlapic.h>
#include <xen/domctl.h>
#include <xen/hvm/save.h>
#include "hvcall.h"

#define ROOM 65536

static struct domain *d;
static struct vcpu *zero;
static uint8_t buf[ROOM];

static void boot(void)
{
	hv_boot(2, 64);
	d = host_domain(2, 16);
	zero = dom0->vcpu[0];
}

TestSuite(hvm_context, .init = boot);

static long get(uint32_t *size, uint64_t to)
{
	struct xen_domctl op = {.cmd = XEN_DOMCTL_gethvmcontext, .domain = d->id};
	long rc;

	op.u.hvmcontext.size = *size;
	op.u.hvmcontext.buffer.p = (void *)to;
	rc = hv_domctl(zero, &op);
	*size = op.u.hvmcontext.size;
	if (!rc && to)
		hv_get(zero, to, buf, *size);
	return rc;
}

static long set(uint32_t size)
{
	struct xen_domctl op = {.cmd = XEN_DOMCTL_sethvmcontext, .domain = d->id};

	hv_put(zero, BUF2, buf, size);
	op.u.hvmcontext.size = size;
	op.u.hvmcontext.buffer.p = (void *)BUF2;
	return hv_domctl(zero, &op);
}

static uint32_t add(uint32_t at, uint16_t code, uint16_t instance, const void *rec, uint32_t len)
{
	struct hvm_save_descriptor desc = {.typecode = code, .instance = instance, .length = len};

	memcpy(buf + at, &desc, sizeof(desc));
	if (len)
		memcpy(buf + at + sizeof(desc), rec, len);
	return at + sizeof(desc) + len;
}

/* What a builder does: the header as read, then the boot vCPU's state. */
static uint32_t builders(const struct hvm_hw_cpu *cpu)
{
	uint32_t size = ROOM, at;

	cr_assert_eq(get(&size, BUF2), 0);
	at = sizeof(struct hvm_save_descriptor) + HVM_SAVE_LENGTH(HEADER);
	at = add(at, HVM_SAVE_CODE(CPU), 0, cpu, sizeof(*cpu));
	return add(at, HVM_SAVE_CODE(END), 0, NULL, 0);
}

static struct hvm_hw_cpu flat(void)
{
	return (struct hvm_hw_cpu){.rip = 0x100000,
				   .rbx = 0x2000,
				   .cr0 = 0x11,
				   .rflags = 2,
				   .cs_limit = UINT32_MAX,
				   .cs_arbytes = 0xc9b,
				   .ds_limit = UINT32_MAX,
				   .ds_arbytes = 0xc93,
				   .tr_limit = 0x67,
				   .tr_arbytes = 0x8b,
				   .shadow_gs = 0x1111,
				   .msr_lstar = 0x2222,
				   .msr_efer = 0};
}

Test(hvm_context, a_builder_starts_the_boot_vcpu)
{
	struct hvm_hw_cpu cpu = flat();
	struct hvm_state st;

	cr_assert(d->vcpu[0]->pause_flags & VPF_DOWN);
	cr_assert_eq(set(builders(&cpu)), 0);
	cr_assert_not(d->vcpu[0]->pause_flags & VPF_DOWN);
	cr_assert(d->vcpu[0]->pause_flags & VPF_PAUSED);
	cr_assert(d->vcpu[0]->initialised);
	hvm_get_state(d->vcpu[0], &st);
	cr_assert_eq(st.regs.rip, 0x100000);
	cr_assert_eq(st.regs.rbx, 0x2000);
	cr_assert_eq(st.seg[SEG_CS].attr, 0xc9b);
	cr_assert_eq(st.seg[SEG_TR].limit, 0x67);
	cr_assert_eq(st.kernel_gs_base, 0x1111);
	cr_assert_eq(st.lstar, 0x2222);
}

Test(hvm_context, what_was_loaded_comes_back)
{
	struct xen_domctl op = {.cmd = XEN_DOMCTL_gethvmcontext_partial, .domain = d->id};
	struct hvm_hw_cpu cpu = flat(), got;

	op.u.hvmcontext_partial.type = HVM_SAVE_CODE(CPU);
	cr_assert_eq(hv_domctl(zero, &op), -XEN_ENOENT, "it is down");
	cr_assert_eq(set(builders(&cpu)), 0);
	cr_assert_eq(hv_domctl(zero, &op), 0);
	cr_assert_eq(op.u.hvmcontext_partial.bufsz, sizeof(got));
	op.u.hvmcontext_partial.buffer.p = (void *)BUF2;
	cr_assert_eq(hv_domctl(zero, &op), 0);
	hv_get(zero, BUF2, &got, sizeof(got));
	got.tsc = 0;
	cr_assert_eq(memcmp(&cpu, &got, sizeof(cpu)), 0);
	op.u.hvmcontext_partial.bufsz--;
	cr_assert_eq(hv_domctl(zero, &op), -XEN_ENOSPC);
	op.u.hvmcontext_partial.instance = 2;
	cr_assert_eq(hv_domctl(zero, &op), -XEN_ENOENT);
	op.u.hvmcontext_partial.type = 99;
	cr_assert_eq(hv_domctl(zero, &op), -XEN_EINVAL);
}

Test(hvm_context, the_stream_has_what_a_builder_looks_for)
{
	bool header = false, mtrr = false, end = false;
	uint32_t size = 0, at = 0;

	cr_assert_eq(get(&size, 0), 0);
	cr_assert_gt(size, 1000);
	size--;
	cr_assert_eq(get(&size, BUF2), -XEN_ENOSPC);
	size = ROOM;
	cr_assert_eq(get(&size, BUF2), 0);
	while (at < size) {
		struct hvm_save_descriptor desc;

		memcpy(&desc, buf + at, sizeof(desc));
		header |= !at && desc.typecode == HVM_SAVE_CODE(HEADER);
		mtrr |= desc.typecode == HVM_SAVE_CODE(MTRR);
		end = desc.typecode == HVM_SAVE_CODE(END);
		at += sizeof(desc) + desc.length;
	}
	cr_assert_eq(at, size);
	cr_assert(header && mtrr && end);
	size = ROOM;
	cr_assert_eq(get(&size, BAD), -XEN_EFAULT);
}

Test(hvm_context, a_whole_stream_can_be_loaded_again)
{
	struct hvm_hw_cpu cpu = flat();
	uint32_t size = ROOM;

	cr_assert_eq(set(builders(&cpu)), 0);
	cr_assert_eq(get(&size, BUF2), 0);
	cr_assert_eq(set(size), 0);
}

Test(hvm_context, broken_streams_are_refused)
{
	struct hvm_hw_cpu cpu = flat();
	uint32_t full = builders(&cpu);
	const uint32_t first = sizeof(struct hvm_save_descriptor) + HVM_SAVE_LENGTH(HEADER);
	struct hvm_save_descriptor *desc = (void *)(buf + first);

	for (uint32_t n = 0; n < full; n += 7)
		cr_assert_eq(set(n), -XEN_ENODATA, "%u bytes", n);
	desc->length = UINT32_MAX;
	cr_assert_eq(set(full), -XEN_ENODATA);
	builders(&cpu);
	desc->instance = 9;
	cr_assert_eq(set(full), -XEN_EINVAL);
	builders(&cpu);
	desc->typecode = 77;
	cr_assert_eq(set(full), -XEN_EINVAL);
	builders(&cpu);
	buf[sizeof(*desc)] ^= 1; /* the magic number */
	cr_assert_eq(set(full), -XEN_EINVAL);
	builders(&cpu);
	memset(buf, 0, sizeof(*desc));
	cr_assert_eq(set(full), -XEN_EINVAL);
	cpu.flags = XEN_X86_FPU_INITIALISED;
	cr_assert_eq(set(builders(&cpu)), -XEN_EOPNOTSUPP);
	cpu = flat();
	cpu.pending_event = 1;
	cr_assert_eq(set(builders(&cpu)), -XEN_EOPNOTSUPP);
	cpu = flat();
	cpu.pad0 = 1;
	cr_assert_eq(set(builders(&cpu)), -XEN_EINVAL);
}

Test(hvm_context, random_streams)
{
	struct hvm_hw_cpu cpu = flat();
	uint32_t full = builders(&cpu);
	uint8_t good[ROOM];

	memcpy(good, buf, full);
	srand(2);
	for (int i = 0; i < 3000; i++) {
		memcpy(buf, good, full);
		for (int k = 0; k < 3; k++)
			buf[(uint32_t)rand() % full] = (uint8_t)rand();
		set((uint32_t)rand() % (full + 1));
	}
}

Test(hvm_context, not_for_oneself_or_the_hosted_domain0)
{
	struct xen_domctl op = {.cmd = XEN_DOMCTL_gethvmcontext, .domain = 0};

	cr_assert_eq(hv_domctl(zero, &op), -XEN_EINVAL);
	op = (struct xen_domctl){.cmd = XEN_DOMCTL_sethvmcontext, .domain = d->id};
	op.u.hvmcontext.size = 2u << 20;
	cr_assert_eq(hv_domctl(zero, &op), -XEN_EINVAL);
}
