/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* One vCPU's records of the HVM save format, xen/hvm/save.h (private to core/). */
#ifndef CORE_HVM_CONTEXT_H
#define CORE_HVM_CONTEXT_H

#include <hv/domain.h>
#include <xen/hvm/save.h>

/* Each fills a zeroed record, or takes one in.  The vCPU is paused.  Loading
 * gives -XEN_EINVAL for values that the CPU would refuse and -XEN_EOPNOTSUPP
 * for state that cannot be set here. */
void hvm_record_save_cpu(struct vcpu *v, void *rec);
void hvm_record_save_lapic(struct vcpu *v, void *rec);
void hvm_record_save_lapic_regs(struct vcpu *v, void *rec);
void hvm_record_save_mtrr(struct vcpu *v, void *rec);
int hvm_record_load_cpu(struct vcpu *v, const void *rec);
int hvm_record_load_lapic(struct vcpu *v, const void *rec);
int hvm_record_load_lapic_regs(struct vcpu *v, const void *rec);
int hvm_record_load_mtrr(struct vcpu *v, const void *rec);

/* XEN_DOMCTL_getvcpucontext: @c is zeroed. */
void hvm_state_to_context(struct vcpu *v, vcpu_guest_context_t *c);

#endif
