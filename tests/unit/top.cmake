# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
nacre_unit_test(top_view SOURCES test_top_view.c LIBS nacre_top)
nacre_unit_test(top_screen SOURCES test_top_screen.c terminal.c fake_nacred.c LIBS nacre_json util
  DEFS XENTOP_PROGRAM="$<TARGET_FILE:xentop>")
add_dependencies(test_top_screen xentop)
nacre_unit_test(top_program SOURCES test_top_program.c xl_run.c fake_nacred.c LIBS nacre_json
  DEFS XL_PROGRAM="$<TARGET_FILE:xl>" XENTOP_PROGRAM="$<TARGET_FILE:xentop>"
  NACRE_VERSION="${PROJECT_VERSION}")
add_dependencies(test_top_program xl xentop)
