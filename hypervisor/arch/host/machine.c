/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <hv/arch.h>
#include <hv/arch_x86.h>
#include <hv/cmdline.h>
#include <hv/frame.h>
#include <hv/link.h>
#include <hv/printk.h>
#include <hv/sched.h>
#include <hv/unit.h>
#include "host.h"

#define TSC_KHZ 1000000 /* one tick is one nanosecond */

struct host_machine host;
void (*host_topology)(unsigned int cpu, uint32_t *core, uint32_t *socket, uint32_t *node);
static void **taken;
static size_t nr_taken;

/* The build-id note of the image, as the linker would leave it. */
extern const char __note_build_id_start[36];
const char __note_build_id_start[36] = {4, 0, 0, 0, 20, 0, 0, 0, 3, 0, 0, 0, 'G', 'N', 'U', 0, 1};
asm(".globl __note_build_id_end\n.set __note_build_id_end, __note_build_id_start + 36");

struct pcpu *this_cpu(void)
{
	return &pcpus[host.cpu];
}

void host_on_cpu(unsigned int cpu)
{
	host.cpu = cpu;
}

void arch_relax(void)
{
	/* One thread plays all CPUs: whoever waits here waits for ever, unless the
	 * test lets the others go on. */
	if (host.relax && host.relax())
		return;
	fprintf(stderr, "fake machine: busy wait\n");
	abort();
}

void arch_irq_window(void)
{
}

void arch_idle(const uint32_t *work)
{
}

void arch_kick(unsigned int cpu)
{
	host.kicks[cpu]++;
}

void arch_halt_machine(int code)
{
	fprintf(stderr, "%.*s\nfake machine halted with code %d\n", (int)host.console_len,
		host.console, code);
	abort();
}

void arch_reboot_machine(void)
{
	abort();
}

void arch_stop_others(void)
{
}

void arch_backtrace(void)
{
}

stime_t arch_now(void)
{
	return host.now;
}

void arch_set_deadline(stime_t deadline)
{
	host.deadline[host.cpu] = deadline;
}

uint64_t arch_tsc(void)
{
	return host.now.ns;
}

uint64_t arch_tsc_khz(void)
{
	return TSC_KHZ;
}

uint64_t arch_tsc_boot(void)
{
	return 0;
}

void arch_pvclock_scale(uint32_t *mul, int8_t *shift)
{
	*mul = 0x80000000u;
	*shift = 1;
}

uint64_t arch_wallclock_boot(void)
{
	return 1000000000;
}

void *mfn_to_virt(mfn_t mfn)
{
	return host.ram + (mfn.v << PAGE_SHIFT);
}

mfn_t virt_to_mfn(const void *va)
{
	return mk_mfn((uint64_t)((const char *)va - host.ram) >> PAGE_SHIFT);
}

void arch_clear_frames(void *va, unsigned long n)
{
	memset(va, 0, n << PAGE_SHIFT);
}

void arch_console_write(const char *s, size_t len)
{
	if (len > sizeof(host.console) - host.console_len)
		host.console_len = 0;
	if (len > sizeof(host.console))
		len = sizeof(host.console);
	memcpy(host.console + host.console_len, s, len);
	host.console_len += len;
}

void arch_cpu_facts(struct arch_cpu_facts *out)
{
	*out = (struct arch_cpu_facts){
		.khz = TSC_KHZ, .cores_per_socket = nr_cpus_online, .threads_per_core = 1};
}

void arch_cpu_topology(unsigned int cpu, uint32_t *core, uint32_t *socket, uint32_t *node)
{
	if (host_topology) {
		host_topology(cpu, core, socket, node);
		return;
	}
	*core = cpu;
	*socket = *node = 0;
}

void arch_link_doorbell(void)
{
	host.doorbells++;
}

size_t strlcpy(char *dst, const char *src, size_t size);
size_t strlcpy(char *dst, const char *src, size_t size)
{
	size_t n = strlen(src);

	if (size)
		snprintf(dst, size, "%s", src);
	return n;
}

/* --- for tests --------------------------------------------------------------------- */

void host_boot(unsigned int cpus, size_t mib)
{
	uint64_t nr = mib << (20 - PAGE_SHIFT);
	struct frame *table = calloc(nr, sizeof(*table));

	host = (struct host_machine){.ram_size = mib << 20};
	host.ram = aligned_alloc(1UL << 30, ROUND_UP(mib << 20, 1UL << 30));
	ASSERT(table && host.ram);
	frame_init(table, nr);
	/* Frame 0 is never handed out, as on a real machine. */
	frame_add_range(mk_mfn(1), nr - 1);
	domains_init();
	for (unsigned int i = 0; i < nr_units; i++)
		if (units[i]->init && units[i]->init())
			abort();
	sched_init();
	for (unsigned int cpu = 0; cpu < cpus; cpu++) {
		pcpus[cpu].id = cpu;
		pcpus[cpu].online = true;
		nr_cpus_online++;
		host_on_cpu(cpu);
		if (sched_cpu_up(cpu))
			abort();
	}
	host_on_cpu(0);
}

void host_advance(int64_t ns)
{
	unsigned int cpu = host.cpu;

	host.now = stime_add(host.now, ns);
	for (unsigned int c = 0; c < nr_cpus_online; c++) {
		host_on_cpu(c);
		timers_run();
	}
	host_on_cpu(cpu);
}

struct domain *host_domain(unsigned int vcpus, uint64_t pages)
{
	const struct xen_domctl_createdomain config = {
		.flags = XEN_DOMCTL_CDF_hvm | XEN_DOMCTL_CDF_hap,
		.max_vcpus = vcpus,
		.max_evtchn_port = 1023,
		.max_grant_frames = 4,
		.max_maptrack_frames = 4,
		.grant_opts = XEN_DOMCTL_GRANT_version(2),
		.arch.emulation_flags = XEN_X86_EMU_LAPIC,
	};

	return host_domain_with(&config, pages);
}

struct domain *host_domain_with(const struct xen_domctl_createdomain *config, uint64_t pages)
{
	struct domain *d;

	if (domain_create(0, config, &d))
		return NULL;
	d->max_pages = pages;
	for (uint64_t i = 0; i < pages; i++) {
		mfn_t mfn;

		if (frame_alloc_domain(d, 0, INVALID_FRAME, &mfn) ||
		    p2m_set(d, mk_gfn(i), mfn, 0, P2M_RAM))
			abort();
	}
	for (unsigned int i = 0; i < config->max_vcpus; i++)
		if (vcpu_create(d, i))
			abort();
	return d;
}

void host_kill(struct domain *d)
{
	while (domain_kill(d) == -XEN_ERESTART)
		this_cpu()->work = 0;
	domain_put(d);
}

void host_serve(struct vcpu *v)
{
	this_cpu()->current = v;
}

void host_take_memory(uint64_t leave)
{
	taken = calloc(frames_total(), sizeof(*taken));
	while (frames_free() > leave)
		taken[nr_taken++] = pages_alloc(0);
}

void host_return_memory(void)
{
	while (nr_taken)
		pages_free(taken[--nr_taken], 0);
	free(taken);
	taken = NULL;
}
