/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "host.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "accel.h"
#include "log.h"
#include "qemu.h"
#include "remains.h"

#define SECOND	  1000000ULL /* us */
#define QEMU_STOP (3 * SECOND)

static void write_state(struct host *h)
{
	struct rundir_state st = {.accel = h->accel,
				  .cpus = h->options->cpus,
				  .memory_mib = h->options->memory >> 20,
				  .qemu = h->qemu,
				  .ready = h->phase == HOST_UP,
				  .ended = *h->ended ? h->ended : NULL};
	int rc = rundir_write_state(&h->rundir, &st);

	if (rc)
		log_error("cannot write %s/state: %s", h->rundir.path, strerror(-rc));
}

/* --- stopping: daemons, then QEMU, then the loop ------------------------------------ */

static int on_qemu_stop_limit(sd_event_source *e, uint64_t usec, void *userdata)
{
	struct host *h = userdata;

	if (h->qemu)
		kill(h->qemu, SIGKILL);
	return 0;
}

static void stop_qemu(void *arg)
{
	struct host *h = arg;

	if (!h->qemu) {
		sd_event_exit(h->event, *h->ended ? 1 : 0);
		return;
	}
	kill(h->qemu, SIGTERM);
	h->deadline = sd_event_source_disable_unref(h->deadline);
	sd_event_add_time_relative(h->event, &h->deadline, CLOCK_MONOTONIC, QEMU_STOP, 1000,
				   on_qemu_stop_limit, h);
}

static void stop(struct host *h)
{
	if (h->phase == HOST_STOPPING)
		return;
	h->phase = HOST_STOPPING;
	h->deadline = sd_event_source_disable_unref(h->deadline);
	services_stop(&h->services, stop_qemu, h);
}

static void fail(struct host *h, const char *why)
{
	if (h->phase == HOST_STOPPING)
		return;
	snprintf(h->ended, sizeof(h->ended), "%s", why);
	tell_error("%s", why);
	stop(h);
}

/* --- starting ------------------------------------------------------------------------- */

static void on_services(void *arg, const char *why)
{
	struct host *h = arg;

	if (why) {
		fail(h, why);
		return;
	}
	h->phase = HOST_UP;
	write_state(h);
	tell_ready();
	log_info("ready");
}

static void on_hypervisor_ready(struct host *h)
{
	char path[PATH_MAX];
	int rc;

	h->phase = HOST_STARTING;
	h->deadline = sd_event_source_disable_unref(h->deadline);
	tell_info("the hypervisor is ready: %u CPU%s", h->area.header->nr_cpus,
		  h->area.header->nr_cpus == 1 ? "" : "s");
	snprintf(path, sizeof(path), "%s/" HOST_SOCKET, h->rundir.path);
	rc = clients_start(&h->clients, h->event, &h->area, &h->slots, path);
	if (!rc && h->options->no_daemons)
		on_services(h, NULL);
	else if (!rc)
		rc = services_start(&h->services, h->event, h->rundir.path, on_services, h);
	if (rc < 0) {
		snprintf(path, sizeof(path), "cannot listen in %s: %s", h->rundir.path,
			 strerror(-rc));
		fail(h, path);
	}
}

static int on_doorbell(sd_event_source *e, int fd, uint32_t revents, void *userdata)
{
	struct host *h = userdata;
	uint32_t state;

	ivshmem_acknowledge(&h->ivshmem);
	state = __atomic_load_n(&h->area.header->state, __ATOMIC_ACQUIRE);
	if (h->phase == HOST_BOOTING && state == LINK_READY)
		on_hypervisor_ready(h);
	if (!h->clients.area)
		return 0;
	slots_poll(&h->slots);
	ports_scan(&h->clients.ports);
	return 0;
}

static int on_boot_deadline(sd_event_source *e, uint64_t usec, void *userdata)
{
	struct host *h = userdata;
	char why[256];

	snprintf(why, sizeof(why),
		 "the hypervisor was not ready within %u s: see %s/hypervisor.log",
		 h->options->timeout, h->rundir.path);
	fail(h, why);
	return 0;
}

/* --- QEMU ------------------------------------------------------------------------------- */

static int on_qemu_exit(sd_event_source *e, const siginfo_t *si, void *userdata)
{
	struct host *h = userdata;
	char how[256], why[512];

	h->qemu_exit = sd_event_source_disable_unref(h->qemu_exit);
	h->qemu = 0;
	pidfile_remove(h->rundir.path, "qemu");
	slots_fail(&h->slots);
	if (h->phase == HOST_STOPPING) {
		/* If daemons are still stopping, they lead to stop_qemu() themselves. */
		if (h->deadline)
			stop_qemu(h);
		return 0;
	}
	qemu_why(h->rundir.path, si->si_code, si->si_status, how, sizeof(how));
	snprintf(why, sizeof(why), "the machine ended: %s (see %s/hypervisor.log and log/qemu.log)",
		 how, h->rundir.path);
	fail(h, why);
	return 0;
}

static void ring(void *arg)
{
	struct host *h = arg;

	ivshmem_ring(&h->ivshmem);
}

