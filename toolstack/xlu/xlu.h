/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Inside of libxlutil: an XLU_Config is a parsed xl.cfg (toolstack/config) and
 * the place where messages go.  XLU_ConfigValue and XLU_ConfigList are names
 * for struct cfg_value; they are never looked into by that name.
 */
#ifndef NACRE_XLU_H
#define NACRE_XLU_H

#include <libxlutil.h>

#include "cfg.h"

struct XLU_Config {
	FILE *report;	 /* the caller's */
	char *source;	 /* name in messages */
	struct cfg *cfg; /* NULL before the first text was read */
};

#endif
