/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* How a patch that is built live (nacre-livepatch-build(1)) asks for hooks. */
#ifndef HV_LIVEPATCH_HOOKS_H
#define HV_LIVEPATCH_HOOKS_H

#include <hv/livepatch.h>

#define LIVEPATCH_HOOK(kind, type, fn)                                                             \
	static livepatch_##type##_fn *const livepatch_##kind##_##fn                                \
		__attribute__((section(".livepatch.hooks." #kind), used)) = fn
/* While all CPUs wait, before the functions are replaced and after they are back. */
#define LIVEPATCH_LOAD(fn)   LIVEPATCH_HOOK(load, load, fn)
#define LIVEPATCH_UNLOAD(fn) LIVEPATCH_HOOK(unload, load, fn)
/* With everything running; non-zero forbids the action. */
#define LIVEPATCH_PREAPPLY(fn)	 LIVEPATCH_HOOK(preapply, pre, fn)
#define LIVEPATCH_PREREVERT(fn)	 LIVEPATCH_HOOK(prerevert, pre, fn)
#define LIVEPATCH_POSTAPPLY(fn)	 LIVEPATCH_HOOK(postapply, post, fn)
#define LIVEPATCH_POSTREVERT(fn) LIVEPATCH_HOOK(postrevert, post, fn)
/* In place of the action itself, while all CPUs wait: livepatch_apply_functions(). */
#define LIVEPATCH_APPLY(fn)  LIVEPATCH_HOOK(apply, action, fn)
#define LIVEPATCH_REVERT(fn) LIVEPATCH_HOOK(revert, action, fn)

/* A hook takes care of what changes of this variable ("name") or type ("struct name"). */
#define LIVEPATCH_HANDLES(what)                                                                    \
	static const char LIVEPATCH_UNIQUE(__COUNTER__)[]                                          \
		__attribute__((section(".livepatch.handled"), used)) = #what
#define LIVEPATCH_UNIQUE(n)  LIVEPATCH_UNIQUE_(n)
#define LIVEPATCH_UNIQUE_(n) livepatch_handled_##n

#endif
