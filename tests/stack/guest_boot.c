/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Boot one guest with nothing but the hypervisor: no xenstore, no daemon.  Its
 * console goes to stdout, stdin goes to it; ends when the guest shuts down.
 * Run it under "nacre exec", or in a dom0.
 *
 *   guest_boot -k KERNEL [-r RAMDISK] [-m MIB] [-v VCPUS] [-c CMDLINE] [-t SECONDS] [-T TSC-MODE]
 *              [-qV]
 *
 * Exit status: 0 guest powered off, 1 could not be built or run, 2 usage,
 * 3 time is up, 10 + reason for any other shutdown (11 reboot, 13 crash, ...).
 * With -V the guest's last line that starts with a verdict decides: 0 for PASS,
 * 77 for SKIP, 1 for FAIL, 2 for ERROR or none.  After "EXPECT crash" (reboot,
 * poweroff, spin) such an end is a pass, "spin" meaning that time was up.
 */
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include <xenevtchn.h>

#include "ctrl/domain.h"
#include "ctrl/memory.h"
#include "guest/guest.h"

#include <xen/io/console.h>
#include <xen/sched.h>

struct boot {
	struct ctrl *ctrl;
	xenevtchn_handle *evtchn;
	uint32_t domid;
	struct xencons_interface *ring;
	evtchn_port_t console, virq;
	int64_t deadline_ms; /* monotonic; 0 = none */
	bool stdin_open, quiet, verdict;
	char line[256];
	size_t line_len;
	int verdict_status; /* -1 until a verdict line came */
	char expect[16];    /* how the guest said that it would end */
};

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static int complain(const char *what, int err)
{
	fprintf(stderr, "guest_boot: %s: %s\n", what, strerror(err < 0 ? -err : err));
	return 1;
}

static void verdict_line(struct boot *b)
{
	static const struct {
		const char *word;
		int status;
	} verdicts[] = {{"PASS ", 0}, {"FAIL ", 1}, {"ERROR ", 2}, {"SKIP ", 77}};

	if (sscanf(b->line, "EXPECT %15s", b->expect) == 1)
		b->verdict_status = -1;
	for (size_t i = 0; i < sizeof(verdicts) / sizeof(verdicts[0]); i++)
		if (!strncmp(b->line, verdicts[i].word, strlen(verdicts[i].word)))
			b->verdict_status = verdicts[i].status;
}

/* @how the domain ended. */
static int verdict_status(const struct boot *b, const char *how)
{
	if (b->verdict_status >= 0)
		return b->verdict_status;
	if (!b->expect[0])
		return 2;
	return strcmp(b->expect, how) ? 1 : 0;
}

static void verdict_byte(struct boot *b, char c)
{
	if (c != '\n') {
		if (c != '\r' && b->line_len + 1 < sizeof(b->line))
			b->line[b->line_len++] = c;
		return;
	}
	b->line[b->line_len] = '\0';
	b->line_len = 0;
	verdict_line(b);
}

/* The guest writes this page: indices are read once and checked. */
static void console_drain(struct boot *b)
{
	uint32_t cons = b->ring->out_cons;
	uint32_t prod = __atomic_load_n(&b->ring->out_prod, __ATOMIC_ACQUIRE);
	char buf[sizeof(b->ring->out)];
	size_t len = prod - cons;

	if (!len)
		return;
	if (len > sizeof(buf)) {
		fprintf(stderr, "guest_boot: guest put its console ring in disorder\n");
		__atomic_store_n(&b->ring->out_cons, prod, __ATOMIC_RELEASE);
		return;
	}
	for (size_t i = 0; i < len; i++) {
		buf[i] = b->ring->out[(cons + i) & (sizeof(buf) - 1)];
		verdict_byte(b, buf[i]);
	}
	__atomic_store_n(&b->ring->out_cons, prod, __ATOMIC_RELEASE);
	if (fwrite(buf, 1, len, stdout) != len)
		exit(1);
	fflush(stdout);
	xenevtchn_notify(b->evtchn, b->console);
}

static void console_feed(struct boot *b)
{
	uint32_t prod = b->ring->in_prod;
	uint32_t cons = __atomic_load_n(&b->ring->in_cons, __ATOMIC_ACQUIRE);
	char buf[256];
	size_t room = sizeof(b->ring->in) - (prod - cons);
	ssize_t n;

	if (!room || room > sizeof(b->ring->in))
		return;
	n = read(STDIN_FILENO, buf, room < sizeof(buf) ? room : sizeof(buf));
	if (n <= 0) {
		b->stdin_open = false;
		return;
	}
	for (ssize_t i = 0; i < n; i++)
		b->ring->in[prod++ & (sizeof(b->ring->in) - 1)] = buf[i];
	__atomic_store_n(&b->ring->in_prod, prod, __ATOMIC_RELEASE);
	xenevtchn_notify(b->evtchn, b->console);
}

static int boot_attach(struct boot *b, const struct guest_result *r)
{
	int port;

	b->ring =
		ctrl_memory_map_range(b->ctrl, b->domid, PROT_READ | PROT_WRITE, r->console_gfn, 1);
	if (!b->ring)
		return complain("cannot map the console", errno);
	b->evtchn = xenevtchn_open(NULL, 0);
	if (!b->evtchn)
		return complain("cannot open event channels", errno);
	port = xenevtchn_bind_interdomain(b->evtchn, b->domid, r->console_port);
	if (port < 0)
		return complain("cannot bind the console's event channel", errno);
	b->console = (evtchn_port_t)port;
	port = xenevtchn_bind_virq(b->evtchn, VIRQ_DOM_EXC);
	/* Taken by a daemon that watches domains: then the poll's period must do. */
	b->virq = port < 0 ? 0 : (evtchn_port_t)port;
	return 0;
}

