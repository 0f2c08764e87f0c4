/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "kept.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "log.h"

struct kept_fd {
	struct kept_fd *next;
	int fd;
	char name[KEPT_NAME_MAX];
};

void kept_open(struct kept *k)
{
	char **names = NULL;
	int i, nr = sd_listen_fds_with_names(1, &names);
	struct kept_fd *e;

	for (i = 0; i < nr; i++) {
		e = strlen(names[i]) < KEPT_NAME_MAX ? calloc(1, sizeof(*e)) : NULL;
		if (e) {
			e->fd = SD_LISTEN_FDS_START + i;
			snprintf(e->name, sizeof(e->name), "%s", names[i]);
			e->next = k->first;
			k->first = e;
		} else {
			close(SD_LISTEN_FDS_START + i);
		}
		free(names[i]);
	}
	free(names);
	if (nr > 0)
		log_info("%d descriptors were kept", nr);
}

static struct kept_fd *cut(struct kept_fd **p)
{
	struct kept_fd *e = *p;

	*p = e->next;
	return e;
}

void kept_close(struct kept *k)
{
	struct kept_fd *e;

	while (k->first) {
		e = cut(&k->first);
		close(e->fd);
		free(e);
	}
}

int kept_take(struct kept *k, const char *prefix, char name[KEPT_NAME_MAX])
{
	struct kept_fd **p, *e;
	int fd;

	for (p = &k->first; *p; p = &(*p)->next)
		if (strncmp((*p)->name, prefix, strlen(prefix)) == 0)
			break;
	if (!*p)
		return -1;
	e = cut(p);
	fd = e->fd;
	snprintf(name, KEPT_NAME_MAX, "%s", e->name);
	free(e);
	return fd;
}

void kept_add(const char *name, int fd)
{
	char text[KEPT_NAME_MAX + 32];

	snprintf(text, sizeof(text), "FDSTORE=1\nFDNAME=%s", name);
	sd_pid_notify_with_fds(0, 0, text, &fd, 1);
}

void kept_remove(const char *name)
{
	sd_notifyf(0, "FDSTOREREMOVE=1\nFDNAME=%s", name);
}

void kept_drop(struct kept *k, bool (*gone)(void *arg, const char *name), void *arg)
{
	struct kept_fd **p, *e;

	for (p = &k->first; *p;) {
		if (!gone(arg, (*p)->name)) {
			p = &(*p)->next;
			continue;
		}
		e = cut(p);
		kept_remove(e->name);
		close(e->fd);
		free(e);
	}
}
