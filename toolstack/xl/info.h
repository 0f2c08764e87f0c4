/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#ifndef NACRE_XL_INFO_H
#define NACRE_XL_INFO_H

#include <stdbool.h>
#include <stdio.h>

#include "json.h"

/* `xl info' from host.info.  With @key only the values of labels that begin so;
 * with @numa the tables of CPUs and memory nodes too. */
void info_print(FILE *out, const struct json *info, const char *key, bool numa);

/* The message ring; control characters other than newline and TAB are shown. */
void dmesg_print(FILE *out, const char *text);

#endif
