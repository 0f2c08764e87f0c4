/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* "xl debug-keys": reports to the console, one letter each. */
#include "sysctl.h"

#include <hv/arch.h>
#include <hv/counters.h>
#include <hv/domain.h>
#include <hv/frame.h>
#include <hv/guest_access.h>
#include <hv/hvm.h>
#include <hv/livepatch.h>
#include <hv/pcpu.h>
#include <hv/printk.h>
#include <hv/sched.h>

#define MAX_KEYS 128

static void key_help(void);

static void dump_vcpu(const struct vcpu *v)
{
	printk("    VCPU%u: CPU%u pause_flags 0x%x upcall_pend %u exits %lu%s\n", v->id, v->cpu,
	       READ_ONCE(v->pause_flags), v->vcpu_info->evtchn_upcall_pending, v->exits,
	       READ_ONCE(v->running) ? " running" : "");
}

static void dump_domain(struct domain *d)
{
	printk("General information for domain %u:\n", d->id);
	printk("    refcnt=%u dying=%d pause_count=%u\n", READ_ONCE(d->refs), d->dying,
	       d->pause_count);
	printk("    nr_pages=%lu xenheap_pages=%lu max_pages=%lu\n", d->tot_pages, d->xenheap_pages,
	       d->max_pages);
	for (unsigned int i = 0; i < d->max_vcpus; i++)
		if (d->vcpu[i])
			dump_vcpu(d->vcpu[i]);
}

static void for_each_domain(void (*fn)(struct domain *d))
{
	uint32_t next = 0;
	struct domain *d;

	while (next < MAX_DOMAINS && (d = domain_next((domid_t)next))) {
		next = d->id + 1u;
		fn(d);
		domain_put(d);
	}
}

static void key_domains(void)
{
	for_each_domain(dump_domain);
}

static void key_runqueues(void)
{
	printk("Scheduler: %s\n", sched_default->name);
	for (unsigned int i = 0; i < nr_cpus_online; i++) {
		const struct vcpu *v = READ_ONCE(pcpus[i].current);

		if (v)
			printk("  CPU%u: runs d%uv%u\n", i, v->domain->id, v->id);
		else
			printk("  CPU%u: idle\n", i);
	}
}

static void key_memory(void)
{
	printk("Physical memory: %lu pages, %lu free\n", frames_total(), frames_free());
}

static void dump_vcpu_states(struct domain *d)
{
	if (d->external)
		return;
	domain_pause(d);
	for (unsigned int i = 0; i < d->max_vcpus; i++)
		if (d->vcpu[i])
			hvm_dump_state(d->vcpu[i]);
	domain_unpause(d);
}

static void key_vcpus(void)
{
	for_each_domain(dump_vcpu_states);
}

static void key_counters(void)
{
	counters_print();
}

static void key_clocks(void)
{
	printk("System time %ld ns, TSC %lu kHz\n", arch_now().ns, arch_tsc_khz());
}

static void key_reboot(void)
{
	printk("'R' pressed -> rebooting machine\n");
	arch_reboot_machine();
}

static const struct {
	char key;
	void (*fn)(void);
	const char *help;
} keys[] = {
	{'R', key_reboot, "reboot machine"},
	{'h', key_help, "show this message"},
	{'m', key_memory, "memory info"},
	{'p', key_counters, "print performance counters"},
	{'q', key_domains, "dump domain (and guest debug) info"},
	{'r', key_runqueues, "dump run queues"},
	{'s', key_clocks, "dump system time"},
	{'v', key_vcpus, "dump guests' registers"},
	{'x', livepatch_print, "print livepatch info"},
};

static void key_help(void)
{
	printk("'h' pressed -> showing installed handlers\n");
	for (unsigned int i = 0; i < ARRAY_SIZE(keys); i++)
		printk(" key '%c' => %s\n", keys[i].key, keys[i].help);
}

static void press(char c)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(keys); i++)
		if (keys[i].key == c)
			keys[i].fn();
}

int sysctl_debug_keys(struct xen_sysctl *op, bool *copyback)
{
	const struct xen_sysctl_debug_keys *k = &op->u.debug_keys;

	if (k->nr_keys > MAX_KEYS)
		return -XEN_E2BIG;
	for (uint32_t i = 0; i < k->nr_keys; i++) {
		char c;

		if (handle_copy_in(&c, (uintptr_t)k->keys.p, i, 1, sizeof(c)))
			return -XEN_EFAULT;
		press(c);
	}
	return 0;
}
