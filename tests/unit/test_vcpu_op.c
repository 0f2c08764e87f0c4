/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <criterion/criterion.h>
#include <pthread.h>
#include <stddef.h>
#include <string.h>
#include <hv/arch.h>
#include <hv/evtchn.h>
#include <hv/frame.h>
#include <xen/event_channel.h>
#include <xen/hvm/hvm_vcpu.h>
#include <xen/vcpu.h>
#include "hvcall.h"

#define MS 1000000LL

static struct domain *d;
static struct vcpu *v, *w;
static uint32_t timer_port;

static void boot(void)
{
	struct evtchn_bind_virq virq = {.virq = VIRQ_TIMER};

	hv_boot(2, 64);
	d = hv_guest(3, 16);
	v = d->vcpu[0];
	w = d->vcpu[1];
	cr_assert_eq(HV_OP(v, do_event_channel_op, EVTCHNOP_bind_virq, &virq), 0);
	timer_port = virq.port;
}

TestSuite(vcpu_op, .init = boot);

static long op(unsigned int cmd, unsigned int id, const void *arg, size_t len)
{
	if (arg)
		hv_put(v, BUF, arg, len);
	return hv_call(v, do_vcpu_op, cmd, id, arg ? BUF : 0);
}
#define OP(cmd, id, arg) op(VCPUOP_##cmd, id, arg, sizeof(*(arg)))

static bool ticked(void)
{
	unsigned long bit = 1UL << timer_port;
	bool was = d->shared_info->evtchn_pending[0] & bit;

	d->shared_info->evtchn_pending[0] &= ~bit;
	return was;
}

Test(vcpu_op, a_singleshot_timer_fires_once)
{
	struct vcpu_set_singleshot_timer t = {.timeout_abs_ns = 5 * MS};

	cr_assert_eq(OP(set_singleshot_timer, 0, &t), 0);
	host_advance(4 * MS);
	cr_assert_not(ticked());
	host_advance(2 * MS);
	cr_assert(ticked());
	host_advance(100 * MS);
	cr_assert_not(ticked());
	/* The past: at once, whatever the flag says. */
	cr_assert_eq(OP(set_singleshot_timer, 0, &t), 0);
	host_advance(0);
	cr_assert(ticked());
	t.flags = VCPU_SSHOTTMR_future;
	cr_assert_eq(OP(set_singleshot_timer, 0, &t), 0);
	host_advance(0);
	cr_assert(ticked());
	t = (struct vcpu_set_singleshot_timer){.timeout_abs_ns = UINT64_MAX};
	cr_assert_eq(OP(set_singleshot_timer, 0, &t), 0);
	host_advance(1000 * MS);
	cr_assert_not(ticked());
	cr_assert_eq(op(VCPUOP_stop_singleshot_timer, 0, NULL, 0), 0);
	cr_assert_eq(OP(set_singleshot_timer, 1, &t), -XEN_EINVAL, "another's timer");
	cr_assert_eq(op(VCPUOP_stop_singleshot_timer, 1, NULL, 0), -XEN_EINVAL);
}

Test(vcpu_op, a_periodic_timer_ticks_until_stopped)
{
	struct vcpu_set_periodic_timer t = {.period_ns = 10 * MS};

	cr_assert_eq(OP(set_periodic_timer, 0, &t), 0);
	for (int i = 0; i < 5; i++) {
		host_advance(10 * MS);
		cr_assert(ticked());
	}
	cr_assert_eq(op(VCPUOP_stop_periodic_timer, 0, NULL, 0), 0);
	host_advance(50 * MS);
	cr_assert_not(ticked());
	t.period_ns = MS - 1;
	cr_assert_eq(OP(set_periodic_timer, 0, &t), -XEN_EINVAL);
	t.period_ns = UINT64_MAX;
	cr_assert_eq(OP(set_periodic_timer, 0, &t), -XEN_EINVAL);
}

Test(vcpu_op, timers_die_with_their_domain)
{
	struct vcpu_set_periodic_timer t = {.period_ns = 10 * MS};
	struct vcpu_set_singleshot_timer s = {.timeout_abs_ns = 5 * MS};

	cr_assert_eq(OP(set_periodic_timer, 0, &t), 0);
	cr_assert_eq(OP(set_periodic_timer, 1, &t), 0);
	cr_assert_eq(OP(set_singleshot_timer, 0, &s), 0);
	host_kill(d);
	host_advance(100 * MS);
}

