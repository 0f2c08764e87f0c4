/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* HVM parameters and saved CPU context. */
#ifndef CTRL_HVM_H
#define CTRL_HVM_H

#include "ctrl/ctrl.h"

#include <xen/hvm/params.h>
#include <xen/hvm/save.h>

/* @index: HVM_PARAM_*. */
int ctrl_hvm_param_get(struct ctrl *ctrl, uint32_t domid, uint32_t index, uint64_t *value);
int ctrl_hvm_param_set(struct ctrl *ctrl, uint32_t domid, uint32_t index, uint64_t value);

/* Whole context: a new heap block of *size bytes, for the caller to free(). */
int ctrl_hvm_context_get(struct ctrl *ctrl, uint32_t domid, void **data, uint32_t *size);
/* Only domain's paused vCPUs may be changed; -EINVAL when a record is refused. */
int ctrl_hvm_context_set(struct ctrl *ctrl, uint32_t domid, const void *data, uint32_t size);

#endif
