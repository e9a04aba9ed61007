#!/bin/sh
# Publishes folders that are new on the child by one rename, and with one all others that are new in the same place:
# ten thousand files of a hundred folders are one process instead of a hundred. Only files whose time and mode are
# right already, and only where a folder inherits neither group nor access list from its place; anything else leaves
# the folder to _ss_piece. `_ss_new K FOLDER` before any folder is made; `_ss_whole PLACE { K COUNT STAGED }...`
# leaves `gone` in `$_ss_wK`.
#
# Variables: R, _ss_checked; enter_folder.sh, publish.sh
# Input: none
# Output: none
# Exit status: none of its own
#
# Backticks: the oldest shells of hosts have nothing else.
# shellcheck disable=SC2006
# A && B || C: C is right wherever one of them fails.
# shellcheck disable=SC2015
# Words are split on purpose: numbers, names of functions.
# shellcheck disable=SC2086
# Variables and functions of the caller, as told above.
# shellcheck disable=SC2154

_ss_new() { [ -e "$R/$2" ] || [ -h "$R/$2" ] || eval "_ss_w$1=new"; }
_ss_see() { if [ $# = 1 ] && [ ! -e "$1" ] && [ ! -h "$1" ]; then shift; fi; _ss_seen=$((_ss_seen + $#)); }
_ss_holds() { _ss_seen=0; _ss_see "$1"/*; _ss_see "$1"/.[!.]*; _ss_see "$1"/..?*; [ $_ss_seen = $2 ]; }
_ss_whole() {
  [ $_ss_checked = yes ] || return 0
  _ss_ours; _ss_enter "$1" >/dev/null 2>&1 || return 0
  case `ls -ld . 2>/dev/null` in d?????[-x]???[\ .]*) ;; *) return 0;; esac
  shift; _ss_left=$(($# / 3)); _ss_taken=
  while [ $_ss_left -gt 0 ]; do
    _ss_left=$((_ss_left - 1)); _ss_k=$1 _ss_files=$2 _ss_from=$3; shift 3
    eval "[ \"\${_ss_w$_ss_k-}\" = new ]" && _ss_holds "$_ss_from" $_ss_files && _ss_holds "./${_ss_from##*/}" 0 || continue
    _ss_taken="$_ss_taken $_ss_k"; set -- "$@" "$_ss_from"
  done
  [ $# != 0 ] || return 0
  { chmod 755 "$@" && mv -f "$@" ./; } >/dev/null 2>&1
  for _ss_k in $_ss_taken; do
    [ -d "$1" ] || eval "_ss_w$_ss_k=gone"
    shift
  done
}
