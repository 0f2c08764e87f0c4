/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* The socket nacred.sock, made here or handed over by systemd. */
#ifndef NACRED_LISTENER_H
#define NACRED_LISTENER_H

#include "nacred.h"

/* 0 or -errno, logged. */
int listener_open(struct nacred *n);
/* Remove the socket that listener_open() made. */
void listener_close(struct nacred *n);

#endif
