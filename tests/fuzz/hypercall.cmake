# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# Coverage-guided, so clang's: the core and the vendor part over the fake machine,
# its heap replaced by one that the sanitizers know.
if(NOT CMAKE_C_COMPILER_ID STREQUAL "Clang" OR NOT NACRE_SANITIZE)
  return()
endif()
set(hv ${CMAKE_SOURCE_DIR}/hypervisor)
set(here ${CMAKE_CURRENT_LIST_DIR})
file(GLOB sources CONFIGURE_DEPENDS ${hv}/core/*.c ${hv}/arch/x86/svm/*.c ${hv}/arch/host/*.c
  ${here}/hypercall/*.c)
list(FILTER sources EXCLUDE REGEX "core/(string|heap)\\.c$|arch/host/(hvm|nested)\\.c$")
list(APPEND sources ${here}/fuzz_hypercall.c ${hv}/arch/x86/npt.c ${hv}/arch/x86/xstate.c
  ${hv}/arch/x86/relocate.c)
function(hypercall_fuzzer name)
  add_executable(${name} ${sources} ${ARGN})
  target_include_directories(${name} PRIVATE ${hv}/include ${hv} ${hv}/arch/host ${here}/hypercall)
  target_compile_definitions(${name} PRIVATE __XEN_INTERFACE_VERSION__=0x00041100 __XEN_TOOLS__=1
    _GNU_SOURCE)
  target_compile_options(${name} PRIVATE -fno-strict-aliasing -fno-builtin-strlcpy
    -fsanitize=fuzzer -include ${here}/hypercall/fake_insn.h)
  target_link_options(${name} PRIVATE -fsanitize=fuzzer)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
endfunction()
hypercall_fuzzer(fuzz_hypercall)
target_link_libraries(fuzz_hypercall PRIVATE nacre_host_flags)
# The same under the memory sanitizer, which the address sanitizer excludes.
hypercall_fuzzer(fuzz_leaks ${here}/fuzz_leaks.c)
target_compile_options(fuzz_leaks PRIVATE -fsanitize=memory -fno-sanitize-recover=all)
target_link_options(fuzz_leaks PRIVATE -fsanitize=memory
  -Wl,--wrap=handle_copy_out,--wrap=copy_to_gva,--wrap=copy_to_gpa,--wrap=copy_to_vcpu_gva)

# The corpus once, then mutations of it, the same ones each time.  ./check --long
# makes millions, and keeps what it finds in the build directory.
file(GLOB corpus CONFIGURE_DEPENDS ${here}/hypercall_corpus/*)
list(JOIN corpus "," corpus)
file(WRITE ${CMAKE_BINARY_DIR}/hypercall_corpus.txt "${corpus}")
file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/hypercall_found)
add_test(NAME fuzz.hypercall COMMAND fuzz_hypercall -runs=12000 -seed=1 -max_len=512 -timeout=60
  -seed_inputs=@${CMAKE_BINARY_DIR}/hypercall_corpus.txt -artifact_prefix=${CMAKE_BINARY_DIR}/)
set_tests_properties(fuzz.hypercall PROPERTIES LABELS host TIMEOUT 600)
# The corpus only: it reaches what can be reached, and this looks at what comes out.
add_test(NAME fuzz.leaks COMMAND fuzz_leaks -runs=1 ${here}/hypercall_corpus)
set_tests_properties(fuzz.leaks PROPERTIES LABELS host TIMEOUT 600)