/* Wait for something: an event, input, or at most a second. */
static void boot_wait(struct boot *b)
{
	struct pollfd fds[2] = {{.fd = xenevtchn_fd(b->evtchn), .events = POLLIN},
				{.fd = b->stdin_open ? STDIN_FILENO : -1, .events = POLLIN}};

	if (poll(fds, 2, 1000) <= 0)
		return;
	if (fds[0].revents) {
		int port = xenevtchn_pending(b->evtchn);

		if (port >= 0)
			xenevtchn_unmask(b->evtchn, (evtchn_port_t)port);
	}
	if (fds[1].revents)
		console_feed(b);
}

static int boot_reason(struct boot *b, unsigned int reason)
{
	static const char *const names[] = {"poweroff", "reboot",   "suspend",
					    "crash",	"watchdog", "soft reset"};
	const char *name = reason < sizeof(names) / sizeof(names[0]) ? names[reason] : "unknown";

	if (!b->quiet)
		fprintf(stderr, "guest_boot: domain %u: %s\n", b->domid, name);
	if (b->verdict)
		return verdict_status(b, name);
	return reason == SHUTDOWN_poweroff ? 0 : 10 + (int)reason;
}

static int boot_loop(struct boot *b)
{
	for (;;) {
		struct xen_domctl_getdomaininfo info;
		int ret = ctrl_domain_info(b->ctrl, b->domid, &info);

		/* After the state: what was printed before the end is in the ring. */
		console_drain(b);
		if (ret)
			return complain("domain is gone", ret);
		if (ctrl_domain_is_shutdown(&info))
			return boot_reason(b, ctrl_domain_shutdown_reason(&info));
		if (b->deadline_ms && now_ms() >= b->deadline_ms) {
			if (!b->quiet)
				fprintf(stderr, "guest_boot: time is up\n");
			return b->verdict ? verdict_status(b, "spin") : 3;
		}
		boot_wait(b);
	}
}

static int boot_create(struct boot *b, const struct guest_config *config)
{
	struct xen_domctl_createdomain create;
	struct guest_result result;
	char error[GUEST_ERROR_LEN];
	uint8_t uuid[16];
	int ret;

	if (getrandom(uuid, sizeof(uuid), 0) != (ssize_t)sizeof(uuid))
		return complain("getrandom", errno);
	ctrl_domain_pvh_config(&create, uuid, config->vcpus);
	b->domid = 0;
	ret = ctrl_domain_create(b->ctrl, &b->domid, &create);
	if (ret) {
		b->domid = 0;
		return complain("cannot create a domain", ret);
	}
	ret = guest_build(b->ctrl, b->domid, config, &result, error);
	if (ret) {
		fprintf(stderr, "guest_boot: %s\n", error);
		return 1;
	}
	if (boot_attach(b, &result))
		return 1;
	ret = ctrl_domain_unpause(b->ctrl, b->domid);
	return ret ? complain("cannot unpause", ret) : 0;
}

static int boot_end(struct boot *b)
{
	int ret = 0;

	if (b->ring)
		ctrl_memory_unmap(b->ctrl, b->ring, 1);
	if (b->evtchn)
		xenevtchn_close(b->evtchn);
	if (b->domid)
		ret = ctrl_domain_destroy(b->ctrl, b->domid);
	if (ret)
		complain("cannot destroy the domain", ret);
	ctrl_close(b->ctrl);
	return ret;
}

static int parse_options(int argc, char **argv, struct guest_config *config, struct boot *b)
{
	int opt;

	while ((opt = getopt(argc, argv, "k:r:m:v:c:t:T:qV")) >= 0) {
		if (opt == 'k')
			config->kernel = optarg;
		else if (opt == 'r')
			config->ramdisk = optarg;
		else if (opt == 'm')
			config->target_kib = strtoull(optarg, NULL, 10) << 10;
		else if (opt == 'v')
			config->vcpus = (unsigned int)strtoul(optarg, NULL, 10);
		else if (opt == 'c')
			config->cmdline = optarg;
		else if (opt == 't')
			b->deadline_ms = now_ms() + strtoll(optarg, NULL, 10) * 1000;
		else if (opt == 'T')
			config->tsc_mode = (uint32_t)strtoul(optarg, NULL, 10);
		else if (opt == 'q')
			b->quiet = true;
		else if (opt == 'V')
			b->verdict = true;
		else
			return -1;
	}
	return config->kernel && optind == argc ? 0 : -1;
}

int main(int argc, char **argv)
{
	struct guest_config config = GUEST_CONFIG_INIT;
	struct boot b = {.stdin_open = true, .verdict_status = -1};
	int ret;

	config.target_kib = 128 << 10;
	config.no_store = true;
	if (parse_options(argc, argv, &config, &b)) {
		fprintf(stderr, "usage: guest_boot -k KERNEL [-r RAMDISK] [-m MIB] [-v VCPUS] "
				"[-c CMDLINE] [-t SECONDS] [-T TSC-MODE] [-qV]\n");
		return 2;
	}
	ret = ctrl_open(&b.ctrl);
	if (ret)
		return complain("no hypervisor reachable", ret);
	ret = boot_create(&b, &config);
	if (!ret)
		ret = boot_loop(&b);
	return boot_end(&b) && !ret ? 1 : ret;
}
