# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
nacre_unit_test(json SOURCES test_json.c LIBS nacre_json)
foreach(noun jsonrpc nacred_schema nacred_config nacred_records nacred_model nacred_client)
  nacre_unit_test(${noun} SOURCES test_${noun}.c LIBS nacred_core)
endforeach()
