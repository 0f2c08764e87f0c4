/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * A caller's own event loop over the osevent hooks, as a program such as libvirt has.
 * It checks what the library does with it: register before modify, every name valid.
 */
#ifndef NACRE_TESTS_LIBXL_LOOP_FIXTURE_H
#define NACRE_TESTS_LIBXL_LOOP_FIXTURE_H

#include <libxl.h>
#include <stdbool.h>

struct toy_loop {
	libxl_ctx *ctx;
	struct toy_fd {
		bool used;
		int fd;
		short events;
		void *for_libxl;
	} fds[16];
	struct toy_time {
		bool used;
		struct timeval abs;
		void *for_libxl;
	} times[1024];
	int fail_register; /* what the next register hooks give */
	unsigned int nr_fd_registered, nr_time_registered;
};

void toy_loop_init(struct toy_loop *loop, libxl_ctx *ctx); /* registers the hooks */
/* Wait for something at most @ms (negative: for ever) and tell the library. */
void toy_loop_turn(struct toy_loop *loop, int ms);
unsigned int toy_loop_fds(const struct toy_loop *loop);
unsigned int toy_loop_times(const struct toy_loop *loop);

#endif
