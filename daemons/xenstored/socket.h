/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Local clients: a Unix stream socket in the run directory, all of domain 0. */
#ifndef XENSTORED_SOCKET_H
#define XENSTORED_SOCKET_H

struct server;

/* Listen on <rundir>/socket with the given file mode: 0 or errno. */
int socket_listen(struct server *srv, const char *rundir, unsigned int mode);
void socket_stop(struct server *srv);

#endif
