/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Viewers of a console: stream sockets handed out by the control socket, and
 * the pseudo terminal that Xen's own xenconsole opens.
 */
#ifndef XENCONSOLED_VIEWER_H
#define XENCONSOLED_VIEWER_H

struct guest;

/* A viewer of the socket fd (which becomes its own): 0 or errno. */
int viewer_add(struct guest *g, int fd);
/* The viewers that this console had before we were started again go on where the history
 * ends; with them the pseudo terminal, or a new one, whose name is published.  Without one
 * a message says so. */
void viewer_restore_all(struct guest *g);
/* New output is in the history. */
void viewer_output_all(struct guest *g);
/* The guest may have room for input again. */
void viewer_input_all(struct guest *g);
/* The guest is gone: give out the rest as far as possible, close. */
void viewer_finish_all(struct guest *g);

#endif
