# SPDX-License-Identifier: GPL-2.0-or-later
# SPDX-FileCopyrightText: 2026 The Nacre authors
# Libraries of ours that have the names of Debian's: who needs them finds them in this
# package.  dpkg-shlibdeps reads that in a file beside the staging directory.
file(WRITE ${CPACK_TEMPORARY_DIRECTORY}/debian/shlibs.local "libxenlight 4.17\nlibxlutil 4.17\n")
