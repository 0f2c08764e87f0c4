# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
#
# cmake -DIMAGE= -DOUTPUT= -DSOURCE= -DREADELF= -DLINKER= -DHEADERS= -DVERSION=
#       -DVARIABLES="NAME=VALUE;..." -P recipe.cmake
# Records how the image was built, in a file named after its build-id in directory
# OUTPUT: what nacre-livepatch-build needs to build the very same image again
# (nacre-livepatch(7)).
cmake_minimum_required(VERSION 3.25)
execute_process(COMMAND ${READELF} -n ${IMAGE} OUTPUT_VARIABLE notes
  COMMAND_ERROR_IS_FATAL ANY)
if(NOT notes MATCHES "Build ID: ([0-9a-f]+)")
  message(FATAL_ERROR "${IMAGE} has no build-id")
endif()
set(id ${CMAKE_MATCH_1})

# @text as a JSON string.
function(quote text out)
  string(REPLACE "\\" "\\\\" text "${text}")
  string(REPLACE "\"" "\\\"" text "${text}")
  set(${out} "\"${text}\"" PARENT_SCOPE)
endfunction()
# The first line that a program says with --version.
function(version_of program out)
  execute_process(COMMAND ${program} --version OUTPUT_VARIABLE text ERROR_QUIET)
  string(REGEX REPLACE "\n.*" "" text "${text}")
  quote("${text}" text)
  set(${out} ${text} PARENT_SCOPE)
endfunction()

set(json "{\n    \"build_id\": \"${id}\",\n    \"version\": \"${VERSION}\",\n")

# Which commit, and whether what it says about the hypervisor was changed since.
execute_process(COMMAND git -C ${SOURCE} rev-parse HEAD OUTPUT_VARIABLE commit
  OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE rc)
if(rc EQUAL 0)
  execute_process(COMMAND git -C ${SOURCE} status --porcelain -- hypervisor CMakeLists.txt
    OUTPUT_VARIABLE changes ERROR_QUIET)
  string(COMPARE NOTEQUAL "${changes}" "" modified)
  set(words false true)
  list(GET words ${modified} modified)
  string(APPEND json "    \"commit\": \"${commit}\",\n    \"modified\": ${modified},\n")
endif()

string(APPEND json "    \"cmake\": {")
set(comma "")
foreach(pair IN LISTS VARIABLES)
  string(REGEX MATCH "^([^=]+)=(.*)$" unused "${pair}")
  set(name ${CMAKE_MATCH_1})
  quote("${CMAKE_MATCH_2}" value)
  if(name STREQUAL "CMAKE_C_COMPILER")
    version_of("${CMAKE_MATCH_2}" compiler)
  endif()
  string(APPEND json "${comma}\n        \"${name}\": ${value}")
  set(comma ",")
endforeach()
version_of(${LINKER} linker)
string(APPEND json "\n    },\n    \"compiler\": ${compiler},\n    \"linker\": ${linker},\n")

# What it was built from: to say why another build is another image.
file(GLOB_RECURSE sources RELATIVE ${SOURCE} ${SOURCE}/hypervisor/*)
list(FILTER sources EXCLUDE REGEX "arch/host/|\\.(md|txt)$")
list(APPEND sources CMakeLists.txt)
file(GLOB_RECURSE headers RELATIVE ${HEADERS} ${HEADERS}/xen/*.h)
foreach(kind sources headers)
  set(root ${SOURCE})
  if(kind STREQUAL "headers")
    set(root ${HEADERS})
  endif()
  string(APPEND json "    \"${kind}\": {")
  set(comma "")
  foreach(file IN LISTS ${kind})
    file(SHA256 ${root}/${file} hash)
    string(APPEND json "${comma}\n        \"${file}\": \"${hash}\"")
    set(comma ",")
  endforeach()
  string(APPEND json "\n    },\n")
endforeach()
string(REGEX REPLACE ",\n$" "\n}\n" json "${json}")

file(REMOVE_RECURSE ${OUTPUT})
file(WRITE ${OUTPUT}/${id}.json "${json}")
