/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* HYPERVISOR_vcpu_op (xen/vcpu.h) and set_timer_op. */
#include "evtchn.h"
#include "physmap.h"
#include "time.h"
#include "vcpu_context.h"

#include <hv/arch.h>
#include <hv/domain.h>
#include <hv/frame.h>
#include <hv/guest_access.h>
#include <hv/hypercall.h>
#include <hv/string.h>

#define PERIOD_MIN_NS 1000000LL		    /* 1 ms */
#define PERIOD_MAX_NS (INT64_MAX >> 2)	    /* as Xen: no sum ever overflows */
#define FAR_FUTURE_NS (100 * PERIOD_MIN_NS) /* for absurd set_timer_op values */

/* Written here once; the scheduler keeps it current (vcpu.c). */
static int write_runstate(struct hypercall *hc, const struct vcpu *v, uint64_t at)
{
	uint8_t image[RUNSTATE_BYTES];
	size_t len = vcpu_runstate_image(v, hc->compat, image);

	return handle_copy_out(at, 0, image, 1, len);
}

static long register_runstate(struct hypercall *hc, struct vcpu *v)
{
	uint64_t area = 0;

	if (handle_copy_in(&area, hc->arg[2], 0, 1, hc->compat ? 4 : 8))
		return -XEN_EFAULT;
	WRITE_ONCE(v->runstate_area.v, area);
	WRITE_ONCE(v->runstate_compat, hc->compat);
	/* Not yet mapped is no error: it is written again at every switch. */
	if (area)
		write_runstate(hc, v, area);
	return 0;
}

static long register_time(struct hypercall *hc, struct vcpu *v)
{
	uint64_t area = 0;

	if (handle_copy_in(&area, hc->arg[2], 0, 1, hc->compat ? 4 : 8))
		return -XEN_EFAULT;
	WRITE_ONCE(v->time_area.v, area);
	WRITE_ONCE(v->time_area_stale, true);
	/* Another vCPU's address means something only when that one runs. */
	if (v == hc->v)
		vcpu_update_time(v);
	return 0;
}

static bool may_register_info(const struct hypercall *hc, const struct vcpu *v)
{
	return v == hc->v || (READ_ONCE(v->pause_flags) & VPF_DOWN);
}

/* The page stays referenced until the domain goes (evtchn.c). */
static long register_info(struct hypercall *hc, struct vcpu *v)
{
	struct vcpu_register_vcpu_info op;
	struct domain *d = v->domain;
	vcpu_info_t *info;
	mfn_t mfn;

	if (copy_arg_in(&op, hc->arg[2]))
		return -XEN_EFAULT;
	/* The fields are changed atomically, so they must be aligned. */
	if (op.offset > PAGE_SIZE - sizeof(*info) || op.offset % sizeof(uint64_t))
		return -XEN_ENXIO;
	if (!may_register_info(hc, v) || physmap_get_own(d, mk_gfn(op.mfn), true, &mfn))
		return -XEN_EINVAL;
	spin_lock(&d->lock);
	if (mfn_valid_value(v->vcpu_info_mfn)) {
		spin_unlock(&d->lock);
		frame_put(mfn);
		return -XEN_EINVAL;
	}
	info = (vcpu_info_t *)(void *)((char *)mfn_to_virt(mfn) + op.offset);
	memcpy(info, v->vcpu_info, sizeof(*info));
	v->vcpu_info_mfn = mfn;
	__atomic_store_n(&v->vcpu_info, info, __ATOMIC_SEQ_CST);
	spin_unlock(&d->lock);
	/* An event may have gone to the old place meanwhile: look at all of them. */
	evtchn_select_all(v);
	return 0;
}

static long set_periodic(struct hypercall *hc, struct vcpu *v)
{
	struct vcpu_set_periodic_timer op;

	if (copy_arg_in(&op, hc->arg[2]))
		return -XEN_EFAULT;
	if (op.period_ns < PERIOD_MIN_NS || op.period_ns > PERIOD_MAX_NS)
		return -XEN_EINVAL;
	vcpu_set_periodic(v, op.period_ns);
	return 0;
}

static long set_singleshot(struct hypercall *hc, struct vcpu *v)
{
	struct vcpu_set_singleshot_timer op;
	size_t len = offsetof(struct vcpu_set_singleshot_timer, flags) + sizeof(op.flags);

	if (v != hc->v)
		return -XEN_EINVAL;
	if (handle_copy_in(&op, hc->arg[2], 0, 1, len))
		return -XEN_EFAULT;
	if (op.timeout_abs_ns > INT64_MAX)
		op.timeout_abs_ns = INT64_MAX;
	/* VCPU_SSHOTTMR_future is ignored, as 4.17 does: the past fires at once. */
	vcpu_set_singleshot(v, (stime_t){(int64_t)op.timeout_abs_ns});
	return 0;
}

