/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * What domains were configured as: one JSON file each, DIR/<uuid>.json, and the
 * same in memory.  The record is written before what it announces is begun, so
 * that a nacred which starts again knows what to finish or to take back.
 */
#ifndef NACRED_RECORDS_H
#define NACRED_RECORDS_H

#include <stdbool.h>
#include <stdint.h>

#include "error.h"
#include "json.h"

#define UUID_TEXT 37

enum record_state {
	RECORD_CREATING,   /* being built: after a restart it is taken back */
	RECORD_RUNNING,	   /* built */
	RECORD_RESTARTING, /* the old domain goes, a new one of the same UUID comes */
};

struct record {
	struct record *next;
	char uuid[UUID_TEXT];
	char *name;
	unsigned int generation; /* counts the domain ids that this UUID had, from 1 */
	int64_t domid;		 /* -1: none yet */
	enum record_state state;
	double start_time;  /* seconds since the epoch */
	bool begins_paused; /* it was to be made, not to be started */
	/* RESTARTING: the UUID under which the old domain stays for inspection. */
	char preserve_as[UUID_TEXT];
	/* When the domain ends it stays as it is: the client that made it acts on
	 * on_poweroff and its like, as users of libxl do. */
	bool keep_ended;
	struct json *config;	  /* libxl's form */
	struct json *next_config; /* replaces it when the domain is started again, or NULL */
	struct json *userdata;	  /* of libxl's clients: hexadecimal text by key; NULL: none */
	unsigned int quick_ends;  /* lives in a row that ended at once; not in the file */
};

struct records {
	char dir[256];
	struct record *first;
};

/* Make @dir if need be and read all files in it; what cannot be read, is not ours or can be
 * written by others is set aside as <file>.broken, and the log says why. 0 or -errno. */
int records_load(struct records *rs, const char *dir);
void records_free(struct records *rs);

/* A new record in memory only; takes @config. NULL: no memory. */
struct record *record_new(struct records *rs, const char *uuid, const char *name,
			  struct json *config);
/* Write it: complete and durable, or not at all (-1 and @e). */
int record_save(struct records *rs, struct record *r, struct rpc_error *e);
/* Remove file and memory; a file that is not there is no error. */
void record_remove(struct records *rs, struct record *r);
/* Also c_info.name of both configurations. Not saved. */
int record_set_name(struct record *r, const char *name);

struct record *record_by_uuid(const struct records *rs, const char *uuid);
struct record *record_by_name(const struct records *rs, const char *name);

/* Text of a file and back, for the tests too. */
struct json *record_to_json(const struct record *r);
struct record *record_from_json(const struct json *v);
void record_free(struct record *r);

#endif
