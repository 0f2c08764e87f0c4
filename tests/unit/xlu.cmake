# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# libxlutil by target: the one just built.
nacre_unit_test(xlu SOURCES test_xlu.c LIBS xlutil xenlight)
