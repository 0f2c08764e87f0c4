/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Names and times of advisories: their one spelling, their order. */
#ifndef NACRE_ADVISORY_ID_H
#define NACRE_ADVISORY_ID_H

#include <stdbool.h>
#include <stdint.h>

#define ADVISORY_ID_MAX 48 /* with the NUL */

/*
 * Two or more groups of letters and digits joined by "-", the first beginning with
 * a letter: XSA-191, CVE-2016-9386.  Letters become capitals; digits alone, and
 * "XSA" in front of them, become XSA-N without leading zeroes.  False: not a name.
 */
bool advisory_id_parse(const char *text, char id[ADVISORY_ID_MAX]);
/* As strcmp() orders, but groups of digits by their number. */
int advisory_id_compare(const char *a, const char *b);
/* CVE-<year>-<at least four digits>. */
bool advisory_id_is_cve(const char *id);
/* The number of XSA-N, or -1. */
long advisory_id_xsa(const char *id);

/* RFC 3339 in UTC: 2016-11-22, 2016-11-22T12:00Z, with :SS and a fraction that is
 * dropped, also with a blank for the T and +00:00 for the Z. Seconds since 1970. */
bool advisory_time_parse(const char *text, int64_t *seconds);
#define ADVISORY_TIME_MAX 24
void advisory_time_print(int64_t seconds, char text[ADVISORY_TIME_MAX]);

#endif
