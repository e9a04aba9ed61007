#!/bin/sh
# Keeps what is replaced or deleted: `_ss_keep FOLDER ./NAME...` links or copies files of the working folder into
# the trash.
#
# Variables: T (folder of the run in the trash)
# Input: none
# Output: none
# Exit status: of the function: 0 kept, 9 failed

_ss_keep() {
  _ss_to=$T/$1; shift
  [ -d "$_ss_to" ] || mkdir -p "$_ss_to" || return 9
  ln "$@" "$_ss_to/" 2>/dev/null
  for _ss_kept do
    [ -f "$_ss_to/$_ss_kept" ] && continue
    cp -p "$_ss_kept" "$_ss_to/.sshsync" && mv -f "$_ss_to/.sshsync" "$_ss_to/$_ss_kept" || return 9
  done
}