static int find_image(const struct options *o, char *buf, size_t len)
{
	int rc = 0;

	if (o->image)
		snprintf(buf, len, "%s", o->image);
	else
		rc = instance_library("nacre.elf", buf, len);
	if (!rc && access(buf, R_OK))
		rc = -errno;
	if (rc)
		tell_error("hypervisor image %s: %s", buf, strerror(-rc));
	return rc;
}

/* QEMU's end is its own: without ours its end shows as hang-up. */
static int start_qemu(struct host *h, const char *image)
{
	struct qemu_config c = {.options = h->options,
				.area = &h->area,
				.ivshmem = &h->ivshmem,
				.rundir = h->rundir.path,
				.instance = h->instance,
				.accel = h->accel,
				.image = image};
	pid_t pid = qemu_start(&c);

	if (pid < 0)
		return pid;
	h->qemu = pid;
	close(h->ivshmem.client);
	h->ivshmem.client = -1;
	pidfile_write(h->rundir.path, "qemu", pid);
	write_state(h);
	return sd_event_add_child(h->event, &h->qemu_exit, pid, WEXITED, on_qemu_exit, h);
}

int host_boot(struct host *h)
{
	char image[PATH_MAX];
	int rc = find_image(h->options, image, sizeof(image));

	if (rc)
		return rc;
	h->accel = accel_choose(h->options->accel);
	if (!h->accel)
		return -ENODEV;
	rc = area_create(&h->area, h->options->memory);
	if (!rc)
		rc = ivshmem_create(&h->ivshmem, h->area.link_fd);
	if (rc) {
		tell_error("cannot make %llu MiB of memory: %s",
			   (unsigned long long)(h->options->memory >> 20), strerror(-rc));
		return rc;
	}
	slots_init(&h->slots, &h->area, ring, h);
	rc = sd_event_add_io(h->event, &h->doorbell, h->ivshmem.from_guest, EPOLLIN, on_doorbell,
			     h);
	if (rc >= 0)
		rc = sd_event_add_time_relative(h->event, &h->deadline, CLOCK_MONOTONIC,
						h->options->timeout * SECOND, 1000,
						on_boot_deadline, h);
	if (rc >= 0)
		rc = start_qemu(h, image);
	return rc < 0 ? rc : 0;
}

/* --- the whole ---------------------------------------------------------------------------- */

static int on_signal(sd_event_source *e, const struct signalfd_siginfo *si, void *userdata)
{
	struct host *h = userdata;

	log_info("told to stop (%s)", strsignal((int)si->ssi_signo));
	stop(h);
	return 0;
}

static int make_loop(struct host *h)
{
	static const int stop_signals[] = {SIGTERM, SIGINT, SIGHUP};
	sigset_t set;
	unsigned int i;
	int rc;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	for (i = 0; i < 3; i++)
		sigaddset(&set, stop_signals[i]);
	sigprocmask(SIG_BLOCK, &set, NULL);
	rc = sd_event_new(&h->event);
	for (i = 0; i < 3 && rc >= 0; i++)
		rc = sd_event_add_signal(h->event, NULL, stop_signals[i], on_signal, h);
	if (rc >= 0)
		rc = sd_event_set_watchdog(h->event, 1);
	return rc < 0 ? rc : 0;
}

int host_prepare(struct host *h, const struct options *o)
{
	char log[PATH_MAX];
	int rc;

	*h = (struct host){.options = o, .rundir.lock = -1};
	h->ivshmem = (struct ivshmem){-1, -1, -1, -1};
	h->area.ram_fd = h->area.link_fd = -1;
	umask(077); /* ours and the daemons' */
	rc = rundir_open(&h->rundir, o->instance);
	if (rc)
		return rc;
	h->instance = strrchr(h->rundir.path, '/') + 1;
	if (o->ready_fd >= 0) {
		snprintf(log, sizeof(log), "%s/log/nacre-host.log", h->rundir.path);
		rc = log_to_file(log);
	}
	/* The daemons get it from us. */
	rc = rc ? rc : instance_export(h->instance, h->rundir.path);
	rc = rc ? rc : make_loop(h);
	if (rc)
		tell_error("cannot start: %s", strerror(-rc));
	return rc;
}

int host_run(struct host *h)
{
	int rc = sd_event_loop(h->event);

	return rc < 0 ? 1 : rc;
}

void host_finish(struct host *h)
{
	bool failed = *h->ended;

	if (h->clients.area)
		clients_stop(&h->clients);
	h->doorbell = sd_event_source_disable_unref(h->doorbell);
	h->deadline = sd_event_source_disable_unref(h->deadline);
	h->qemu_exit = sd_event_source_disable_unref(h->qemu_exit);
	if (h->qemu) { /* only after a failure to watch it */
		kill(h->qemu, SIGKILL);
		waitpid(h->qemu, NULL, 0);
		h->qemu = 0;
	}
	ivshmem_destroy(&h->ivshmem);
	area_destroy(&h->area);
	if (failed)
		write_state(h);
	/* After a failure the logs and the reason stay, until `nacre down`. */
	rundir_close(&h->rundir, !failed);
	sd_event_unref(h->event);
}
