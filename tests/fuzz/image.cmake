# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
add_executable(fuzz_image ${CMAKE_CURRENT_LIST_DIR}/fuzz_image.c ${CMAKE_CURRENT_LIST_DIR}/../unit/image_samples.c
  ${CMAKE_SOURCE_DIR}/hypervisor/core/elf_image.c)
target_include_directories(fuzz_image PRIVATE ${CMAKE_CURRENT_LIST_DIR}/../unit
  ${CMAKE_SOURCE_DIR}/hypervisor/include)
target_link_libraries(fuzz_image PRIVATE nacre_image_core nacre_guest)
set_target_properties(fuzz_image PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
add_test(NAME fuzz.image COMMAND fuzz_image -n 3000)
set_tests_properties(fuzz.image PROPERTIES LABELS host TIMEOUT 300)
