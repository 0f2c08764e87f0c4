# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# Helpers that need no hypervisor, and what asks nacred and waits for its answer.
pkg_check_modules(UUID REQUIRED IMPORTED_TARGET uuid)
target_sources(xenlight_objects PRIVATE
  libxl_bitmap.c
  libxl_file.c
  libxl_strings.c
  libxl_uuid.c
)
target_link_libraries(xenlight_objects PUBLIC PkgConfig::UUID)
