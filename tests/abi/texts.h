/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* JSON that nobody prints but somebody may write. */
#ifndef NACRE_TESTS_TEXTS_H
#define NACRE_TESTS_TEXTS_H

struct text {
	const char *type; /* NULL: the end */
	const char *text;
};

extern const struct text texts[];

#endif
