/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* The KEY=VALUE,... that describes one device, by a table of its keys. */
#ifndef NACRE_CONFIG_SPEC_PARAMS_H
#define NACRE_CONFIG_SPEC_PARAMS_H

#include <stdbool.h>
#include <stdio.h>

#include "json.h"

enum spec_value {
	SPEC_STRING,
	SPEC_INT,      /* default 0, left out */
	SPEC_DEVID,    /* default -1, left out */
	SPEC_UNSIGNED, /* of 32 bits, 0octal and 0xhexadecimal too; default 0, left out */
	SPEC_BYTE,
	SPEC_BOOL,    /* true where not 0; false is left out */
	SPEC_DEFBOOL, /* "True" or "False" */
	SPEC_WORD,    /* one of words; the first one is left out */
	SPEC_UUID,
};

struct spec_param {
	const char *key; /* NULL behind the last */
	enum spec_value value;
	const char *member; /* "vnc.enable": of the object that is the member "vnc" */
	const char *const *words;
	const char *complaint; /* about a wrong value, which it takes */
};

/* An entry without '=' ends the text silently, instead of being unknown. */
#define SPEC_ENDS_WITHOUT_VALUE 1

struct spec_params {
	const struct spec_param *keys;
	const char *unknown; /* complaint about another key; NULL: it is passed over */
	int flags;
};

/* Members of @device from @spec.  False after a complaint or when out of memory. */
bool spec_params_read(const struct spec_params *params, const char *spec, struct json *device,
		      FILE *report);

/* "KEY = VALUE", cut at '=' in place, without blanks around either.  False: there are no two. */
bool spec_pair(char *text, char **key, char **value);

#endif
