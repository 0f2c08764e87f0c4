/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Which accelerator the machine offers for a hypervisor inside QEMU. */
#ifndef HOST_ACCEL_H
#define HOST_ACCEL_H

#include <stdbool.h>
#include <stddef.h>

#include "options.h"

/*
 * True: KVM offers nested SVM with nested paging.  @why gets one line for the
 * user either way.  Opening /dev/kvm proves nothing: what counts is what
 * KVM_GET_SUPPORTED_CPUID lists.
 */
bool accel_kvm_usable(char *why, size_t len);

/* QEMU's name of the accelerator to use, with the reason said by tell_info();
 * NULL when the user asks for KVM and there is none (said by tell_error()). */
const char *accel_choose(enum accel_choice choice);

#endif
