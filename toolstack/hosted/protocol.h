/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * What the hosted libraries and nacre-host say to each other over
 * <rundir>/host.sock (SOCK_SEQPACKET).  Private to these two, which are always
 * of the same build; the version only catches a mixed installation.
 *
 * One message is one request: the header, then an array.  A connection has at
 * most one request under way; its reply is one message too.  What a connection
 * acquired (arena pages, mappings, grants, ports) is given back when it ends.
 */
#ifndef NACRE_HOST_PROTOCOL_H
#define NACRE_HOST_PROTOCOL_H

#include <stdint.h>

#define HOST_SOCKET	    "host.sock"
#define HOST_PROTOCOL	    1
#define HOST_PAGE	    4096u
#define HOST_FRAMES	    2048u /* frames in one request */
#define HOST_GRANTS	    1024u /* grants in one request */
#define HOST_REQUEST_BODY   (HOST_FRAMES * 8)
#define HOST_REPLY_BODY	    (HOST_FRAMES * sizeof(struct host_frame))
#define HOST_FRAME_INVALID  (~0ULL)
#define HOST_NO_NOTIFY_BYTE (~0U)

enum host_op {
	/* arg0 HOST_PROTOCOL, arg1 enum host_role, arg2 cookie.  Reply of a
	 * commands connection: arg0 RAM bytes, arg1 those below 4 GiB, arg2
	 * bytes of the link area; and two descriptors: RAM, link area. */
	HOST_HELLO = 1,
	/* arg0..4 arguments, arg5 number, arg6 caller's address of the arena. */
	HOST_HYPERCALL,
	HOST_ARENA_ALLOC, /* arg0 pages; result: offset in the arena, bytes */
	HOST_ARENA_FREE,  /* arg0 offset, arg1 pages */
	/* arg0 domid; body uint64_t gfn[]; reply struct host_frame[]. */
	HOST_MAP_FOREIGN,
	/* arg0 domid, arg1 type, arg2 id, arg3 first frame, arg4 number; reply
	 * struct host_frame[].  Number 0: the result is the resource's size. */
	HOST_MAP_RESOURCE,
	HOST_UNMAP, /* body uint64_t mfn[]: one reference of each */
	/* arg0 not 0: read-only; body struct host_grant_ref[]; reply struct
	 * host_grant[].  Either all are mapped or none is. */
	HOST_GRANT_MAP,
	HOST_GRANT_UNMAP, /* body uint64_t handle[] */
	/* arg0 handle, arg1 byte in the page or HOST_NO_NOTIFY_BYTE, arg2 port
	 * or HOST_NO_NOTIFY_BYTE: what to do when the grant is unmapped. */
	HOST_GRANT_NOTIFY,
	HOST_EVENT_UNBOUND,	/* arg0 remote domid; result: port */
	HOST_EVENT_INTERDOMAIN, /* arg0 remote domid, arg1 its port; result: port */
	HOST_EVENT_VIRQ,	/* arg0 virq; result: port */
	HOST_EVENT_UNBIND,	/* arg0 port */
	HOST_EVENT_NOTIFY,	/* arg0 port */
	HOST_EVENT_UNMASK,	/* arg0 port */
	HOST_RESTRICT,		/* arg0 domid */
};

/*
 * An events connection owns ports and receives each pending one as a message
 * of four bytes; it sends nothing after its hello.  It names itself by its
 * cookie (SO_COOKIE of the client's end); a commands connection that gives the
 * same cookie acts for it.  So the descriptor alone can be handed to a program
 * that re-executes itself.
 */
enum host_role { HOST_COMMANDS, HOST_EVENTS };

struct host_request {
	uint32_t op;
	uint32_t count; /* elements in the body */
	uint64_t arg[7];
};

struct host_reply {
	int32_t error; /* 0 or a positive errno */
	uint32_t count;
	int64_t result;
	uint64_t arg[3];
};

struct host_frame {
	uint64_t mfn;  /* HOST_FRAME_INVALID: not mapped */
	int32_t error; /* 0 or a negative errno */
	uint32_t pad;
};

struct host_grant_ref {
	uint32_t domid;
	uint32_t ref;
};

struct host_grant {
	uint64_t mfn;
	uint32_t handle;
	int32_t status; /* GNTST_* */
};

#endif
