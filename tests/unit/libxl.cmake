# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
foreach(noun
    ctx
    file
    )
  nacre_unit_test(libxl_${noun} SOURCES test_libxl_${noun}.c libxl_fixture.c fake_nacred.c
    LIBS xenlight_objects libxl_types)
endforeach()
