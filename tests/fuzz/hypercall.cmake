# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# Coverage-guided, so clang's: the core and the vendor part over the fake machine,
# its heap replaced by one that the sanitizers know.
if(NOT CMAKE_C_COMPILER_ID STREQUAL "Clang" OR NOT NACRE_SANITIZE)
  return()
endif()
set(hv ${CMAKE_SOURCE_DIR}/hypervisor)
set(here ${CMAKE_CURRENT_LIST_DIR})
file(GLOB sources CONFIGURE_DEPENDS ${hv}/core/*.c ${hv}/arch/x86/svm/*.c ${here}/hypercall/*.c)
list(FILTER sources EXCLUDE REGEX "core/(string|heap)\\.c$")
add_executable(fuzz_hypercall ${here}/fuzz_hypercall.c ${sources} ${hv}/arch/x86/npt.c
  ${hv}/arch/x86/xstate.c ${hv}/arch/host/machine.c ${hv}/arch/host/processor.c)
target_include_directories(fuzz_hypercall PRIVATE ${hv}/include ${hv} ${hv}/arch/host
  ${here}/hypercall)
target_compile_definitions(fuzz_hypercall PRIVATE __XEN_INTERFACE_VERSION__=0x00041100)
target_compile_options(fuzz_hypercall PRIVATE -fno-strict-aliasing -fno-builtin-strlcpy
  -fsanitize=fuzzer -include ${here}/hypercall/fake_insn.h)
target_link_options(fuzz_hypercall PRIVATE -fsanitize=fuzzer)
target_link_libraries(fuzz_hypercall PRIVATE nacre_host_flags)
set_target_properties(fuzz_hypercall PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
# The corpus once, then mutations of it, the same ones each time.  ./check --long
# makes millions, and keeps what it finds in the build directory.
file(GLOB corpus CONFIGURE_DEPENDS ${here}/hypercall_corpus/*)
list(JOIN corpus "," corpus)
file(WRITE ${CMAKE_BINARY_DIR}/hypercall_corpus.txt "${corpus}")
file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/hypercall_found)
add_test(NAME fuzz.hypercall COMMAND fuzz_hypercall -runs=12000 -seed=1 -max_len=512 -timeout=60
  -seed_inputs=@${CMAKE_BINARY_DIR}/hypercall_corpus.txt -artifact_prefix=${CMAKE_BINARY_DIR}/)
set_tests_properties(fuzz.hypercall PROPERTIES LABELS host TIMEOUT 600)
