# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# Boots one guest over the hypervisor alone; not installed.
add_executable(guest_boot ${CMAKE_CURRENT_LIST_DIR}/guest_boot.c)
target_link_libraries(guest_boot PRIVATE nacre_guest nacre_ctrl xenevtchn)
set_target_properties(guest_boot PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/test)
