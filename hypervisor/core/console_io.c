/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * HYPERVISOR_console_io: text from guests on the hypervisor's console, line by
 * line so that two guests' lines never mix.  There is no way in: reading gives
 * domain 0 nothing and guests -XEN_EPERM.
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
	switch ((unsigned int)hc->arg[0]) {
	case CONSOLEIO_write:
		return write_text(hc);
	case CONSOLEIO_read:
		return hc->v->domain->privileged ? 0 : -XEN_EPERM;
	default:
		return -XEN_ENOSYS;
	}
}
