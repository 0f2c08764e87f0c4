/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * A hypervisor in shared memory for the tests of the ring daemons.  The test
 * plays the guests; the daemon runs in a child that can be killed.
 */
#ifndef TEST_XENSTORE_FAKE_H
#define TEST_XENSTORE_FAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <xen/io/console.h>
#include <xen/io/xs_wire.h>

#define FAKE_DOMAINS	 8
#define FAKE_VIRQ_PORT	 100
#define FAKE_GFN	 0xfeffc
#define FAKE_CONSOLE_GFN 0xfefff
#define FAKE_PORT	 1 /* the guests' remote port */

/* The daemon that a process is has its own event channels. */
enum fake_side { FAKE_STORE, FAKE_CONSOLE, FAKE_SIDES };
extern enum fake_side fake_side;

struct fake_port {
	volatile uint32_t pending; /* event for the daemon */
	volatile uint32_t masked;
	volatile uint32_t bound;
	volatile uint32_t taken; /* events that the daemon has seen */
	int guest_fd;		 /* readable after an event for the guest */
};

struct fake_domain {
	union {
		struct xenstore_domain_interface store;
		struct xencons_interface console;
		uint8_t bytes[4096];
	} page, console_page;
	volatile int state; /* enum hyper_state */
	struct fake_port port[FAKE_SIDES];
	/* What the guest does without a signal when it is next told of something. */
	char late[64];
	volatile uint32_t late_len;  /* bytes to put into its xenstore ring */
	volatile uint32_t late_take; /* from now on take all replies at once */
};

struct fake {
	struct fake_domain dom[FAKE_DOMAINS];
	volatile uint32_t virq_pending;
	volatile uint32_t busy;	   /* so many bindings fail */
	volatile uint32_t kills;   /* of a test that kills the daemon */
	int daemon_fd[FAKE_SIDES]; /* what hyper_fd() gives */
};

extern struct fake *fake;

/* All domains gone; to be called before the daemon is started. */
void fake_init(void);
void fake_set_state(uint32_t domid, int state); /* and raises VIRQ_DOM_EXC */
/* The guest signals a daemon. */
void fake_signal(uint32_t domid, enum fake_side side);
/* Wait for an event from a daemon: false after five seconds. */
bool fake_wait_side(uint32_t domid, enum fake_side side);
static inline void fake_kick(uint32_t domid)
{
	fake_signal(domid, FAKE_STORE);
}
static inline bool fake_wait(uint32_t domid)
{
	return fake_wait_side(domid, FAKE_STORE);
}

/* A guest on its xenstore ring. */
struct guest_msg {
	struct xsd_sockmsg h;
	char data[XENSTORE_PAYLOAD_MAX + 1]; /* NUL-terminated */
};
/* Send whole, waiting for room; false if the daemon does not take it. */
bool guest_send(uint32_t domid, uint32_t type, uint32_t id, uint32_t tx, const void *data,
		size_t len);
/* Only bytes. */
bool guest_put(uint32_t domid, const void *data, size_t len);
bool guest_recv(uint32_t domid, struct guest_msg *m);
/* Send and receive the reply; events before it are dropped.  0 or the errno of ERROR. */
int guest_call(uint32_t domid, uint32_t type, uint32_t tx, const void *data, size_t len,
	       struct guest_msg *m);
/* The same for a string with its NUL. */
int guest_path(uint32_t domid, uint32_t type, uint32_t tx, const char *path, struct guest_msg *m);

/* xenstored in a child, with its run directory (made by the first call). */
extern char fake_rundir[64];
pid_t fake_xenstored_start(void);
void fake_xenstored_kill(pid_t pid, int sig);
void fake_cleanup(void);

#endif
