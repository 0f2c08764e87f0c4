/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Events of domains; how a program's loop serves the library's descriptors and
 * timeouts; who reaps the library's child processes.
 */
#ifndef LIBXL_EVENT_H
#define LIBXL_EVENT_H

#include <libxl.h>
#include <poll.h>
#include <sys/time.h>

struct pollfd;

/*
 * Events.  Each that was asked for below comes once, either through one of these two
 * or through event_occurs, and belongs to the program until libxl_event_free().
 * @typemask has bit 1 << LIBXL_EVENT_TYPE_*; a predicate (NULL: any) says nonzero for
 * an event that is wanted.  _check gives ERROR_NOT_READY when there is none, _wait
 * waits for one.  What nobody takes is kept.
 */
#define LIBXL_EVENTMASK_ALL (~(unsigned long)0)

typedef int libxl_event_predicate(const libxl_event *, void *user);
int libxl_event_check(libxl_ctx *ctx, libxl_event **event_r, uint64_t typemask,
		      libxl_event_predicate *predicate, void *predicate_user);
int libxl_event_wait(libxl_ctx *ctx, libxl_event **event_r, uint64_t typemask,
		     libxl_event_predicate *predicate, void *predicate_user);
void libxl_event_free(libxl_ctx *ctx, libxl_event *event);

/*
 * event_occurs gets events of the types in its mask instead of the two functions
 * above, on any thread that is in a libxl function, and may call libxl.  disaster is
 * told that events of @type (0: any) may be lost, and must not call libxl; without it
 * such an error ends the process.
 */
typedef struct libxl_event_hooks {
	uint64_t event_occurs_mask;
	void (*event_occurs)(void *user,
#ifndef LIBXL_HAVE_NONCONST_EVENT_OCCURS_EVENT_ARG
			     const
#endif
			     libxl_event *event);
	void (*disaster)(void *user, libxl_event_type type, const char *msg, int errnoval);
} libxl_event_hooks;

/* The latest call counts.  Not beside any other call, nor while events are enabled. */
void libxl_event_register_callbacks(libxl_ctx *ctx, const libxl_event_hooks *hooks, void *user);

/*
 * What to make events of.  The user value is in each of them.  Enabling twice gives
 * each event twice; after disabling those that had happened before still come.  The
 * handle is void after libxl_ctx_free().
 */
typedef struct libxl__evgen_domain_death libxl_evgen_domain_death;
int libxl_evenable_domain_death(libxl_ctx *ctx, uint32_t domid, libxl_ev_user,
				libxl_evgen_domain_death **evgen_out);
void libxl_evdisable_domain_death(libxl_ctx *ctx, libxl_evgen_domain_death *);

typedef struct libxl__evgen_disk_eject libxl_evgen_disk_eject;
int libxl_evenable_disk_eject(libxl_ctx *ctx, uint32_t domid, const char *vdev, libxl_ev_user,
			      libxl_evgen_disk_eject **evgen_out);
void libxl_evdisable_disk_eject(libxl_ctx *ctx, libxl_evgen_disk_eject *);

/*
 * A loop around poll(2).  beforepoll writes at most *nfds_io entries, sets it to as many
 * as there are, shortens *timeout_upd (milliseconds; negative: none), and gives
 * ERROR_BUFFERFULL when there was too little room.  afterpoll takes the same entries
 * back with what poll() said and does what is to be done.  @now is the time of day.
 */
int libxl_osevent_beforepoll(libxl_ctx *ctx, int *nfds_io, struct pollfd *fds, int *timeout_upd,
			     struct timeval now);
void libxl_osevent_afterpoll(libxl_ctx *ctx, int nfds, const struct pollfd *fds,
			     struct timeval now);

/*
 * A loop with callbacks.  The hooks register what the library wants to be told about;
 * the program calls libxl_osevent_occurred_*() with for_libxl when it happens, never
 * from inside a libxl function or hook.  A register or modify hook gives 0, or
 * ERROR_OSEVENT_REG_FAIL or a positive number, and then has changed nothing; what it
 * stores for itself is handed to the later hooks.  Events are those of poll(2) and may
 * be 0.  Hooks are called with locks of the context held: a lock of the program's own
 * must either never be held around a call of libxl, or always.
 */
typedef struct libxl_osevent_hooks {
	int (*fd_register)(void *user, int fd, void **for_app_registration_out, short events,
			   void *for_libxl);
	int (*fd_modify)(void *user, int fd, void **for_app_registration_update, short events);
	void (*fd_deregister)(void *user, int fd, void *for_app_registration);
	int (*timeout_register)(void *user, void **for_app_registration_out, struct timeval abs,
				void *for_libxl);
	/* Only with {0, 0}: as soon as possible, even if it is about to happen anyway. */
	int (*timeout_modify)(void *user, void **for_app_registration_update, struct timeval abs);
	/* Never called: a timeout is gone when it has occurred. */
	void (*timeout_deregister)(void *user, void *for_app_registration);
} libxl_osevent_hooks;

/* Once for each context. *hooks is not copied and must outlast the context. */
void libxl_osevent_register_hooks(libxl_ctx *ctx, const libxl_osevent_hooks *hooks, void *user);
void libxl_osevent_occurred_fd(libxl_ctx *ctx, void *for_libxl, int fd, short events,
			       short revents);
void libxl_osevent_occurred_timeout(libxl_ctx *ctx, void *for_libxl);

/*
 * Who waits for children.  The first is the default: the library handles SIGCHLD and
 * reaps every child while it has one of its own.  mainloop: the program reaps and calls
 * libxl_childproc_reaped() for each, or only says that there was a SIGCHLD.  always:
 * the library at all times, telling the program through reaped_callback.  The last:
 * the library handles SIGCHLD but reaps only its own.
 */
typedef enum {
	libxl_sigchld_owner_libxl,
	libxl_sigchld_owner_mainloop,
	libxl_sigchld_owner_libxl_always,
	libxl_sigchld_owner_libxl_always_selective_reap,
} libxl_sigchld_owner;

typedef struct {
	libxl_sigchld_owner chldowner;
	/* NULL, or called in place of fork(); must not call libxl. */
	pid_t (*fork_replacement)(void *user);
	/* NULL, or told about a child that is not the library's: 0, or
	 * ERROR_UNKNOWN_CHILD when it is not the program's either. */
	int (*reaped_callback)(pid_t, int status, void *user);
} libxl_childproc_hooks;

/* @hooks NULL: the default.  Not copied.  Not while the library has children. */
void libxl_childproc_setmode(libxl_ctx *ctx, const libxl_childproc_hooks *hooks, void *user);
/* 0, or without a message ERROR_UNKNOWN_CHILD.  Not from a signal handler, as the next. */
int libxl_childproc_reaped(libxl_ctx *ctx, pid_t, int status);
void libxl_childproc_sigchld_occurred(libxl_ctx *ctx);

/* In a forked child that goes on without exec: before any other call, once; all contexts
 * of the parent are then void and must not even be freed. */
void libxl_postfork_child_noexec(libxl_ctx *ctx);

#endif
