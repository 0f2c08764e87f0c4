/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Live patches of the running hypervisor: XEN_SYSCTL_livepatch_op. */
#ifndef CTRL_LIVEPATCH_H
#define CTRL_LIVEPATCH_H

#include <stdbool.h>

#include "ctrl/ctrl.h"

/* A name is 1..127 bytes.  The hypervisor takes printable characters, no space. */
#define CTRL_LIVEPATCH_NAME_MAX (XEN_LIVEPATCH_NAME_SIZE - 1)
/* Bytes of a payload, at most: LIVEPATCH_MAX_SIZE of Xen 4.17. */
#define CTRL_LIVEPATCH_SIZE_MAX (2u << 20)
#define CTRL_BUILD_ID_MAX	64

struct ctrl_build_id {
	uint8_t bytes[CTRL_BUILD_ID_MAX];
	size_t len;
};

/* The running hypervisor's own build-id.  -ENODATA: it was linked without one. */
int ctrl_livepatch_build_id(struct ctrl *ctrl, struct ctrl_build_id *id);

struct ctrl_livepatch {
	char name[XEN_LIVEPATCH_NAME_SIZE];
	uint32_t state;	      /* LIVEPATCH_STATE_CHECKED or _APPLIED */
	int32_t rc;	      /* 0, -EAGAIN while an action runs, else what failed last */
	const char *metadata; /* "key=value\0", any number of them; ends with a NUL */
	size_t metadata_len;  /* without the NUL that was put behind the last one */
};

struct ctrl_livepatch_list {
	size_t nr;
	uint32_t version;		/* of the hypervisor's set */
	struct ctrl_livepatch *payload; /* in the order of upload */
	char *metadata;
};

/*
 * All payloads as they were at one moment: starts again when the set changes
 * meanwhile (-EBUSY if it never stands still).  Free with ctrl_livepatch_list_free().
 * -EOPNOTSUPP, -ENOSYS: a hypervisor without live patches.
 */
int ctrl_livepatch_list(struct ctrl *ctrl, struct ctrl_livepatch_list *list);
void ctrl_livepatch_list_free(struct ctrl_livepatch_list *list);
/* The value of the @nth (0 = first) "@key=" in the metadata, or NULL. */
const char *ctrl_livepatch_meta(const struct ctrl_livepatch *p, const char *key, unsigned int nth);

/* -EEXIST: name or build-id is there already; -EINVAL, -ENOENT, -EOPNOTSUPP: refused
 * (the reason is in the message ring); -ENOSPC, -ENOMEM. */
int ctrl_livepatch_upload(struct ctrl *ctrl, const char *name, const void *file, size_t size);
/* State and result of the last action.  -ENOENT. */
int ctrl_livepatch_get(struct ctrl *ctrl, const char *name, struct xen_livepatch_status *status);

/*
 * Begin LIVEPATCH_ACTION_@cmd; all but UNLOAD end later: ctrl_livepatch_outcome().
 * @timeout_ns for the CPUs to meet, 0: the hypervisor's 30 ms.  @flags:
 * LIVEPATCH_ACTION_APPLY_NODEPS.  -EBUSY: another action runs, or (revert) another
 * payload was applied later; -EINVAL: wrong dependency or text, or (unload) state;
 * -EOPNOTSUPP: hooks forbid to replace.  As in Xen an action that does not fit the
 * payload's state returns 0 and changes nothing: look at the state first.
 */
int ctrl_livepatch_action(struct ctrl *ctrl, const char *name, uint32_t cmd, uint32_t timeout_ns,
			  uint32_t flags);
/*
 * How action @cmd that was begun without an error stands: -EAGAIN: still going on; 0:
 * done; -EBUSY: the CPUs did not meet in time and nothing was changed; what a hook
 * returned; -EPROTO: it ended in another state than it should.
 */
int ctrl_livepatch_outcome(struct ctrl *ctrl, const char *name, uint32_t cmd);
/* How long to wait in ms before asking for the outcome the @nth time (from 0). */
unsigned int ctrl_livepatch_poll_ms(unsigned int nth);
/* Ask until it is done, at most @deadline_ms: the outcome, or -ETIMEDOUT. */
int ctrl_livepatch_wait(struct ctrl *ctrl, const char *name, uint32_t cmd,
			unsigned int deadline_ms);

struct ctrl_livepatch_info {
	uint64_t pause_ns, gather_ns; /* of the last action: all; until the CPUs had met */
	uint32_t position;	      /* in the stack of applied payloads from 1, or 0 */
	uint32_t functions;	      /* that it replaces */
	uint32_t cmd;		      /* the last action, 0: none yet */
	struct ctrl_build_id id;
};
/* -ENOENT; -ENOSYS: the hypervisor is Xen, which does not tell. */
int ctrl_livepatch_info(struct ctrl *ctrl, const char *name, struct ctrl_livepatch_info *info);

#endif
