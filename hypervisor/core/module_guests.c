/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Running the guests of boot modules.  The hypervisor stands in for the programs
 * of domain 0: events for it end up in module_guests_work() instead of the link,
 * on the boot CPU, one call at a time, so nothing here needs a lock.
 */
#include "evtchn_bind.h"
#include "module_build.h"

#include <hv/arch.h>
#include <hv/cmdline.h>
#include <hv/domain.h>
#include <hv/evtchn.h>
#include <hv/frame.h>
#include <hv/module_guests.h>
#include <hv/pcpu.h>
#include <hv/printk.h>
#include <hv/string.h>
#include <xen/io/console.h>

#define NS_PER_SECOND 1000000000LL

enum verdict { PASS, FAIL, SKIP, ERROR, NR_VERDICTS, NO_VERDICT };
static const char *const verdict_name[NR_VERDICTS] = {"PASS", "FAIL", "SKIP", "ERROR"};

static struct {
	char name[48];
	unsigned int vcpus, timeout; /* seconds of the hypervisor's clock */
	uint64_t memory;
} options;

static const struct option option_table[] = {
	OPTION_WORD("name", options.name),
	OPTION_RANGE("vcpus", options.vcpus, 0, UINT32_MAX),
	OPTION_RANGE("timeout", options.timeout, 0, UINT32_MAX),
	OPTION_AMOUNT("memory", options.memory),
	OPTION_END,
};

static struct {
	const struct boot_module *module;
	unsigned int nr, next;
	struct module_guest guest;
	struct timer deadline;
	uint32_t end_port; /* domain 0's, for the end of domains */
	bool time_up, dying;
	enum verdict verdict;
	char expect[16]; /* how the guest said that it would end */
	char line[128];
	size_t line_len;
	unsigned int count[NR_VERDICTS];
} run;

static void on_deadline(void *data)
{
	run.time_up = true;
	pcpu_raise(0, WORK_LINK);
}

/* --- the console -------------------------------------------------------------- */

/* The last verdict counts; "EXPECT crash" says that none will come. */
static void look_for_verdict(const char *line)
{
	for (unsigned int i = 0; i < NR_VERDICTS; i++) {
		size_t n = strlen(verdict_name[i]);

		if (!strncmp(line, verdict_name[i], n) && line[n] == ' ')
			run.verdict = i;
	}
	if (!strncmp(line, "EXPECT ", 7)) {
		size_t n = 0;

		while (line[7 + n] && line[7 + n] != ' ' && n < sizeof(run.expect) - 1)
			n++;
		memcpy(run.expect, line + 7, n);
		run.expect[n] = '\0';
		run.verdict = NO_VERDICT;
	}
}

static void put_byte(char c)
{
	if (c != '\n')
		run.line[run.line_len++] = c;
	if (c != '\n' && run.line_len < sizeof(run.line) - 1)
		return;
	run.line[run.line_len] = '\0';
	console_guest_write(run.guest.d, run.line, run.line_len);
	look_for_verdict(run.line);
	run.line_len = 0;
}

/* The guest writes this page: each index is read once and checked. */
static void drain_console(void)
{
	struct xencons_interface *ring = mfn_to_virt(run.guest.console);
	uint32_t cons = READ_ONCE(ring->out_cons);
	uint32_t prod = __atomic_load_n(&ring->out_prod, __ATOMIC_ACQUIRE);

	if (prod == cons)
		return;
	if (prod - cons <= sizeof(ring->out))
		for (; cons != prod; cons++)
			put_byte(READ_ONCE(ring->out[cons & (sizeof(ring->out) - 1)]));
	/* Of a ring in disorder nothing is taken. */
	__atomic_store_n(&ring->out_cons, prod, __ATOMIC_RELEASE);
	evtchn_set_pending(run.guest.d, run.guest.port);
}

/* --- one guest after the other --------------------------------------------------- */

static void count(enum verdict v, const char *why)
{
	run.count[v]++;
	printk("Guest %s: %s%s%s\n", options.name, verdict_name[v], *why ? ", " : "", why);
}

