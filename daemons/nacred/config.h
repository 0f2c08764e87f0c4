/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * A domain's configuration as nacred understands it, read from libxl's JSON
 * form (the one that `xl list -l` prints) and checked.  Every message names the
 * member at fault.
 */
#ifndef NACRED_CONFIG_H
#define NACRED_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

#include "error.h"
#include "json.h"

/* What follows when a domain ends; libxl_action_on_shutdown. */
enum config_action {
	ACTION_DESTROY,
	ACTION_RESTART,
	ACTION_RENAME_RESTART,
	ACTION_PRESERVE,
	ACTION_COREDUMP_DESTROY,
	ACTION_COREDUMP_RESTART,
	ACTION_SOFT_RESET,
};

#define CONFIG_MAX_CPUS 1024

/* Which CPUs a vCPU may (hard) or should (soft) run on. */
struct config_affinity {
	bool given;
	uint8_t cpus[CONFIG_MAX_CPUS / 8];
};

/* Strings point into the tree that was read. */
struct config {
	const char *name;
	const char *type;   /* "pvh" or "hvm" */
	const char *uuid;   /* NULL: none given */
	const char *pool;   /* name, or id in digits; Pool-0 when none is given */
	const char *kernel; /* absolute, as the others */
	const char *ramdisk, *cmdline;
	unsigned int max_vcpus, online_vcpus;
	uint8_t online[16]; /* bitmap of 128 */
	uint64_t max_kib, target_kib, paging_kib;
	int weight, cap; /* -1: default */
	int32_t max_grant_frames, max_maptrack_frames;
	unsigned int max_grant_version;
	uint32_t max_evtchn_port;
	uint32_t tsc_mode;		     /* libxl_tsc_mode, the hypervisor's numbers */
	struct config_affinity *hard, *soft; /* max_vcpus entries each, or NULL */
};

/* 0, or -1 with @e filled. */
int config_read(struct config *c, const struct json *tree, struct rpc_error *e);
void config_free(struct config *c);

/* Whether @name may be a name: lists stay readable and it cannot be taken for an id.  0, or
 * -1 and @e with @code; @what begins the message. */
int config_check_word(const char *what, const char *name, const char *code, struct rpc_error *e);
/* The same for a domain's. */
int config_check_name(const char *name, struct rpc_error *e);

/* --- config_action.c --- */

/* The actions of @tree exist. 0, or -1 and @e. */
int config_check_actions(const struct json *tree, struct rpc_error *e);
/* What @tree asks for when the domain ends with @reason (SHUTDOWN_*). */
enum config_action config_action(const struct json *tree, unsigned int reason);
const char *config_action_word(enum config_action action);

#endif
