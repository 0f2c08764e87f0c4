/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Register state in the ABI's forms (private to core/). */
#ifndef CORE_VCPU_CONTEXT_H
#define CORE_VCPU_CONTEXT_H

#include <hv/types.h>
#include <xen/hvm/hvm_vcpu.h>

/* VCPUOP_initialise: start @v (not running) from @ctx. -XEN_EINVAL for what the
 * CPU would refuse. */
int vcpu_set_hvm_context(struct vcpu *v, const struct vcpu_hvm_context *ctx);

#endif