static long initialise(struct hypercall *hc, struct vcpu *v)
{
	struct vcpu_hvm_context ctx;
	struct domain *d = v->domain;
	long rc;

	/* Without a record of its own the vCPU could get no event. */
	if (v->id >= XEN_LEGACY_MAX_VCPUS && !mfn_valid_value(v->vcpu_info_mfn))
		return -XEN_EINVAL;
	if (copy_arg_in(&ctx, hc->arg[2]))
		return -XEN_EFAULT;
	spin_lock(&d->lock);
	rc = v->initialised ? -XEN_EEXIST : vcpu_set_hvm_context(v, &ctx);
	if (!rc)
		v->initialised = true;
	spin_unlock(&d->lock);
	return rc;
}

static long bring_up(struct vcpu *v)
{
	struct domain *d = v->domain;
	bool ready;

	spin_lock(&d->lock);
	ready = v->initialised;
	spin_unlock(&d->lock);
	if (!ready)
		return -XEN_EINVAL;
	vcpu_clear_flags(v, VPF_DOWN);
	return 0;
}

static long send_nmi(struct hypercall *hc, struct vcpu *v)
{
	if (hc->arg[2])
		return -XEN_EINVAL;
	if (!__atomic_exchange_n(&v->nmi_pending, 1, __ATOMIC_SEQ_CST))
		vcpu_kick(v);
	return 0;
}

static long timer_sub_op(struct hypercall *hc, struct vcpu *v)
{
	switch ((unsigned int)hc->arg[0]) {
	case VCPUOP_set_periodic_timer:
		return set_periodic(hc, v);
	case VCPUOP_stop_periodic_timer:
		vcpu_set_periodic(v, 0);
		return 0;
	case VCPUOP_set_singleshot_timer:
		return set_singleshot(hc, v);
	default:
		if (v != hc->v)
			return -XEN_EINVAL;
		timer_stop(&v->singleshot);
		return 0;
	}
}

static long sub_op(struct hypercall *hc, struct vcpu *v)
{
	switch ((unsigned int)hc->arg[0]) {
	case VCPUOP_initialise:
		return initialise(hc, v);
	case VCPUOP_up:
		return bring_up(v);
	case VCPUOP_down:
		vcpu_down(v);
		return 0;
	case VCPUOP_is_up:
		return !(READ_ONCE(v->pause_flags) & VPF_DOWN);
	case VCPUOP_get_runstate_info:
		return write_runstate(hc, v, hc->arg[2]) ? -XEN_EFAULT : 0;
	case VCPUOP_register_runstate_memory_area:
		return register_runstate(hc, v);
	case VCPUOP_register_vcpu_time_memory_area:
		return register_time(hc, v);
	case VCPUOP_set_periodic_timer:
	case VCPUOP_stop_periodic_timer:
	case VCPUOP_set_singleshot_timer:
	case VCPUOP_stop_singleshot_timer:
		return timer_sub_op(hc, v);
	case VCPUOP_register_vcpu_info:
		return register_info(hc, v);
	case VCPUOP_send_nmi:
		return send_nmi(hc, v);
	case VCPUOP_get_physid:
		return -XEN_EINVAL; /* only for a pinned hardware domain */
	default:
		return -XEN_ENOSYS;
	}
}

long do_vcpu_op(struct hypercall *hc)
{
	struct domain *d = hc->v->domain;
	uint32_t id = hc->arg[1];
	struct vcpu *v = NULL;

	if (id < d->max_vcpus)
		v = __atomic_load_n(&d->vcpu[id], __ATOMIC_ACQUIRE);
	if (!v)
		return -XEN_ENOENT;
	/* The external domain 0 has records, but nothing that runs. */
	if (d->external && (unsigned int)hc->arg[0] != VCPUOP_is_up &&
	    (unsigned int)hc->arg[0] != VCPUOP_get_runstate_info)
		return -XEN_ENOSYS;
	return sub_op(hc, v);
}

long do_set_timer_op(struct hypercall *hc)
{
	int64_t at = (int64_t)hc->arg[0];

	/* A 32-bit caller passes the value in two registers. */
	if (hc->compat)
		at = (int64_t)(hc->arg[0] | hc->arg[1] << 32);
	if (hc->v->domain->external)
		return -XEN_ENOSYS;
	if (!at)
		timer_stop(&hc->v->singleshot);
	else if (at < 0)
		vcpu_set_singleshot(hc->v, stime_add(arch_now(), FAR_FUTURE_NS));
	else
		vcpu_set_singleshot(hc->v, (stime_t){at});
	return 0;
}

/* The one assist that Xen has for guests with hardware support; types are looked
 * at first, even of unknown commands. */
long do_vm_assist(struct hypercall *hc)
{
	unsigned int cmd = hc->arg[0];

	if (hc->arg[1] != VMASST_TYPE_runstate_update_flag || hc->v->domain->external)
		return -XEN_EINVAL;
	if (cmd != VMASST_CMD_enable && cmd != VMASST_CMD_disable)
		return -XEN_ENOSYS;
	WRITE_ONCE(hc->v->domain->runstate_flag, cmd == VMASST_CMD_enable);
	return 0;
}
