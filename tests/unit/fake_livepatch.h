/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * XEN_SYSCTL_livepatch_op as the hypervisor answers it, for fake_xen: payloads are
 * any bytes, and what they would hold is said by a function of the test.
 */
#ifndef TEST_FAKE_LIVEPATCH_H
#define TEST_FAKE_LIVEPATCH_H

#include "ctrl/livepatch.h"

#define FAKE_PATCHES 8

struct fake_patch {
	char name[XEN_LIVEPATCH_NAME_SIZE];
	uint32_t state, last_cmd;
	int32_t rc, outcome; /* @outcome becomes @rc when the CPUs have met */
	struct ctrl_build_id id, depends;
	char metadata[128];
	uint32_t metadata_len;
	bool has_data, used; /* its variables, once it was reverted */
};

struct fake_livepatch {
	struct ctrl_build_id hypervisor;
	struct fake_patch patch[FAKE_PATCHES];
	unsigned int nr, version;
	unsigned int stack[FAKE_PATCHES], depth; /* oldest first, indices into patch */
	/* An action that has begun; it ends with the @polls-th GET. */
	int pending;
	uint32_t pending_cmd;
	unsigned int polls, polls_left;
	/* knobs */
	int (*read)(struct fake_patch *p, const void *file, size_t size); /* at upload */
	int outcome;	    /* of actions: 0, or what GET then says */
	const char *refuse; /* the action on it, after so many others */
	int refuse_after;
	uint32_t lie;			  /* added to what LIST tells of the length of metadata */
	bool is_xen;			  /* no Nacre sysctls */
	void (*before_list)(uint32_t nr); /* called before LIST is answered */
	unsigned int uploads, actions;	  /* that were taken */
};
extern struct fake_livepatch fake_patches;

/* Empty, and answering fake.sysctl. */
void fake_livepatch_reset(void);
struct fake_patch *fake_livepatch_find(const char *name);

#endif
