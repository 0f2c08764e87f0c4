/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* A hosted instance over the fake machine, in a directory of its own. */
#ifndef HOST_FIXTURE_H
#define HOST_FIXTURE_H

#include <stdbool.h>

#include <xencall.h>

#include "fake_machine.h"

extern char base[64];	     /* NACRE_RUNTIME_DIR */
extern xencall_handle *call; /* for counting */

/* Start and end the default instance, without daemons. */
void instance_up(void);
void instance_down(void);

/* Run `nacre @arguments` with the fake machine for QEMU. Exit status. */
int nacre(const char *arguments);
/* Did the last nacre() print @text? */
bool said(const char *text);

int outstanding(enum fake_what what);
/* Cleaning up goes on after a client has ended; it takes a few requests. */
int settles_at_zero(enum fake_what what);
bool readable(int fd, int ms);

#endif
