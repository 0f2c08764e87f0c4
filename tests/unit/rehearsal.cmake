# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
nacre_unit_test(guest_test SOURCES test_guest_test.c LIBS nacre_rehearsal)
nacre_unit_test(guest_run SOURCES test_guest_run.c LIBS nacre_rehearsal)
nacre_unit_test(trial SOURCES test_trial.c LIBS nacre_rehearsal)
