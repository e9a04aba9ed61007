#!/bin/sh
# Tells what the host and the repository's folder are.
#
# Variables: P (the folder), the function _ss_space (of the host's preset)
# Input: none
# Output: lines `KEY VALUE`: uid, now (UTC), system, stat (c, f, p or l), tar, cpus, aes, writable, df, root
# Exit status: 3: the folder cannot be entered
#
# Backticks: the oldest shells of hosts have nothing else.
# shellcheck disable=SC2006

cd "$P" || exit 3
if stat -c %s / >/dev/null 2>&1; then s=c; elif stat -f %z / >/dev/null 2>&1; then s=f; elif perl -e 'exit 0' >/dev/null 2>&1; then s=p; else s=l; fi
echo "uid `id -u 2>/dev/null`"; echo "now `date -u +%Y%m%d%H%M%S`"; echo "system `uname -s -r -m 2>/dev/null`"; echo "stat $s"
if command -v tar >/dev/null 2>&1; then echo "tar 1"; fi
echo "cpus `getconf _NPROCESSORS_ONLN 2>/dev/null || getconf NPROCESSORS_ONLN 2>/dev/null || nproc 2>/dev/null`"
if grep ' aes' /proc/cpuinfo >/dev/null 2>&1; then echo "aes 1"; fi
if [ -w . ]; then echo "writable 1"; else echo "writable 0"; fi
echo "df `_ss_space 2>/dev/null | sed -n 2p`"; echo "root `pwd -P`"
