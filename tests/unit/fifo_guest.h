/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* A guest's side of the FIFO ABI: its pages, and taking events off the queues. */
#ifndef TESTS_FIFO_GUEST_H
#define TESTS_FIFO_GUEST_H

#include "hvcall.h"

#include <xen/event_channel.h>

#define FIFO_BLOCKS 8u	/* gfn of the control block of vCPU 0, then the others' */
#define FIFO_WORDS  12u /* gfn of the first page of event words */

#define W_PENDING (1u << EVTCHN_FIFO_PENDING)
#define W_MASKED  (1u << EVTCHN_FIFO_MASKED)
#define W_LINKED  (1u << EVTCHN_FIFO_LINKED)
#define W_BUSY	  (1u << EVTCHN_FIFO_BUSY)

long fifo_init_control(struct vcpu *v, uint64_t gfn, uint32_t offset, uint32_t vcpu);
long fifo_expand(struct vcpu *v, uint64_t gfn);
long fifo_priority(struct vcpu *v, uint32_t port, uint32_t priority);
/* Control blocks for all vCPUs and one page of words, all cleared. */
void fifo_start(struct domain *d);
event_word_t *fifo_word(struct domain *d, uint32_t port);
struct evtchn_fifo_control_block *fifo_block(struct domain *d, uint32_t vcpu);
/* Next event of the highest priority that vCPU @vcpu has; its PENDING bit is cleared.
 * 0: none.  *@priority may be NULL. */
uint32_t fifo_take(struct domain *d, uint32_t vcpu, uint32_t *priority);

#endif
