#!/bin/sh
# Looks at files that are to be published together, and keeps what they will replace: `_ss_look K FOLDER MODE ISO
# STAMP` for a batch; what does not fit at once is gone through one by one, and laid out if it fits then.
#
# Variables: R, U (the folder `undo`), M, _ss_checked; enter_folder.sh, publish.sh, keep_in_trash.sh
# Input: none
# Output: records as publish.sh; $_ss_bad tells whether any failed
# Exit status: as publish.sh
#
# Words are split on purpose: numbers, names of functions.
# shellcheck disable=SC2086
# Variables and functions of the caller, as told above.
# shellcheck disable=SC2154

_ss_bad=no
_ss_note_made() {
  _ss_old=$IFS; IFS=/; set -f; set -- $1; set +f; IFS=$_ss_old
  _ss_above=
  for _ss_part do
    _ss_above=$_ss_above/$_ss_part
    [ -d "$R$_ss_above" ] && continue
    mkdir -p "$U/made$_ss_above" && : >"$U/made$_ss_above/.sshsync" || return 9
  done
}
_ss_save() {
  for _ss_new do
    shift; _ss_name=./${_ss_new##*/}
    if [ -h "$_ss_name" ]; then
      mkdir -p "$U/old/$_ss_dir" && rm -f "$U/old/$_ss_dir/$_ss_name" && cp -RP "$_ss_name" "$U/old/$_ss_dir/" || return 9
    elif [ -d "$_ss_name" ]; then return 3
    elif [ -f "$_ss_name" ]; then set -- "$@" "$_ss_name"
    fi
  done
  [ $# = 0 ] || _ss_keep "$_ss_dir" "$@"
}
_ss_lay_out() {
  _ss_enter "$2" >/dev/null 2>&1
  case $? in 0) _ss_p$1 _ss_save >/dev/null;; 1) _ss_note_made "$2";; *) return 9;; esac
}
_ss_look() {
  _ss_worst=0
  if [ $_ss_checked = yes ] && _ss_lay_out "$@"; then echo; echo "$M $1 0"; return 0; fi
  _ss_p$1 _ss_singly "$@"
  [ $_ss_worst = 0 ] && [ $_ss_checked = no ] && _ss_lay_out "$@" || _ss_bad=yes
}
