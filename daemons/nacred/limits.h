/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Every bound that a client or a guest can run into; nacred-rpc(7) lists them. */
#ifndef NACRED_LIMITS_H
#define NACRED_LIMITS_H

#define NACRED_API "1.0"

/* Connections at once: of those who may change things, and of strangers, who may only
 * read; and how many wait to be accepted. */
#define LIMIT_CLIENTS	1100
#define LIMIT_STRANGERS 256
#define LIMIT_BACKLOG	64

/* Calls of one client in a second; who has more is read from more slowly. */
#define LIMIT_RATE	     100000
#define LIMIT_RATE_STRANGERS 2000

/* One request line, in bytes without the newline; depth and values of its JSON. */
#define LIMIT_REQUEST_BYTES  (1024 * 1024)
#define LIMIT_REQUEST_DEPTH  32
#define LIMIT_REQUEST_VALUES 65536
#define LIMIT_BATCH	     256

/* Per client: calls that are not answered yet, calls answered before others get
 * their turn, and bytes that wait to be read by it. Above PAUSE nothing more is
 * read from it, and its events wait in the ring. */
#define LIMIT_CALLS_PENDING 128
#define LIMIT_CALLS_TURN    32
#define LIMIT_OUTPUT_PAUSE  (256 * 1024)
#define LIMIT_OUTPUT_MAX    (4 * 1024 * 1024)

/* Seconds for a begun request line to end, or for the client to take output. */
#define LIMIT_STALL_SEC 30

/* Domains: builds at once and in the queue, names, figures of a config. */
#define LIMIT_BUILDS	    4
#define LIMIT_BUILD_QUEUE   256
#define LIMIT_NAME_BYTES    128
#define LIMIT_CMDLINE_BYTES 4096
#define LIMIT_PATH_BYTES    4095
#define LIMIT_VCPUS	    128
#define LIMIT_MEMORY_MIN    2048ull			 /* KiB */
#define LIMIT_MEMORY_MAX    (16ull * 1024 * 1024 * 1024) /* KiB */
#define LIMIT_DOMAINS	    4096

/* What clients keep beside a domain: values, and bytes of all together. */
#define LIMIT_USERDATA_KEYS  16
#define LIMIT_USERDATA_BYTES (128 * 1024)

/* Cores that are being written at once. */
#define LIMIT_DUMPS 4

/* host.debug_keys, host.set_parameters: bytes of one call. */
#define LIMIT_DEBUG_KEYS       128
#define LIMIT_PARAMETERS_BYTES 1000

/* A guest that ended within so many seconds so often in a row is started again
 * only after a while: it would do nothing but restart. */
#define LIMIT_QUICK_END_SEC    3
#define LIMIT_QUICK_ENDS       3
#define LIMIT_QUICK_DELAY_MSEC 1000

/* domain.wait, jobs: calls that wait at once, and milliseconds one may ask for. */
#define LIMIT_WAITS	  1024
#define LIMIT_WAIT_MSEC	  (24ll * 3600 * 1000)
#define LIMIT_GONE	  64 /* destroyed domains remembered for late waits */
#define LIMIT_SUBSCRIBERS 256

/* Events that are kept for who comes back or reads slowly: how many, and bytes of all. */
#define LIMIT_EVENTS	  2048
#define LIMIT_EVENT_BYTES (512 * 1024)

/* Jobs that run at once; how many are there or remembered while fewer run; phases of
 * one; and milliseconds until a call that started one and gives no deadline is answered
 * without its end. */
#define LIMIT_JOBS_RUN 512
#define LIMIT_JOBS     128
#define LIMIT_PHASES   16
#define LIMIT_JOB_MSEC 300000

/* Changes with a request_id that are remembered: how many, and seconds after their end. */
#define LIMIT_REPLAYS	 512
#define LIMIT_REPLAY_SEC 600

/* Live patches: payloads that are kept, and how often an action is begun anew because
 * the CPUs did not meet in time. */
#define LIMIT_PATCHES	  64
#define LIMIT_PATCH_TRIES 20

/* Milliseconds that domain.destroy waits for a dead domain to leave the list, and
 * between two looks. */
#define LIMIT_ZOMBIE_MSEC      3000
#define LIMIT_ZOMBIE_STEP_MSEC 5

/* Seconds for xenconsoled to hand a console over, and between attempts to reach
 * xenstored again (its socket coming back raises no event), milliseconds. */
#define LIMIT_CONSOLE_SEC      5
#define LIMIT_STORE_RETRY_MSEC 200

/* sched.simulate: runs at once; seconds of processor time for each of a run's two
 * halves, and of the clock for all of it; what a machine may have; bytes of answer. */
#define LIMIT_SIMULATIONS	 2
#define LIMIT_SIMULATION_CPU_SEC 20
#define LIMIT_SIMULATION_SEC	 120
#define LIMIT_SIMULATION_DOMAINS 1024
#define LIMIT_SIMULATION_VCPUS	 4096
#define LIMIT_SIMULATION_BYTES	 (4u * 1024 * 1024)

#endif
