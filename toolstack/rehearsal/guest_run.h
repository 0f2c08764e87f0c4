/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * One tiny guest as a test: made through nacred, its console read to the end,
 * and judged by its own last line of verdict, PASS, FAIL, SKIP or ERROR.  After
 * "EXPECT crash" (reboot, poweroff, spin) such an end is a pass; "spin" means
 * that it still ran when its time was up.
 */
#ifndef NACRE_GUEST_RUN_H
#define NACRE_GUEST_RUN_H

#include "rpc.h"

enum guest_verdict { GUEST_PASS, GUEST_FAIL, GUEST_SKIP, GUEST_ERROR };

struct guest_result {
	enum guest_verdict verdict;
	char line[160]; /* why: the guest's words, made printable, or ours */
};

extern const char *const guest_verdict_words[]; /* by enum guest_verdict */

/*
 * Run @kernel (an absolute path) as domain @name with @vcpus and 16 MiB for at
 * most @seconds. The domain is gone afterwards.  What goes wrong on the way is
 * GUEST_ERROR with the reason as its line.  @rpc gets subscribed to events of
 * domains.  The run ends early, with GUEST_ERROR, when @stop becomes readable (a
 * signalfd, say; -1: none); nothing is read from it.
 */
void guest_run(struct rpc *rpc, const char *name, const char *kernel, unsigned int vcpus,
	       unsigned int seconds, int stop, struct guest_result *result);

#endif