Test(vcpu_op, set_timer_op)
{
	cr_assert_eq(hv_call(v, do_set_timer_op, 5 * MS, 0, 0), 0);
	host_advance(6 * MS);
	cr_assert(ticked());
	cr_assert_eq(hv_call(v, do_set_timer_op, 20 * MS, 0, 0), 0);
	cr_assert_eq(hv_call(v, do_set_timer_op, 0, 0, 0), 0);
	host_advance(50 * MS);
	cr_assert_not(ticked());
	/* Absurd values come soon rather than never. */
	cr_assert_eq(hv_call(v, do_set_timer_op, (uint64_t)-1, 0, 0), 0);
	host_advance(101 * MS);
	cr_assert(ticked());
	/* Two registers of a 32-bit caller. */
	cr_assert_eq(hv_call32(v, do_set_timer_op, 0, 1, 0), 0);
	host_advance((1LL << 32) + MS);
	cr_assert(ticked());
}

Test(vcpu_op, a_registered_vcpu_info_takes_over)
{
	struct vcpu_register_vcpu_info r = {.mfn = 7, .offset = 128};
	const vcpu_info_t *at;
	mfn_t m = p2m_get(d, mk_gfn(7), NULL, NULL);

	v->vcpu_info->time.system_time = 77;
	cr_assert_eq(OP(register_vcpu_info, 0, &r), 0);
	at = (const void *)((char *)mfn_to_virt(m) + 128);
	cr_assert_eq(v->vcpu_info, at);
	cr_assert_eq(at->time.system_time, 77);
	cr_assert_eq(at->evtchn_upcall_pending, 1);
	cr_assert_eq(at->evtchn_pending_sel, ~0UL);
	cr_assert_eq(frame_table[m.v].count, 2);
	cr_assert_eq(OP(register_vcpu_info, 0, &r), -XEN_EINVAL, "only once");
	cr_assert_eq(frame_table[m.v].count, 2);
	/* Another vCPU while it is down, but not while it is up. */
	r.offset = 256;
	cr_assert_eq(OP(register_vcpu_info, 1, &r), 0);
	d->vcpu[2]->pause_flags = 0;
	r.offset = 512;
	cr_assert_eq(OP(register_vcpu_info, 2, &r), -XEN_EINVAL);
	d->vcpu[2]->pause_flags = VPF_DOWN;
	r.offset = PAGE_SIZE - 63;
	cr_assert_eq(OP(register_vcpu_info, 2, &r), -XEN_ENXIO);
	r.offset = 4;
	cr_assert_eq(OP(register_vcpu_info, 2, &r), -XEN_ENXIO);
	r = (struct vcpu_register_vcpu_info){.mfn = 0x9999};
	cr_assert_eq(OP(register_vcpu_info, 2, &r), -XEN_EINVAL);
	r.mfn = UINT64_MAX;
	cr_assert_eq(OP(register_vcpu_info, 2, &r), -XEN_EINVAL);
	host_kill(d);
	cr_assert_eq(frame_table[m.v].count, 0);
}

Test(vcpu_op, the_page_of_a_vcpu_info_may_be_given_away)
{
	struct vcpu_register_vcpu_info r = {.mfn = 7};
	struct evtchn_send s = {.port = timer_port};
	mfn_t m = p2m_get(d, mk_gfn(7), NULL, NULL);

	cr_assert_eq(OP(register_vcpu_info, 0, &r), 0);
	cr_assert_eq(p2m_clear(d, mk_gfn(7), 0), 0);
	cr_assert_eq(frame_release_domain(d, m), 0);
	cr_assert_eq(frame_table[m.v].count, 1); /* the vCPU's: nobody else gets it */
	send_vcpu_virq(v, VIRQ_TIMER);
	cr_assert_eq(HV_OP(v, do_event_channel_op, EVTCHNOP_send, &s), -XEN_EINVAL);
	host_kill(d);
	cr_assert_eq(frame_table[m.v].count, 0);
}

