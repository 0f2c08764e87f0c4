/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Hypercalls that only the fake machine of tests/unit/fake_machine.c has. */
#ifndef FAKE_MACHINE_H
#define FAKE_MACHINE_H

#define FAKE_COUNT 60 /* how many of enum fake_what are outstanding */
#define FAKE_DIE   61
#define FAKE_HANG  62

enum fake_what { FAKE_REFS, FAKE_GRANTS, FAKE_PORTS };

#endif
