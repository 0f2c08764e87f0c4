/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * HYPERVISOR_console_io: domain 0's text on the hypervisor's console, line by
 * line so that it never mixes with another's.  There is no way in: reading gives
 * nothing.  Guests are refused, as by a release build of Xen; they have port 0xe9.
 */
#include <hv/domain.h>
#include <hv/guest_access.h>
#include <hv/hypercall.h>
#include <hv/printk.h>

#define CHUNK 128 /* bytes between two looks at the work bits */

static void put_text(struct domain *d, const char *text, uint32_t n)
{
	spin_lock(&d->lock);
	for (uint32_t i = 0; i < n; i++) {
		if (text[i] != '\n')
			d->console_line[d->console_len++] = text[i];
		if (text[i] == '\n' || d->console_len == sizeof(d->console_line)) {
			console_guest_write(d, d->console_line, d->console_len);
			d->console_len = 0;
		}
	}
	spin_unlock(&d->lock);
}

static long write_text(struct hypercall *hc)
{
	char text[CHUNK];

	hc->arg[1] = (uint32_t)hc->arg[1];
	while (hc->arg[1]) {
		uint32_t n = MIN(hc->arg[1], sizeof(text));

		if (handle_copy_in(text, hc->arg[2], 0, n, 1))
			return -XEN_EFAULT;
		put_text(hc->v->domain, text, n);
		/* What is done leaves the arguments, so a continuation is the same call. */
		hc->arg[1] -= n;
		hc->arg[2] += n;
		if (hc->arg[1] && hypercall_preempt_check())
			return -XEN_ERESTART;
	}
	return 0;
}

long do_console_io(struct hypercall *hc)
{
	if (!hc->v->domain->privileged)
		return -XEN_EPERM;
	switch ((unsigned int)hc->arg[0]) {
	case CONSOLEIO_write:
		return write_text(hc);
	case CONSOLEIO_read:
		return 0;
	default:
		return -XEN_ENOSYS;
	}
}