Test(vcpu_op, run_states_are_told)
{
	struct vcpu_runstate_info info;
	struct vcpu_register_runstate_memory_area r = {.addr.p = BUF2};

	cr_assert_eq(hv_call(v, do_vcpu_op, VCPUOP_get_runstate_info, 0, BUF2), 0);
	hv_get(v, BUF2, &info, sizeof(info));
	cr_assert_eq(info.state, v->runstate);
	memset(&info, 0xff, sizeof(info));
	hv_put(v, BUF2, &info, sizeof(info));
	cr_assert_eq(OP(register_runstate_memory_area, 0, &r), 0);
	cr_assert_eq(v->runstate_area.v, BUF2);
	hv_get(v, BUF2, &info, sizeof(info));
	cr_assert_eq(info.state, v->runstate);
	r.addr.p = BAD; /* not mapped now: no error */
	cr_assert_eq(OP(register_runstate_memory_area, 0, &r), 0);
	cr_assert_eq(hv_call(v, do_vcpu_op, VCPUOP_get_runstate_info, 0, BAD), -XEN_EFAULT);
}

static const uint64_t *seen;

static const uint64_t *entry_of(uint64_t area)
{
	const char *page = mfn_to_virt(p2m_get(d, mk_gfn(area >> PAGE_SHIFT), NULL, NULL));

	return (const uint64_t *)(const void *)(page + 8);
}

static void *look_for_flag(void *entry)
{
	while (!(READ_ONCE(*(uint64_t *)entry) & XEN_RUNSTATE_UPDATE))
		;
	__atomic_store_n(&seen, entry, __ATOMIC_RELEASE);
	return NULL;
}

Test(vcpu_op, the_update_flag_is_up_only_meanwhile)
{
	pthread_t reader;
	struct vcpu_register_runstate_memory_area r = {.addr.p = BUF2};
	uint64_t entry;

	cr_assert_eq(
		hv_call(v, do_vm_assist, VMASST_CMD_enable, VMASST_TYPE_runstate_update_flag, 0),
		0);
	cr_assert_eq(OP(register_runstate_memory_area, 0, &r), 0);
	host_advance(5 * MS);
	v->runstate_entry = 0x123456;
	vcpu_update_runstate_area(v);
	hv_get(v, BUF2 + 8, &entry, sizeof(entry));
	cr_assert_eq(entry, 0x123456, "the flag is gone at the end");
	/* Another CPU that looks all the time sees it up, too. */
	seen = NULL;
	cr_assert_eq(
		pthread_create(&reader, NULL, look_for_flag, (void *)(uintptr_t)entry_of(BUF2)), 0);
	for (long n = 0; n < 50000000 && !__atomic_load_n(&seen, __ATOMIC_ACQUIRE); n++)
		vcpu_update_runstate_area(v);
	cr_assert(__atomic_load_n(&seen, __ATOMIC_ACQUIRE));
	pthread_join(reader, NULL);
	cr_assert_eq(
		hv_call(v, do_vm_assist, VMASST_CMD_disable, VMASST_TYPE_runstate_update_flag, 0),
		0);
	cr_assert_not(d->runstate_flag);
	cr_assert_eq(hv_call(dom0->vcpu[0], do_vm_assist, 0, 5, 0), -XEN_EINVAL);
}

Test(vcpu_op, the_clock_can_be_had_twice)
{
	struct vcpu_register_time_memory_area r = {.addr.p = BUF2};
	vcpu_time_info_t t;

	cr_assert_eq(OP(register_vcpu_time_memory_area, 0, &r), 0);
	hv_get(v, BUF2, &t, sizeof(t));
	cr_assert_eq(t.version, v->vcpu_info->time.version);
	cr_assert_eq(t.version & 1, 0);
	cr_assert_eq(t.tsc_to_system_mul, v->vcpu_info->time.tsc_to_system_mul);
	/* Somebody else's is written when that one runs. */
	memset(&t, 0, sizeof(t));
	hv_put(v, BUF2, &t, sizeof(t));
	cr_assert_eq(OP(register_vcpu_time_memory_area, 1, &r), 0);
	hv_get(v, BUF2, &t, sizeof(t));
	cr_assert_eq(t.version, 0);
	vcpu_update_time(w);
	hv_get(v, BUF2, &t, sizeof(t));
	cr_assert_neq(t.version, 0);
	/* Not mapped: no error, and tried again. */
	r.addr.p = BAD;
	cr_assert_eq(OP(register_vcpu_time_memory_area, 0, &r), 0);
	cr_assert(v->time_area_stale);
	r.addr.p = 0;
	cr_assert_eq(OP(register_vcpu_time_memory_area, 0, &r), 0);
	cr_assert_eq(v->time_area.v, 0);
	cr_assert_eq(hv_call(v, do_vcpu_op, VCPUOP_register_vcpu_time_memory_area, 0, BAD),
		     -XEN_EFAULT);
}

