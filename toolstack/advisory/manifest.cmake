# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# The manifest of one program: its build-id and the fixes that its source lists.
execute_process(COMMAND ${READELF} -nW ${PROGRAM} OUTPUT_VARIABLE notes
  COMMAND_ERROR_IS_FATAL ANY)
if(NOT notes MATCHES "Build ID: ([0-9a-f]+)")
  message(FATAL_ERROR "${PROGRAM} has no build-id")
endif()
set(build_id ${CMAKE_MATCH_1})
file(STRINGS ${FIXES} lines REGEX "^[A-Z]")
set(fixes)
foreach(line ${lines})
  string(REGEX MATCH "^[^ ]+" id ${line})
  list(APPEND fixes "\"${id}\"")
endforeach()
list(JOIN fixes ", " fixes)
file(WRITE ${OUTPUT} "{\"format\": 1, \"component\": \"${COMPONENT}\", \"version\": \"${VERSION}\", "
  "\"build_id\": \"${build_id}\", \"fixes\": [${fixes}]}\n")