static void judge(void)
{
	static const char *const ends[] = {"poweroff", "reboot",   "suspend",
					   "crash",    "watchdog", "soft reset"};
	uint8_t code = run.guest.d->shutdown_code;
	const char *end = "unknown";

	if (run.line_len)
		put_byte('\n');
	if (!run.guest.d->shut_down)
		end = "spin";
	else if (code < ARRAY_SIZE(ends))
		end = ends[code];
	if (run.verdict != NO_VERDICT)
		count(run.verdict, "");
	else if (!*run.expect)
		count(ERROR, run.time_up ? "time is up" : "no verdict");
	else
		count(strcmp(run.expect, end) ? FAIL : PASS, end);
}

/* False: it has to be called again. */
static bool end_guest(void)
{
	struct domain *d = run.guest.d;

	if (mfn_valid_value(run.guest.console))
		frame_put(run.guest.console);
	run.guest.console = mk_mfn(INVALID_FRAME);
	timer_stop(&run.deadline);
	run.dying = true;
	if (domain_kill(d) == -XEN_ERESTART) {
		pcpu_raise(0, WORK_LINK);
		return false;
	}
	run.guest.d = NULL;
	run.dying = false;
	domain_put(d);
	return true;
}

/* "OPTION... -- COMMAND LINE": the part after the dashes. */
static const char *read_line(const char *line)
{
	char words[256];
	size_t n = 0;

	options.vcpus = 1;
	options.timeout = 60;
	options.memory = 16 << 20;
	hv_snprintf(options.name, sizeof(options.name), "module-%u", run.next);
	while (line[n] && strncmp(line + n, "-- ", 3) != 0)
		n++;
	strlcpy(words, line, MIN(n + 1, sizeof(words)));
	options_parse(option_table, "Module", words);
	return line[n] ? line + n + 3 : "";
}

static void start_guest(const struct boot_module *m)
{
	struct module_config config = {.data = m->data, .size = m->size};
	const char *why;
	int rc;

	config.cmdline = read_line(m->line);
	config.vcpus = options.vcpus;
	config.memory = options.memory;
	run.verdict = NO_VERDICT;
	run.expect[0] = '\0';
	run.line_len = 0;
	run.time_up = false;
	rc = module_build(&config, &run.guest, &why);
	if (rc) {
		count(ERROR, why);
		if (run.guest.d)
			end_guest();
		return;
	}
	timer_set(&run.deadline, stime_add(arch_now(), options.timeout * NS_PER_SECOND));
	domain_unpause_by_controller(run.guest.d);
}

static void __attribute__((noreturn)) finish(void)
{
	const unsigned int *n = run.count;

	printk("Module guests: %u passed, %u failed, %u skipped, %u in error\n", n[PASS], n[FAIL],
	       n[SKIP], n[ERROR]);
	arch_halt_machine(n[FAIL] || n[ERROR] ? 1 : 0);
}

void module_guests_work(void)
{
	bool over;

	if (!run.module)
		return;
	/* Before the look at what they announce, so that none is missed. */
	evtchn_clear_pending(dom0, run.end_port);
	if (run.guest.d && !run.dying) {
		evtchn_clear_pending(dom0, run.guest.local_port);
		over = run.time_up || READ_ONCE(run.guest.d->shut_down);
		/* After the state: what was printed before the end is in the ring. */
		drain_console();
		if (!over)
			return;
		judge();
	}
	if (run.guest.d && !end_guest())
		return;
	if (run.next == run.nr)
		finish();
	start_guest(&run.module[run.next++]);
	/* In case that it could not be started, or already has something to say. */
	pcpu_raise(0, WORK_LINK);
}

void module_guests_start(const struct boot_module *modules, unsigned int nr)
{
	struct evtchn_bind_virq end = {.virq = VIRQ_DOM_EXC};
	void *shared = pages_alloc(0);
	int rc = shared ? domain_create_external0(1, shared) : -XEN_ENOMEM;

	if (!rc)
		rc = evtchn_bind_virq(dom0, &end);
	if (!rc)
		rc = timers_reserve(1);
	if (rc)
		panic("cannot make a domain 0 for the modules' guests: error %d", rc);
	run.end_port = end.port;
	run.module = modules;
	run.nr = nr;
	timer_init(&run.deadline, on_deadline, NULL, 0);
	pcpu_raise(0, WORK_LINK);
}
