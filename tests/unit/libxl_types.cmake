# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# The types of libxl, for which no daemon is needed.
nacre_unit_test(libxl_types SOURCES test_libxl_types.c LIBS xenlight_objects libxl_types)

# Allocations of the library's own code fail one after the other.
nacre_unit_test(libxl_type_memory SOURCES test_libxl_type_memory.c LIBS xenlight_objects libxl_types)
foreach(call malloc calloc reallocarray strdup strndup)
  target_link_options(test_libxl_type_memory PRIVATE -Wl,--wrap=${call})
endforeach()

add_test(NAME unit.libxl_gen COMMAND ${CMAKE_CURRENT_LIST_DIR}/libxl_gen.sh
  $<TARGET_FILE:libxl_gen>)
set_tests_properties(unit.libxl_gen PROPERTIES LABELS host TIMEOUT 60)
