/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Event channels made on behalf of a domain that is being built. */
#ifndef CTRL_EVTCHN_H
#define CTRL_EVTCHN_H

#include "ctrl/ctrl.h"

/* A port of @domid that @remote may bind to; returned in *port. */
int ctrl_evtchn_alloc_unbound(struct ctrl *ctrl, uint32_t domid, uint32_t remote, uint32_t *port);
/* Close all ports of a domain. */
int ctrl_evtchn_reset(struct ctrl *ctrl, uint32_t domid);

#endif
