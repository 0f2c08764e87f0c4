/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* channel=: consoles beside the first, on a pty or a socket. */
#include <stdlib.h>
#include <string.h>

#include "members.h"
#include "sections.h"
#include "spec_params.h"

enum connection { CONNECTION_UNKNOWN, CONNECTION_PTY, CONNECTION_SOCKET };

struct channel {
	struct builder *b;
	struct json *v;
	enum connection connection;
	const char *path;
};

static void set_connection(struct channel *c, const char *value)
{
	if (!strcmp(value, "pty"))
		c->connection = CONNECTION_PTY;
	else if (!strcmp(value, "socket"))
		c->connection = CONNECTION_SOCKET;
	else
		builder_fail(c->b, "unknown channel connection '%s'", value);
}

static void read_pair(struct channel *c, char *pair)
{
	char *whole = strdup(pair), *key, *value;
	bool good = spec_pair(pair, &key, &value);

	if (!good) {
		fprintf(c->b->report, "failed to parse channel configuration: %s",
			whole ? whole : "");
		c->b->failed = true;
	}
	free(whole);
	if (!good)
		return;
	if (!strcmp(key, "backend"))
		builder_set(c->b, c->v, "backend_domname", json_new_string(value));
	else if (!strcmp(key, "name"))
		builder_set(c->b, c->v, "name", json_new_string(value));
	else if (!strcmp(key, "path"))
		c->path = value;
	else if (!strcmp(key, "connection"))
		set_connection(c, value);
	else
		fprintf(c->b->report, "unknown channel parameter '%s', ignoring\n", key);
}

static void conclude(struct channel *c)
{
	struct json *connection = json_new_object();

	if (c->connection == CONNECTION_UNKNOWN)
		builder_fail(c->b, "channel has unknown 'connection'");
	else if (c->connection == CONNECTION_SOCKET && !c->path)
		builder_fail(c->b, "channel connection 'socket' requires path=..");
	if (c->connection == CONNECTION_SOCKET && !c->b->failed)
		builder_set(c->b, connection, "path", json_new_string(c->path));
	builder_set(c->b, c->v,
		    c->connection == CONNECTION_SOCKET ? "connection.socket" : "connection.pty",
		    connection);
}

static struct json *read_channel(struct builder *b, const char *spec, int index)
{
	static const char *const order[] = {"backend_domname", "devid", "name", NULL};
	struct channel c = {.b = b, .v = json_new_object()};
	char *copy = strdup(spec), *rest, *pair;

	builder_set(b, c.v, "devid", json_new_int(index));
	if (!copy)
		b->failed = true;
	for (pair = copy ? strtok_r(copy, ",", &rest) : NULL; pair && !b->failed;
	     pair = strtok_r(NULL, ",", &rest))
		read_pair(&c, pair);
	if (!b->failed)
		conclude(&c);
	free(copy);
	if (c.v)
		members_sort(c.v, order);
	return c.v;
}

void section_channels(struct builder *b)
{
	const struct cfg_value *list;
	struct json *channels;
	size_t i;

	if (cfg_list(b->cfg, "channel", &list, b->report) || !list->nr)
		return;
	channels = json_new_array();
	for (i = 0; i < list->nr && list->items[i]->type == CFG_STRING && !b->failed; i++)
		if (!json_append(channels, read_channel(b, list->items[i]->string, (int)i)))
			b->failed = true;
	builder_set(b, b->at[PLACE_CONFIG], "channels", channels);
}
