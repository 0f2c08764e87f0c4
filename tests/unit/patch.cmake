# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
nacre_unit_test(payload SOURCES test_payload.c patch_file.c hvcall.c LIBS nacre_patch hvcore_host
  INCLUDES ${CMAKE_SOURCE_DIR}/hypervisor)
nacre_unit_test(signature SOURCES test_signature.c LIBS nacre_signature)
foreach(noun diff_text compare recipe)
  nacre_unit_test(${noun} SOURCES test_${noun}.c LIBS nacre_livepatch_build)
endforeach()
