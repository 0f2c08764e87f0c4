/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * What the daemons need of the hypervisor, over the four stable libraries:
 * ring pages, event channels, and whether a domain lives.
 */
#ifndef XENSTORED_HYPER_H
#define XENSTORED_HYPER_H

#include <stdbool.h>
#include <stdint.h>

struct hyper;

/* A page of a guest, mapped by grant or by frame number. */
struct hyper_page {
	void *addr; /* NULL: not mapped */
	bool by_grant;
};

enum hyper_state { HYPER_RUNNING, HYPER_SHUTDOWN, HYPER_DYING, HYPER_GONE, HYPER_UNKNOWN };

/* 0 or errno. */
int hyper_open(struct hyper **out);
void hyper_close(struct hyper *h);

/* By the well-known grant reference, or the frame if that is not granted; 0 or errno. */
int hyper_map(struct hyper *h, uint32_t domid, uint32_t grant, uint64_t gfn,
	      struct hyper_page *page);
void hyper_unmap(struct hyper *h, struct hyper_page *page);

/* The local port, or -errno. */
int hyper_bind(struct hyper *h, uint32_t domid, uint32_t remote_port);
int hyper_bind_virq(struct hyper *h, unsigned int virq);
void hyper_unbind(struct hyper *h, int port);
void hyper_notify(struct hyper *h, int port);
/* Readable when a port is pending. */
int hyper_fd(struct hyper *h);
/* A pending port (masked until hyper_unmask), or -1. */
int hyper_pending(struct hyper *h);
void hyper_unmask(struct hyper *h, int port);

/* HYPER_UNKNOWN: the hypervisor did not answer. */
enum hyper_state hyper_domain_state(struct hyper *h, uint32_t domid);
/* For who looks at all domains: ask for all of them at once, and what that said. */
void hyper_list_domains(struct hyper *h);
enum hyper_state hyper_listed_state(const struct hyper *h, uint32_t domid);

#endif
