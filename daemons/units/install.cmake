# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# Installs the units with the prefix that is installed into, whichever was configured:
# cmake --install takes another one, and a package is made for /usr.
file(GLOB units RELATIVE ${UNITS} ${UNITS}/*)
get_filename_component(work ${UNITS} DIRECTORY)
file(REMOVE_RECURSE ${work}/installed)
foreach(unit ${units})
  file(READ ${UNITS}/${unit} text)
  string(REPLACE "/PREFIX/" "${CMAKE_INSTALL_PREFIX}/" text "${text}")
  file(WRITE ${work}/installed/${unit} "${text}")
endforeach()
file(INSTALL ${work}/installed/ DESTINATION ${CMAKE_INSTALL_PREFIX}/${UNIT_DIR})