/* --- starting a vCPU --------------------------------------------------------------- */

static struct vcpu_hvm_context flat32(void)
{
	struct vcpu_hvm_context c = {.mode = VCPU_HVM_MODE_32B};
	struct vcpu_hvm_x86_32 *r = &c.cpu_regs.x86_32;

	r->cr0 = 1;
	r->eip = 0x1234;
	r->cs_limit = r->ds_limit = r->ss_limit = r->es_limit = 0xfffff;
	r->tr_limit = 0x67;
	r->cs_ar = 0xc9b;
	r->ds_ar = r->ss_ar = r->es_ar = 0xc93;
	r->tr_ar = 0x8b;
	return c;
}

Test(vcpu_op, a_vcpu_is_initialised_and_brought_up)
{
	struct vcpu_hvm_context c = flat32();
	struct hvm_state st;

	cr_assert_eq(hv_call(v, do_vcpu_op, VCPUOP_is_up, 1, 0), 0);
	cr_assert_eq(hv_call(v, do_vcpu_op, VCPUOP_up, 1, 0), -XEN_EINVAL, "no state yet");
	cr_assert_eq(OP(initialise, 1, &c), 0);
	hvm_get_state(w, &st);
	cr_assert_eq(st.regs.rip, 0x1234);
	cr_assert_eq(st.seg[SEG_CS].limit, UINT32_MAX);
	cr_assert_eq(st.seg[SEG_TR].limit, 0x67);
	cr_assert_eq(OP(initialise, 1, &c), -XEN_EEXIST);
	cr_assert_eq(hv_call(v, do_vcpu_op, VCPUOP_up, 1, 0), 0);
	cr_assert_eq(hv_call(v, do_vcpu_op, VCPUOP_is_up, 1, 0), 1);
	cr_assert_eq(hv_call(v, do_vcpu_op, VCPUOP_down, 1, 0), 0);
	cr_assert_eq(hv_call(v, do_vcpu_op, VCPUOP_is_up, 1, 0), 0);
}

Test(vcpu_op, a_vcpu_can_start_in_long_mode)
{
	struct vcpu_hvm_context c = {.mode = VCPU_HVM_MODE_64B};
	struct vcpu_hvm_x86_64 *r = &c.cpu_regs.x86_64;
	struct hvm_state st;

	r->rip = 0xffffffff81000000;
	r->cr0 = 0x80000011;
	r->cr4 = 0x20;
	r->efer = EFER_LME;
	cr_assert_eq(OP(initialise, 1, &c), 0);
	hvm_get_state(w, &st);
	cr_assert(st.efer & EFER_LMA);
	cr_assert_eq(st.seg[SEG_CS].attr, 0xa9b);
	r->rip = 1ULL << 60;
	cr_assert_eq(OP(initialise, 2, &c), -XEN_EINVAL);
	r->rip = 0;
	r->cr4 = 0;
	cr_assert_eq(OP(initialise, 2, &c), -XEN_EINVAL);
}

