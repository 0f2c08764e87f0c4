# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
foreach(noun
    ao
    child
    console
    create
    ctx
    dump
    file
    change
    query
    sched
    event
    osevent
    stress
    )
  nacre_unit_test(libxl_${noun} SOURCES test_libxl_${noun}.c libxl_fixture.c
    libxl_loop_fixture.c fake_nacred.c
    LIBS xenlight_objects libxl_types)
endforeach()

add_executable(libxl_threads libxl_threads.c libxl_fixture.c fake_nacred.c)
target_link_libraries(libxl_threads PRIVATE nacre_host_flags xenlight_objects libxl_types
  PkgConfig::CRITERION)
target_compile_options(libxl_threads PRIVATE -Wno-undef -Wno-strict-prototypes)
set_target_properties(libxl_threads PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
add_test(NAME unit.libxl_threads COMMAND libxl_threads)
set_tests_properties(unit.libxl_threads PROPERTIES LABELS host TIMEOUT 300)
