#!/bin/sh
# Deletes regular files: `_ss_delete FOLDER ./NAME...`, or one by the operator's command: `_ss_deletecmd FOLDER
# ./NAME COMMAND`.
#
# Variables: go_to_folder.sh, keep_in_trash.sh; the functions _ss_run and _ss_mark (of the record script)
# Input: none
# Output: a record for each file
# Exit status: of a record: 0 it is gone, 2 a link, 3 no regular file, 9 failed
#
# Words are split on purpose: numbers, names of functions.
# shellcheck disable=SC2086
# Variables and functions of the caller, as told above.
# shellcheck disable=SC2154

_ss_one() {
  [ $_ss_went = 1 ] && return 0
  if [ $_ss_went != 0 ]; then echo "$_ss_why"; return $_ss_went; fi
  if [ -h "$1" ]; then echo "a symbolic link stands in its place"; return 2; fi
  if [ -d "$1" ]; then echo "a folder stands in its place"; return 3; fi
  if [ ! -f "$1" ]; then
    [ ! -e "$1" ] && return 0
    echo "it is no regular file"; return 3
  fi
  _ss_keep "$_ss_want" "$1" || return 9
  if [ -n "$2" ]; then _ss_run "$2" || { _ss_status=$?; echo "deletecmd ended with status $_ss_status"; return 9; }; else rm -f "$1" || return 9; fi
  if [ -f "$1" ]; then echo "the file is still there"; return 9; fi
}
_ss_delete() {
  _ss_go "$1"; _ss_went=$?; shift
  if [ $_ss_went = 0 ] && [ $# -gt 1 ]; then
    _ss_plain=yes
    for _ss_name do if [ -h "$_ss_name" ] || [ ! -f "$_ss_name" ]; then _ss_plain=no; fi; done
    [ $_ss_plain = yes ] && _ss_keep "$_ss_want" "$@" 2>/dev/null && rm -f "$@" 2>/dev/null
  fi
  for _ss_name do _ss_one "$_ss_name" "" 2>&1 </dev/null; _ss_mark f $?; done
}
_ss_deletecmd() { _ss_go "$1"; _ss_went=$?; _ss_one "$2" "$3" 2>&1; _ss_mark f $?; }
