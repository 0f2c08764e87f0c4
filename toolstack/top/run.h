/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* A run of xentop: sample after sample, until a key, a signal or the last one. */
#ifndef NACRE_TOP_RUN_H
#define NACRE_TOP_RUN_H

#include "view.h"

struct run {
	struct view view;
	bool batch;
	unsigned int iterations; /* samples; 0: no end */
};

/* With the nacred that listens at @path. The exit status. */
int run_top(struct run *run, const char *path);

#endif
