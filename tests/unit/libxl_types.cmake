# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# The types of libxl, for which no daemon is needed.
nacre_unit_test(libxl_types SOURCES test_libxl_types.c LIBS xenlight_objects libxl_types)
