/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "libxl_channel.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "instance.h"
#include "libxl_context.h"
#include "rpc_post.h"

static void channel_ready(struct libxl__egc *egc, struct libxl__ev_fd *ev, short revents);
static void try_again(struct libxl__egc *egc, struct libxl__ev_time *ev);

/* --- the calls ------------------------------------------------------------------------ */

static void unlink_post(libxl_ctx *ctx, struct libxl__post *post)
{
	struct libxl__channel *channel = &ctx->channel;
	struct libxl__post **at = &channel->posts;

	while (*at != post)
		at = &(*at)->next;
	*at = post->next;
	if (channel->last == &post->next)
		channel->last = at;
	if (post->id)
		channel->nr_sent--;
	post->pending = false;
	libxl__time_deregister(ctx, &post->deadline);
	json_free(post->params);
	post->params = NULL;
}

static void finish(struct libxl__egc *egc, struct libxl__post *post, const struct json *result,
		   const struct rpc_error *error)
{
	unlink_post(egc->ctx, post);
	post->answered(egc, post, result, error);
}

static void fail(struct libxl__egc *egc, struct libxl__post *post, int rc)
{
	struct rpc_error error;

	rpc_transport_error(&error, post->method, rc);
	finish(egc, post, NULL, &error);
}

static void too_late(struct libxl__egc *egc, struct libxl__ev_time *ev)
{
	struct libxl__post *post =
		(struct libxl__post *)((char *)ev - offsetof(struct libxl__post, deadline));

	fail(egc, post, -ETIMEDOUT);
}

/* An error is noticed again when the descriptor reports the end of the connection. */
static void flush(libxl_ctx *ctx)
{
	struct libxl__channel *channel = &ctx->channel;
	short events = rpc_flush(channel->rpc) == 1 ? POLLIN | POLLOUT : POLLIN;

	if (libxl__fd_modify(ctx, &channel->fd, events))
		libxl__disaster(ctx, 0, "have the caller's loop watch for output", 0);
}

static void send_waiting(libxl_ctx *ctx)
{
	struct libxl__channel *channel = &ctx->channel;
	struct libxl__post *post;

	for (post = channel->posts; post && channel->nr_sent < LIBXL__CALLS_SENT;
	     post = post->next) {
		struct json *params = post->id ? NULL : json_copy(post->params);
		int64_t id = post->id ? 0 : rpc_post(channel->rpc, post->method, params);

		if (id <= 0)
			continue; /* sent already, or no memory: its deadline will tell */
		post->id = id;
		channel->nr_sent++;
	}
	flush(ctx);
}

int libxl__post(libxl_ctx *ctx, struct libxl__post *post)
{
	struct libxl__channel *channel = &ctx->channel;
	int rc = 0;

	post->id = 0;
	post->next = NULL;
	if (post->fd)
		*post->fd = -1;
	post->repeated = false;
	post->deadline = (struct libxl__ev_time){.occurred = too_late};
	if (post->timeout_ms >= 0)
		rc = libxl__time_register(ctx, &post->deadline, post->timeout_ms);
	if (rc) {
		json_free(post->params);
		post->params = NULL;
		return rc;
	}
	post->pending = true;
	*channel->last = post;
	channel->last = &post->next;
	rc = libxl__channel_want(ctx);
	if (rc)
		unlink_post(ctx, post);
	else if (channel->rpc)
		send_waiting(ctx);
	return rc;
}

void libxl__post_cancel(libxl_ctx *ctx, struct libxl__post *post)
{
	if (post->pending)
		unlink_post(ctx, post);
}

bool libxl__post_sent(const struct libxl__post *post)
{
	return post->id || post->repeated;
}

/* --- the connection ---------------------------------------------------------------------- */

static int connect_now(libxl_ctx *ctx, struct rpc_error *error)
{
	struct libxl__channel *channel = &ctx->channel;
	char path[108];
	int rc = instance_socket("nacred.sock", path, sizeof(path));

	if (rc) {
		rpc_transport_error(error, "connect", rc);
		return 0;
	}
	channel->rpc = rpc_open_at_once(path, error);
	if (!channel->rpc)
		return 0;
	rc = libxl__fd_register(ctx, &channel->fd, rpc_socket(channel->rpc), POLLIN);
	if (rc) {
		rpc_close(channel->rpc);
		channel->rpc = NULL;
		return rc;
	}
	channel->away = false;
	libxl__deaths_connected(ctx);
	return 0;
}

static void now_monotonic(struct timeval *now)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	now->tv_sec = ts.tv_sec;
	now->tv_usec = ts.tv_nsec / 1000;
}

static bool away_for_long(const struct libxl__channel *channel)
{
	struct timeval now, since;

	now_monotonic(&now);
	timersub(&now, &channel->away_since, &since);
	return since.tv_sec * 1000 + since.tv_usec / 1000 >= LIBXL__AWAY_MS;
}

static int retry_later(libxl_ctx *ctx)
{
	struct libxl__channel *channel = &ctx->channel;

	if (!channel->away) {
		channel->away = true;
		now_monotonic(&channel->away_since);
	}
	return libxl__time_register(ctx, &channel->retry,
				    away_for_long(channel) ? LIBXL__AWAY_RETRY_MS
							   : LIBXL__RETRY_MS);
}

