# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# The Debian package: `cpack -G DEB` in the build directory.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME nacre)
set(CPACK_PACKAGE_VENDOR "The Nacre authors")
set(CPACK_PACKAGE_CONTACT "The Nacre authors <nacre@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "Small type-1 hypervisor that speaks the Xen 4.17 ABI")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
"The hypervisor, the daemons nacred, xenstored and xenconsoled, and the tools
 nacre and xl.  Hosted instances run under QEMU, without root and without a
 reboot; systemd starts them with the machine where nacre@NAME.target is enabled.")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION admin)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS ${NACRE_LIB_DIR}/libxl)
set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_CURRENT_LIST_DIR}/own_libraries.cmake)
# Domain 0 of a bare-metal machine needs no QEMU.
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS qemu-system-x86)
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "xenstore-utils, gcc, cmake")
# Two toolstacks on one machine would each change the other's guests; and programs and
# pages of the same name.
set(CPACK_DEBIAN_PACKAGE_CONFLICTS xen-utils-common)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(NACRE_SCRIPTS ${CMAKE_CURRENT_LIST_DIR})
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${NACRE_SCRIPTS}/postinst ${NACRE_SCRIPTS}/prerm
  ${NACRE_SCRIPTS}/postrm)
include(CPack)
