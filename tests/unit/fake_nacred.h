/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* A nacred that answers from a script, for tests of its clients. */
#ifndef NACRE_TESTS_FAKE_NACRED_H
#define NACRE_TESTS_FAKE_NACRED_H

#include <stdbool.h>
#include <stddef.h>

struct fake_answer {
	const char *method;
	const char *needle; /* must occur in the request; NULL: any */
	const char *json;   /* the result, or the error object */
	bool is_error;
	const char *console; /* send a descriptor that yields this and ends */
	size_t console_len;  /* 0: as strlen() says */
	bool hold;	     /* answer only at fake_nacred_release() */
	bool hang_up;	     /* instead of an answer */
};

/* Serve clients at @path, each in a thread. 0 or -1. */
int fake_nacred_start(const char *path);
/* Hang up on all clients and listen no more, as a nacred that was killed. */
void fake_nacred_stop(void);

/* What to answer from now on (domain.not_found for anything else); forgets the
 * requests so far. */
void fake_nacred_script(const struct fake_answer *answers, size_t nr);

/* Send the answers that were held back, and hold back none any more until the next script. */
void fake_nacred_release(void);

/* Read nothing from clients until told otherwise (a line that is being read is finished). */
void fake_nacred_freeze(bool frozen);

/* Tell every client that called event.subscribe; @params is the event as JSON. */
void fake_nacred_event(const char *params);

/* The request lines since the script. */
const char *fake_nacred_requests(void);

/* Wait until @text occurs in the requests, at most @timeout_ms. Whether it does. */
bool fake_nacred_await(const char *text, int timeout_ms);

/* Clients that are connected now. */
unsigned int fake_nacred_clients(void);

#endif
