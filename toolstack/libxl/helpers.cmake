# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# Helpers that need no hypervisor, and what asks nacred and waits for its answer.
target_sources(xenlight_objects PRIVATE
  libxl_bitmap.c
  libxl_cpuid.c
  libxl_cpupool.c
  libxl_domain.c
  libxl_dump.c
  libxl_file.c
  libxl_host.c
  libxl_maps.c
  libxl_nodes.c
  libxl_pci.c
  libxl_psr.c
  libxl_query.c
  libxl_retrieve.c
  libxl_sched.c
  libxl_sched_vcpu.c
  libxl_signal.c
  libxl_strings.c
  libxl_target.c
  libxl_unsupported.c
  libxl_userdata.c
  libxl_uuid.c
  libxl_vcpu.c
)
target_link_libraries(xenlight_objects PUBLIC nacre_config)
set_target_properties(nacre_config PROPERTIES POSITION_INDEPENDENT_CODE ON)

# For programs: apart from Xen's own headers and libraries.
install(DIRECTORY include/ DESTINATION include/nacre/libxl FILES_MATCHING PATTERN "*.h")
install(FILES ${LIBXL_MADE}/_libxl_types.h ${LIBXL_MADE}/_libxl_types_json.h
  DESTINATION include/nacre/libxl)
install(FILES xenlight.pc DESTINATION lib/nacre/libxl/pkgconfig)
