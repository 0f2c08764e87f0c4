/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "reload.h"

#include <inttypes.h>
#include <signal.h>
#include <string.h>
#include <time.h>

#include "advisories.h"
#include "log.h"
#include "nacred.h"
#include "settings.h"

static uint64_t monotonic_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static int on_hangup(sd_event_source *s, const struct signalfd_siginfo *si, void *arg)
{
	int settings, records;

	sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%" PRIu64, monotonic_us());
	settings = settings_load();
	records = advisories_reload(arg);
	if (settings || records)
		log_entry(SD_ERR, LOG_FIELDS(.id = LOG_ID_RELOADED, .outcome = "daemon.state"),
			  "read again: %s%s%s could not be used, what counted before still does",
			  settings ? "the settings" : "", settings && records ? " and " : "",
			  records ? "the advisory records" : "");
	else
		log_entry(SD_NOTICE, LOG_FIELDS(.id = LOG_ID_RELOADED, .outcome = "ok"),
			  "settings and advisory records are read again");
	sd_notify(0, "READY=1");
	return 0;
}

int reload_start(struct nacred *n)
{
	int rc = sd_event_add_signal(n->loop, NULL, SIGHUP, on_hangup, n);

	if (rc < 0) {
		log_error("cannot wait for signals: %s", strerror(-rc));
		return rc;
	}
	settings_load();
	return 0;
}
