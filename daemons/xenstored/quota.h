/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Every bound of the daemon.  Quotas hold for domains other than 0 and have
 * the defaults of Xen 4.17; man/xenstored.8 lists them.
 */
#ifndef XENSTORED_QUOTA_H
#define XENSTORED_QUOTA_H

#define QUOTA_NODES		1000 /* nodes that a domain owns */
#define QUOTA_NODE_SIZE		2048 /* bytes: value, permissions, names of children */
#define QUOTA_WATCHES		128
#define QUOTA_TRANSACTIONS	10   /* open at once; each connection of domain 0: 1024 */
#define QUOTA_TRANSACTION_NODES 1024 /* nodes that one transaction touches */
#define QUOTA_PERMS		5    /* permission entries of a node */
#define QUOTA_PATH		2048 /* bytes below /local/domain/<n>/ */
#define QUOTA_REQUESTS		20   /* replies not yet taken; further requests wait */

#define LOCAL_TRANSACTIONS 1024 /* open at once on one local connection */
#define LOCAL_CONNECTIONS  900	/* sockets; more wait in the listen queue */

/* Requests of one connection in a row while others wait. */
#define TURN_REQUESTS 8

/* Unsent bytes a connection may have; power of two, several messages. */
#define OUT_GUEST 32768u
#define OUT_LOCAL 262144u

#define MAX_DOMID 0x7ff0u /* DOMID_FIRST_RESERVED */

/* The journal is rewritten when it is this large and four times the tree. */
#define JOURNAL_COMPACT_MIN (1u << 20)

#endif
