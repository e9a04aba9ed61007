#!/bin/sh
# Makes a symbolic link anew, beside its place, and renames it there.
#
# Variables: S (the stage), M (mark of the answer); enter_folder.sh, keep_in_trash.sh
# Input: none
# Output: for each call of `_ss_l INDEX FOLDER NAME TARGET` what went wrong, then a line `M INDEX STATUS`
# Exit status: of a record: 0 made, 3 a folder is in the way, 9 failed

_ss_link() {
  _ss_enter "$2" || return $?
  if [ -d "./$3" ] && [ ! -h "./$3" ]; then echo "a folder stands in the way"; return 3; fi
  if [ -f "./$3" ] && [ ! -h "./$3" ]; then _ss_keep "$2" "./$3" || return 9; fi
  _ss_made=$S/link-$M
  rm -rf "$_ss_made"; mkdir -p "$_ss_made" && ln -s "$4" "$_ss_made/$3" && mv -f "$_ss_made/$3" ./ || return 9
  rm -rf "$_ss_made"
}
_ss_l() { _ss_link "$@" 2>&1; _ss_status=$?; echo; echo "$M $1 $_ss_status"; }
