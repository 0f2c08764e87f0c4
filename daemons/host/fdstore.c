/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "fdstore.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "log.h"

struct kept_fd {
	struct kept_fd *next;
	struct fdstore *store;
	int fd;
	sd_event_source *hangup; /* NULL: of a kind that has none */
	char name[FDSTORE_NAME_MAX];
};

static void drop(struct kept_fd **p)
{
	struct kept_fd *k = *p;

	*p = k->next;
	k->store->nr--;
	sd_event_source_disable_unref(k->hangup);
	close(k->fd);
	free(k);
}

/* The other end has gone: nobody needs ours any more. */
static int on_hangup(sd_event_source *e, int fd, uint32_t revents, void *arg)
{
	struct kept_fd *k = arg, **p;

	for (p = &k->store->first; *p != k; p = &(*p)->next)
		;
	drop(p);
	return 0;
}

static bool add(struct fdstore *s, const char *name, int fd)
{
	struct kept_fd *k = s->nr < FDSTORE_MAX ? calloc(1, sizeof(*k)) : NULL, **p;

	if (!k)
		return false;
	k->store = s;
	k->fd = fd;
	snprintf(k->name, sizeof(k->name), "%s", name);
	/* EPERM for files, which cannot hang up. */
	if (sd_event_add_io(s->event, &k->hangup, fd, 0, on_hangup, k) < 0)
		k->hangup = NULL;
	for (p = &s->first; *p; p = &(*p)->next)
		;
	*p = k;
	s->nr++;
	return true;
}

static void remove_all(struct fdstore *s, const char *name)
{
	struct kept_fd **p;

	for (p = &s->first; *p;) {
		if (strcmp((*p)->name, name) == 0)
			drop(p);
		else
			p = &(*p)->next;
	}
}

/* The value of line KEY= in @buf. False: there is none that a name may be. */
static bool find_name(const char *text, char buf[FDSTORE_NAME_MAX])
{
	static const char key[] = "FDNAME=";
	const char *at = strstr(text, key);
	size_t len, i;

	if (!at || (at != text && at[-1] != '\n'))
		return false;
	at += sizeof(key) - 1;
	len = strcspn(at, "\n");
	if (!len || len >= FDSTORE_NAME_MAX)
		return false;
	for (i = 0; i < len; i++)
		if (at[i] <= ' ' || at[i] >= 0x7f || at[i] == ':')
			return false;
	memcpy(buf, at, len);
	buf[len] = '\0';
	return true;
}

static bool has_line(const char *text, const char *line)
{
	const char *at = strstr(text, line);
	char after = at ? at[strlen(line)] : 'x';

	return at && (at == text || at[-1] == '\n') && (after == '\0' || after == '\n');
}

void fdstore_notified(struct fdstore *s, const char *text, const int *fds, unsigned int nr)
{
	char name[FDSTORE_NAME_MAX];
	bool named = find_name(text, name), store = has_line(text, "FDSTORE=1");
	unsigned int i;

	if (named && has_line(text, "FDSTOREREMOVE=1"))
		remove_all(s, name);
	for (i = 0; i < nr; i++)
		if (!store || !named || !add(s, name, fds[i])) {
			if (store)
				log_error("a descriptor cannot be kept");
			close(fds[i]);
		}
}

int fdstore_list(const struct fdstore *s, int *fds, char **names)
{
	const struct kept_fd *k;
	size_t len;
	FILE *f = open_memstream(names, &len);
	int nr = 0;

	if (!f)
		return -ENOMEM;
	for (k = s->first; k; k = k->next) {
		fprintf(f, "%s%s", nr ? ":" : "", k->name);
		fds[nr++] = k->fd;
	}
	if (fclose(f))
		return -ENOMEM;
	return nr;
}

void fdstore_clear(struct fdstore *s)
{
	while (s->first)
		drop(&s->first);
}
