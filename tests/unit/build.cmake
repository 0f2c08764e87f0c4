# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
nacre_unit_test(image_elf SOURCES test_image_elf.c image_samples.c
  LIBS nacre_image_core nacre_guest)
nacre_unit_test(elf_image SOURCES test_elf_image.c image_samples.c
  ${CMAKE_SOURCE_DIR}/hypervisor/core/elf_image.c LIBS nacre_image_core nacre_guest
  INCLUDES ${CMAKE_SOURCE_DIR}/hypervisor/include)
nacre_unit_test(advisory_194 SOURCES test_advisory_194.c image_samples.c
  LIBS nacre_image_core nacre_guest)
nacre_unit_test(image_unpack SOURCES test_image_unpack.c image_samples.c
  LIBS nacre_image_core nacre_guest)
nacre_unit_test(guest_tables SOURCES test_guest_tables.c LIBS nacre_guest)
nacre_unit_test(guest_build SOURCES test_guest_build.c fake_xen.c image_samples.c
  LIBS nacre_guest nacre_ctrl nacre_image_core
  DEFS NACRE_IMAGE_DIR="$<TARGET_FILE_DIR:nacre-image>")
nacre_unit_test(ctrl SOURCES test_ctrl.c fake_xen.c LIBS nacre_ctrl)
nacre_unit_test(ctrl_livepatch SOURCES test_ctrl_livepatch.c fake_livepatch.c fake_xen.c
  LIBS nacre_ctrl)
nacre_unit_test(guest_loader SOURCES test_guest_loader.c LIBS nacre_guest nacre_image_sandbox)
