/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * fuzz_xs_wire ROUNDS SEED-DIRECTORY [FIRST]
 *
 * What a hostile guest or a confused local client can send to xenstored:
 * mutations of the scripts of a directory (a line is "request transaction
 * payload", with | for NUL) go as bytes through a guest's ring and a local
 * connection.  What comes back must be messages; the tree must keep its rules,
 * and be the same after the daemon's state is read back from its files.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conn.h"
#include "domain.h"
#include "hyper.h"
#include "ring.h"
#include "seeds.h"
#include "server.h"
#include "test_xenstore_fake.h"

#define CHECK_EVERY   64
#define RESTART_EVERY 2000

static struct server *srv;
static struct conn *local;
static const struct seed *feed; /* what the local connection still has to read */
static size_t fed;

static const char *const names[XS_TYPE_COUNT] = {
	"control",
	"directory",
	"read",
	"get_perms",
	"watch",
	"unwatch",
	"transaction_start",
	"transaction_end",
	"introduce",
	"release",
	"get_domain_path",
	"write",
	"mkdir",
	"rm",
	"set_perms",
	"watch_event",
	"error",
	"is_domain_introduced",
	"resume",
	"set_target",
	[XS_RESET_WATCHES] = "reset_watches",
	[XS_DIRECTORY_PART] = "directory_part",
};

static void broken(const char *what)
{
	printf("broken: %s\n", what); /* stderr is the daemon's */
	fflush(stdout);
	abort();
}

/* --- seeds --- */

static void add_line(struct seed *s, char *line)
{
	char *tx = strchr(line, ' '), *payload = tx ? strchr(tx + 1, ' ') : NULL, *p;
	struct xsd_sockmsg m = {0};

	if (line[0] == '#' || !payload)
		return;
	*tx = *payload++ = '\0';
	while (m.type < XS_TYPE_COUNT && (!names[m.type] || strcmp(names[m.type], line)))
		m.type++;
	m.tx_id = (uint32_t)strtoul(tx + 1, NULL, 10);
	m.len = (uint32_t)strlen(payload);
	for (p = payload; p < payload + m.len; p++)
		if (*p == '|')
			*p = '\0';
	if (s->len + sizeof(m) + m.len > SEED_BYTES)
		return;
	memcpy(s->bytes + s->len, &m, sizeof(m));
	memcpy(s->bytes + s->len + sizeof(m), payload, m.len);
	s->len += sizeof(m) + m.len;
}

static void read_lines(struct seed *s, FILE *file)
{
	char line[512];

	while (fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\n")] = '\0';
		add_line(s, line);
	}
}

/* --- mutations --- */

/* The start of some message, so that headers are hit on purpose. */
static size_t some_message(const struct seed *s)
{
	struct xsd_sockmsg m;
	size_t at = 0, pick = 0, n = 0;

	while (at + sizeof(m) <= s->len) {
		if (any(++n) == 0)
			pick = at;
		memcpy(&m, s->bytes + at, sizeof(m));
		if (m.len > s->len)
			break;
		at += sizeof(m) + m.len;
	}
	return pick;
}

static void mutate(struct seed *s)
{
	static const char *const words[] = {
		"data/x", "/",	"@releaseDomain",	"//",	      "T",
		"n1",	  "b0", "/local/domain/1/data", "4294967296", "-1",
		"%n"};
	static const uint32_t numbers[] = {0, 1, 2, 4096, 4097, 0x7fffffff, 0xffffffff, 13, 16};
	size_t at = any(s->len + 1), from, len;
	const struct seed *other;
	const char *word;
	char byte;

	switch (any(5)) {
	case 0:
		byte = (char)any(256);
		splice(s, at, at < s->len, &byte, 1);
		break;
	case 1:
		word = words[any(sizeof(words) / sizeof(words[0]))];
		splice(s, at, 0, word, strlen(word) + any(2));
		break;
	case 2:
		splice(s, at, any(s->len - at + 1), "", 0);
		break;
	case 3: /* type, request, transaction or length of a message */
		at = some_message(s) + 4 * any(4);
		if (at + 4 <= s->len)
			memcpy(s->bytes + at, &numbers[any(sizeof(numbers) / sizeof(numbers[0]))],
			       4);
		break;
	default:
		other = any_seed();
		from = some_message(other);
		len = any(other->len - from + 1);
		splice(s, some_message(s), 0, other->bytes + from, len);
	}
}

/* --- the local connection --- */

static ssize_t local_recv(struct conn *c, void *buf, size_t len)
{
	if (len > feed->len - fed)
		len = feed->len - fed;
	memcpy(buf, feed->bytes + fed, len);
	fed += len;
	return (ssize_t)len;
}

static ssize_t local_send(struct conn *c, const struct iovec *iov, int nr)
{
	return (ssize_t)(iov[0].iov_len < 100 ? iov[0].iov_len : 1 + any(iov[0].iov_len));
}

static void nothing(struct conn *c)
{
}

static void local_failed(struct conn *c, uint32_t error)
{
	conn_kill(c);
}

static const struct conn_ops local_ops = {
	.recv = local_recv,
	.send = local_send,
	.turn_end = nothing,
	.failed = local_failed,
	.close = nothing,
};

static void run_local(const struct seed *s)
{
	feed = s;
	fed = 0;
	local = conn_new(srv, &local_ops, 0, ledger_new(OUT_LOCAL));
	while (!local->dead && (conn_turn(local) || fed < s->len))
		;
	conn_kill(local);
	conn_run(srv);
}

/* --- the guest's ring --- */

static void check_reply(struct xenstore_domain_interface *r)
{
	struct xsd_sockmsg m;
	char bytes[sizeof(m)];
	size_t i;

	while (r->rsp_prod - r->rsp_cons >= sizeof(m)) {
		for (i = 0; i < sizeof(m); i++)
			bytes[i] = r->rsp[MASK_XENSTORE_IDX(r->rsp_cons + i)];
		memcpy(&m, bytes, sizeof(m));
		if (m.type >= XS_TYPE_COUNT && m.type != XS_ERROR)
			broken("type of a reply");
		if (m.len > XENSTORE_PAYLOAD_MAX)
			broken("length of a reply");
		for (r->rsp_cons += sizeof(m); m.len; m.len--, r->rsp_cons++)
			while (r->rsp_cons == r->rsp_prod) {
				uint32_t before = r->rsp_prod;

				conn_turn(srv->domains[1]->conn);
				if (r->rsp_prod == before)
					broken("half a reply");
			}
	}
}

static void reconnect(struct xenstore_domain_interface *r)
{
	r->connection = XENSTORE_RECONNECT;
	ring_event(srv->domains[1]->conn);
	if (r->error || r->req_prod || r->rsp_prod)
		broken("a ring that was connected again");
}

static void run_guest(const struct seed *s)
{
	struct xenstore_domain_interface *r = &fake->dom[1].page.store;
	struct conn *c = srv->domains[1]->conn;
	size_t at;

	for (at = 0; at < s->len && !r->error; at++) {
		r->req[MASK_XENSTORE_IDX(r->req_prod)] = s->bytes[at];
		r->req_prod++;
		if (any(64) && r->req_prod - r->req_cons < XENSTORE_RING_SIZE)
			continue;
		while (conn_turn(c))
			check_reply(r);
		check_reply(r);
	}
	while (!r->error && conn_turn(c))
		check_reply(r);
	reconnect(r);
}

/* --- the daemon --- */

static void start(void)
{
	static const struct server_options opt = {.rundir = fake_rundir, .socket_mode = 0600};

	srv = calloc(1, sizeof(*srv));
	if (!srv || server_start(srv, &opt))
		broken("start");
}

static void introduce(void)
{
	static const struct origin nobody;
	struct changeset cs;
	struct blob *empty = blob_new("", 0);
	struct acl *mine = acl_parse("n1", 3), *root = acl_parse("n0", 3);

	fake->dom[1].state = fake->dom[2].state = HYPER_RUNNING;
	changeset_init(&cs);
	changeset_set(&cs, "/local", empty, root, FIRE_NONE);
	changeset_set(&cs, "/local/domain", empty, root, FIRE_NONE);
	changeset_set(&cs, "/local/domain/1", empty, root, FIRE_NONE);
	changeset_set(&cs, "/local/domain/1/data", empty, mine, FIRE_NONE);
	if (db_commit(&srv->db, &cs, &nobody) ||
	    (!srv->domains[1] && domain_introduce(srv, 1, FAKE_GFN, FAKE_PORT)))
		broken("introduction");
	changeset_free(&cs);
	blob_put(empty);
	acl_put(mine);
	acl_put(root);
}

struct text {
	char *bytes;
	size_t len;
	FILE *file;
};

static int print_node(void *ctx, const char *path, struct node *node)
{
	char perms[XENSTORE_PAYLOAD_MAX];
	int n = acl_format(node->acl, perms, sizeof(perms));
	struct text *t = ctx;

	fprintf(t->file, "%s %u ", path, node->value->len);
	fwrite(node->value->data, 1, node->value->len, t->file);
	fwrite(perms, 1, n < 0 ? 0 : (size_t)n, t->file);
	return 0;
}

static struct text print_tree(void)
{
	struct text t = {0};

	t.file = open_memstream(&t.bytes, &t.len);
	if (!t.file)
		broken("memory");
	tree_walk(srv->db.tree.root, "/", print_node, &t);
	fclose(t.file);
	return t;
}

static void restart(void)
{
	struct text before = print_tree(), after;

	server_stop(srv);
	free(srv);
	start();
	after = print_tree();
	if (before.len != after.len || memcmp(before.bytes, after.bytes, before.len))
		broken("the tree is another one after a restart");
	free(before.bytes);
	free(after.bytes);
}

static void one_round(const struct seed *s, unsigned long round)
{
	if (!srv->domains[1] || round % CHECK_EVERY == 0)
		introduce();
	if (any(4))
		run_guest(s);
	else
		run_local(s);
	server_housekeeping(srv);
	if (round % CHECK_EVERY == 0 && !db_check(&srv->db))
		broken("the tree's rules");
	if (round % RESTART_EVERY == RESTART_EVERY - 1)
		restart();
}

static void begin(void)
{
	fake_init();
	if (!freopen("/dev/null", "w", stderr)) /* warnings without end */
		exit(1);
	start();
}

static void end(void)
{
	server_stop(srv);
	free(srv);
	fake_cleanup();
}

int main(int argc, char **argv)
{
	static const struct fuzzer fuzzer = {.read = read_lines,
					     .mutate = mutate,
					     .max_mutations = 7,
					     .try = one_round,
					     .begin = begin,
					     .end = end};

	return seeds_main(argc, argv, &fuzzer);
}
