/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* xentop's table as text for programs, in its widths and spaces. */
#ifndef NACRE_TOP_BATCH_H
#define NACRE_TOP_BATCH_H

#include <stdio.h>

#include "sample.h"

struct batch {
	bool repeat; /* the header before each domain */
	bool vcpus;
	bool full_name;
};

/* One block. False: no memory. */
bool batch_print(FILE *out, const struct batch *b, const struct sample *now,
		 const struct sample *before);

#endif
