/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* HYPERVISOR_multicall: a list of calls; the result of each is in its entry. */
#include <hv/guest_access.h>
#include <hv/hypercall.h>

/* The fields of multicall_entry in the caller's width: op, result, args[6]. */
struct entry {
	uint64_t word[8];
};
#define WORD_RESULT 1
#define WORD_ARGS   2

static size_t width(const struct hypercall *hc)
{
	return hc->compat ? sizeof(uint32_t) : sizeof(uint64_t);
}

static int get_entry(const struct hypercall *hc, struct entry *e)
{
	uint32_t narrow[8];

	if (!hc->compat)
		return copy_arg_in(e, hc->arg[0]);
	if (copy_arg_in(&narrow, hc->arg[0]))
		return -XEN_EFAULT;
	for (unsigned int i = 0; i < 8; i++)
		e->word[i] = narrow[i];
	return 0;
}

static int put_word(const struct hypercall *hc, unsigned int i, uint64_t val)
{
	/* Little-endian: the low bytes are the narrow value. */
	return handle_copy_out(hc->arg[0], i, &val, 1, width(hc));
}

/* A call that wants to go on later leaves its changed arguments in the entry. */
static long save_rest(const struct hypercall *hc, const struct hypercall *call)
{
	for (unsigned int i = 0; i < 5; i++)
		if (put_word(hc, WORD_ARGS + i, call->arg[i]))
			return -XEN_EFAULT;
	return -XEN_ERESTART;
}

static long run_entry(struct hypercall *hc)
{
	struct hypercall call = {.compat = hc->compat, .v = hc->v};
	struct entry e;
	long rc;

	if (get_entry(hc, &e))
		return -XEN_EFAULT;
	call.nr = e.word[0];
	for (unsigned int i = 0; i < 5; i++)
		call.arg[i] = e.word[WORD_ARGS + i];
	/* One level only: the nesting would be the caller's to choose. */
	rc = call.nr == __HYPERVISOR_multicall ? -XEN_EINVAL : hypercall_do(&call);
	if (rc == -XEN_ERESTART)
		return save_rest(hc, &call);
	return put_word(hc, WORD_RESULT, rc) ? -XEN_EFAULT : 0;
}

long do_multicall(struct hypercall *hc)
{
	hc->arg[1] = (uint32_t)hc->arg[1];
	for (unsigned int n = 0; hc->arg[1]; n++) {
		long rc;

		if (n && hypercall_preempt_check())
			return -XEN_ERESTART;
		rc = run_entry(hc);
		if (rc)
			return rc;
		hc->arg[0] += sizeof(struct entry) / 8 * width(hc);
		hc->arg[1]--;
	}
	return 0;
}
