# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
#
# cmake -DNM=nm -P symbols.cmake IMAGE OUTPUT.c
# Writes the sorted table of function addresses and names, and the table of global
# variables (arch/x86/symbols.h).  Their addresses depend on the length of these
# tables, so that the linker has to fill them in.
math(EXPR last "${CMAKE_ARGC} - 1")
math(EXPR before "${CMAKE_ARGC} - 2")
set(image "${CMAKE_ARGV${before}}")
set(output "${CMAKE_ARGV${last}}")

execute_process(COMMAND ${NM} -n --defined-only ${image}
  OUTPUT_VARIABLE lines COMMAND_ERROR_IS_FATAL ANY)
string(REGEX MATCHALL "[0-9a-f]+ [BDR] [A-Za-z0-9_]+" variables "${lines}")
string(REGEX MATCHALL "[0-9a-f]+ [tT] [A-Za-z0-9_.]+" lines "${lines}")

set(offsets "")
set(names "")
set(count 0)
set(previous "")
foreach(line IN LISTS lines)
  string(REGEX MATCH "^([0-9a-f]+) . (.*)$" unused "${line}")
  set(address ${CMAKE_MATCH_1})
  set(name ${CMAKE_MATCH_2})
  if(NOT address STREQUAL previous)
    # The image lies in the top 2 GiB: 32 bits tell the address.
    string(REGEX REPLACE "^ffffffff" "0x" address32 ${address})
    string(APPEND offsets "\t${address32},\n")
    string(APPEND names "\t\"${name}\\0\"\n")
    math(EXPR count "${count} + 1")
    set(previous ${address})
  endif()
endforeach()

set(declarations "")
set(exported "")
foreach(line IN LISTS variables)
  string(REGEX REPLACE "^[0-9a-f]+ . " "" name "${line}")
  if(NOT name MATCHES "^(symbol_|exported)")
    list(APPEND sorted ${name})
  endif()
endforeach()
list(SORT sorted) # the second link has them in another order
list(LENGTH sorted exported_count)
foreach(name IN LISTS sorted)
  string(APPEND declarations "extern const char variable_${name}[] __asm__(\"${name}\");\n")
  string(APPEND exported "\t{\"${name}\", (uintptr_t)variable_${name}},\n")
endforeach()

file(WRITE ${output} "/* Made by symbols.cmake from the first link of the image. */
#include \"symbols.h\"

const uint32_t symbol_count = ${count};
const uint32_t symbol_addresses[] = {
${offsets}};
const char symbol_names[] =
${names};
${declarations}
const uint32_t exported_count = ${exported_count};
const struct exported_symbol exported[] = {
${exported}};
")