Test(vcpu_op, impossible_states_are_refused)
{
	struct vcpu_hvm_context c;

#define REFUSED(change)                                                                            \
	do {                                                                                       \
		c = flat32();                                                                      \
		change;                                                                            \
		cr_assert_eq(OP(initialise, 1, &c), -XEN_EINVAL, #change);                         \
	} while (0)
	REFUSED(c.mode = 2);
	REFUSED(c.pad = 1);
	REFUSED(c.cpu_regs.x86_32.pad1 = 1);
	REFUSED(c.cpu_regs.x86_32.pad2[2] = 1);
	REFUSED(c.cpu_regs.x86_32.cs_ar = 0);
	REFUSED(c.cpu_regs.x86_32.cs_ar = 0xc93);
	REFUSED(c.cpu_regs.x86_32.cs_ar = 0xc1b);
	REFUSED(c.cpu_regs.x86_32.ss_ar = 0);
	REFUSED(c.cpu_regs.x86_32.ss_ar = 0xc9b);
	REFUSED(c.cpu_regs.x86_32.ss_ar = 0xcf3);
	REFUSED(c.cpu_regs.x86_32.ds_ar = 0xc99);
	REFUSED(c.cpu_regs.x86_32.tr_ar = 0x89);
	REFUSED(c.cpu_regs.x86_32.tr_ar = 0x9b);
	REFUSED(c.cpu_regs.x86_32.cs_limit = 0; c.cpu_regs.x86_32.eip = 0x1000);
	REFUSED(c.cpu_regs.x86_32.efer = EFER_LMA);
#undef REFUSED
	c = flat32();
	c.cpu_regs.x86_32.ds_ar = c.cpu_regs.x86_32.es_ar = 0;
	cr_assert_eq(OP(initialise, 1, &c), 0);
}

Test(vcpu_op, the_last_one_down_ends_the_domain)
{
	struct vcpu_hvm_context c = flat32();

	v->pause_flags = 0;
	cr_assert_eq(OP(initialise, 1, &c), 0);
	cr_assert_eq(hv_call(v, do_vcpu_op, VCPUOP_up, 1, 0), 0);
	cr_assert_eq(hv_call(v, do_vcpu_op, VCPUOP_down, 1, 0), 0);
	cr_assert_not(d->shut_down);
	cr_assert_eq(hv_call(v, do_vcpu_op, VCPUOP_down, 0, 0), 0);
	cr_assert(d->shut_down);
	cr_assert_eq(d->shutdown_code, SHUTDOWN_poweroff);
}

Test(vcpu_op, odds_and_ends)
{
	cr_assert_eq(hv_call(v, do_vcpu_op, VCPUOP_send_nmi, 1, 0), 0);
	cr_assert_eq(w->nmi_pending, 1);
	cr_assert_eq(hv_call(v, do_vcpu_op, VCPUOP_send_nmi, 1, BUF), -XEN_EINVAL);
	cr_assert_eq(hv_call(v, do_vcpu_op, VCPUOP_get_physid, 0, BUF), -XEN_EINVAL);
	cr_assert_eq(hv_call(v, do_vcpu_op, 99, 0, BUF), -XEN_ENOSYS);
	cr_assert_eq(hv_call(v, do_vcpu_op, VCPUOP_is_up, 3, 0), -XEN_ENOENT);
	cr_assert_eq(hv_call(v, do_vcpu_op, VCPUOP_is_up, UINT32_MAX, 0), -XEN_ENOENT);
	for (unsigned int cmd = 0; cmd <= 10; cmd++) {
		bool reads = cmd == VCPUOP_initialise ||
			     cmd == VCPUOP_register_runstate_memory_area ||
			     cmd == VCPUOP_set_periodic_timer ||
			     cmd == VCPUOP_set_singleshot_timer || cmd == VCPUOP_register_vcpu_info;

		if (reads)
			cr_assert_eq(hv_call(v, do_vcpu_op, cmd, 0, BAD), -XEN_EFAULT);
	}
	cr_assert_eq(hv_call(v, do_vm_assist, 0, 4, 0), -XEN_EINVAL);
	cr_assert_eq(hv_call(v, do_vm_assist, 7, 4, 0), -XEN_EINVAL);
	cr_assert_eq(hv_call(v, do_vm_assist, 7, 5, 0), -XEN_ENOSYS);
	cr_assert_eq(hv_call(dom0->vcpu[0], do_vcpu_op, VCPUOP_down, 0, 0), -XEN_ENOSYS);
	cr_assert_eq(hv_call(dom0->vcpu[0], do_set_timer_op, 5, 0, 0), -XEN_ENOSYS);
}