int libxl__channel_want(libxl_ctx *ctx)
{
	struct libxl__channel *channel = &ctx->channel;
	struct rpc_error error;
	int rc;

	if (channel->rpc || channel->retry.active)
		return 0;
	rc = connect_now(ctx, &error);
	if (rc || channel->rpc)
		return rc;
	LIBXL__DEBUG(ctx, INVALID_DOMID, "%s; trying again", error.text);
	return retry_later(ctx);
}

static void give_up(struct libxl__egc *egc, const struct rpc_error *error)
{
	while (egc->ctx->channel.posts)
		finish(egc, egc->ctx->channel.posts, NULL, error);
}

static void try_again(struct libxl__egc *egc, struct libxl__ev_time *ev)
{
	struct libxl__channel *channel = &egc->ctx->channel;
	libxl_ctx *ctx = egc->ctx;
	struct rpc_error error;
	int rc = connect_now(ctx, &error);

	if (rc) {
		libxl__disaster(ctx, 0, "register with the caller's event loop", 0);
		rpc_transport_error(&error, "connect", -ENOMEM);
		give_up(egc, &error);
	} else if (channel->rpc) {
		send_waiting(ctx);
	} else {
		if (away_for_long(channel))
			give_up(egc, &error);
		if ((channel->posts || ctx->deaths) && !channel->retry.active && retry_later(ctx))
			libxl__disaster(ctx, 0, "register with the caller's event loop", 0);
	}
}

/* One that was sent and must not be sent again. */
static struct libxl__post *find_lost(const struct libxl__channel *channel)
{
	struct libxl__post *post = channel->posts;

	while (post && (!post->id || post->repeatable))
		post = post->next;
	return post;
}

static void connection_lost(struct libxl__egc *egc, int rc)
{
	struct libxl__channel *channel = &egc->ctx->channel;
	libxl_ctx *ctx = egc->ctx;
	struct libxl__post *post;

	LIBXL__DEBUG(ctx, INVALID_DOMID, "nacred closed the connection: %s", strerror(-rc));
	libxl__fd_deregister(ctx, &channel->fd);
	rpc_close(channel->rpc);
	channel->rpc = NULL;
	libxl__deaths_lost(ctx);
	/* So that what follows finds a retry under way and does not connect itself. */
	if (retry_later(ctx))
		libxl__disaster(ctx, 0, "register with the caller's event loop", 0);
	while ((post = find_lost(channel)))
		fail(egc, post, rc);
	for (post = channel->posts; post; post = post->next) {
		if (post->id)
			channel->nr_sent--;
		post->repeated = post->repeated || post->id;
		post->id = 0;
	}
	if (!channel->posts && !ctx->deaths)
		libxl__time_deregister(ctx, &channel->retry);
}

/* @post NULL: an answer to nobody.  A descriptor that is not this answer's may be that of
 * one which is waited for still. */
static void take_fd(struct libxl__channel *channel, struct libxl__post *post)
{
	const struct libxl__post *other = channel->posts;
	int fd;

	if (post && post->fd) {
		*post->fd = rpc_take_fd(channel->rpc);
		return;
	}
	while (other && !other->fd)
		other = other->next;
	fd = other ? -1 : rpc_take_fd(channel->rpc);
	if (fd >= 0)
		close(fd);
}

static void handle(struct libxl__egc *egc, struct rpc_message *message)
{
	struct libxl__post *post = egc->ctx->channel.posts;

	if (message->kind == RPC_NOTIFICATION)
		libxl__deaths_event(egc, message->value);
	while (post && (!post->id || post->id != message->id))
		post = post->next;
	if (message->kind == RPC_ANSWER)
		take_fd(&egc->ctx->channel, post);
	/* An answer to nobody: its call was cancelled or came too late. */
	if (message->kind == RPC_ANSWER && post)
		finish(egc, post, message->value, message->value ? NULL : &message->error);
	json_free(message->value);
}

static void channel_ready(struct libxl__egc *egc, struct libxl__ev_fd *ev, short revents)
{
	struct libxl__channel *channel = &egc->ctx->channel;
	struct rpc_message message;
	int rc;

	do {
		rc = rpc_receive(channel->rpc, &message);
		if (!rc)
			handle(egc, &message);
	} while (!rc && message.kind != RPC_NOTHING);
	if (rc)
		connection_lost(egc, rc);
	else
		send_waiting(egc->ctx);
}

void libxl__channel_init(struct libxl__channel *channel)
{
	channel->fd.fd = -1;
	channel->fd.occurred = channel_ready;
	channel->retry.occurred = try_again;
	channel->last = &channel->posts;
}

void libxl__channel_close(libxl_ctx *ctx)
{
	struct libxl__channel *channel = &ctx->channel;

	while (channel->posts)
		unlink_post(ctx, channel->posts);
	libxl__time_deregister(ctx, &channel->retry);
	libxl__fd_deregister(ctx, &channel->fd);
	rpc_close(channel->rpc);
	channel->rpc = NULL;
}
