#!/bin/sh
# Publishes staged files. A batch K is a function `_ss_pK` that runs its arguments with the operands of the batch
# behind them, and `_ss_lK`, the lines that are expected of these. Operands are staged files, `$A` in front, or
# files in place, `./NAME`. A batch whose lines were as expected is published as a whole by a handful of processes;
# where anything fails, and else, file by file, so that each gets its own answer. Functions: `_ss_rename MODE ISO
# STAMP OPERAND...`, `_ss_alone FOLDER MODE ISO STAMP OPERAND INODE SIZE`, `_ss_piece K FOLDER MODE ISO STAMP`.
#
# Variables: R, S, L, M, _ss_checked, _ss_keeps, _ss_looking; enter_folder.sh, keep_in_trash.sh; the functions
#   _ss_settime, _ss_move
# Input: none
# Output: records: a message, then a line `M K STATUS` for a batch, `M K:f STATUS` for a file
# Exit status: 71: the lease was lost; of a record: 0 published, 3 a folder is in the way, 4 not the file that was
#   verified, 5 a hard link to elsewhere, 9 failed
#
# Backticks: the oldest shells of hosts have nothing else.
# shellcheck disable=SC2006
# Words are split on purpose: fields without blanks.
# shellcheck disable=SC2046
# Words are split on purpose: numbers, names of functions.
# shellcheck disable=SC2086
# Variables and functions of the caller, as told above.
# shellcheck disable=SC2154

_ss_nl='
'
_ss_ours() { [ -f "$R/.sshsync/lock/by-$L" ] || { echo 'the lease was lost' >&2; exit 71; }; }
_ss_meta() {
  _ss_mode=$1 _ss_iso=$2 _ss_stamp=$3; shift 3
  if [ -n "$_ss_iso" ]; then _ss_settime "$@" || return 9; fi
  if [ -n "$_ss_mode" ]; then chmod "$_ss_mode" "$@" || return 9; fi
}
_ss_keep_old() {
  [ $_ss_keeps = yes ] || return 0
  for _ss_new do
    shift; _ss_name=./${_ss_new##*/}
    if [ -f "$_ss_name" ] && [ ! -h "$_ss_name" ]; then set -- "$@" "$_ss_name"; fi
  done
  [ $# = 0 ] || _ss_keep "$_ss_dir" "$@"
}
_ss_rename() {
  case $4 in ./*) _ss_meta "$@"; return $?;; esac
  _ss_meta "$@" || return 1
  shift 3
  for _ss_new do if [ -d "./${_ss_new##*/}" ] && [ ! -h "./${_ss_new##*/}" ]; then return 1; fi; done
  _ss_keep_old "$@" && _ss_move "$@"
}
_ss_same() { _ss_inode=$2 _ss_size=$3; set -- `ls -dlni "$1" 2>/dev/null`; _ss_links=$3; [ "$1" = "$_ss_inode" ] && [ "$6" = "$_ss_size" ]; }
_ss_linked=
_ss_own_links() {
  [ -n "$_ss_linked" ] || _ss_linked=`find "$S" -type f -links +1 -exec ls -dni {} + | sed -n 's/^ *\([0-9][0-9]*\) .*/\1/p' | sort | uniq -c |
    while read -r _ss_n _ss_i; do echo "$_ss_n of $_ss_i."; done`
  case "$_ss_nl$_ss_linked" in *"$_ss_nl$_ss_links of $_ss_inode."*) return 0;; esac
  return 1
}
_ss_alone() {
  _ss_enter "$1"; _ss_went=$?; _ss_name=./${5##*/}
  case $_ss_went in 0) ;; 1) [ $_ss_looking = yes ] || return 9;; *) return $_ss_went;; esac
  if [ $_ss_went = 0 ] && [ -d "$_ss_name" ] && [ ! -h "$_ss_name" ]; then echo "a folder stands in the way"; return 3; fi
  case $5 in ./*)
    if [ -h "$5" ] || ! _ss_same "$5" $6 $7; then echo "the file is not the one that was looked at"; return 4; fi
    _ss_meta "$2" "$3" "$4" "$5"; return $?;;
  esac
  if [ $_ss_looking = no ] && [ ! -f "$5" ] && [ ! -h "$_ss_name" ] && _ss_same "$_ss_name" $6 $7; then return 0; fi
  if [ -h "$5" ] || ! _ss_same "$5" $6 $7; then echo "the staged file is not the one that was verified"; return 4; fi
  if [ "$_ss_links" -gt 1 ] && ! _ss_own_links; then echo "what arrived is a hard link to a file elsewhere, not a copy"; return 5; fi
  [ $_ss_looking = no ] || return 0
  _ss_meta "$2" "$3" "$4" "$5" || return 9
  if [ -f "$_ss_name" ] && [ ! -h "$_ss_name" ]; then _ss_keep "$1" "$_ss_name" || return 9; fi
  _ss_move "$5" || return 9
}
_ss_singly() {
  _ss_k=$1 _ss_goal=$2 _ss_m=$3 _ss_t=$4 _ss_s=$5; shift 5
  eval "_ss_rest=\$_ss_l$_ss_k"
  for _ss_file do
    _ss_line=${_ss_rest%%"$_ss_nl"*}; _ss_rest=${_ss_rest#*"$_ss_nl"}; _ss_ours
    _ss_alone "$_ss_goal" "$_ss_m" "$_ss_t" "$_ss_s" "$_ss_file" $_ss_line 2>&1; _ss_status=$?
    [ $_ss_status = 0 ] || _ss_worst=$_ss_status
    echo; echo "$M $_ss_k:f $_ss_status"
  done
}
_ss_piece() {
  _ss_ours
  if eval "[ \"\${_ss_w$1-}\" = gone ]"; then echo; echo "$M $1 0"; return; fi
  if [ $_ss_checked = yes ] && _ss_enter "$2" >/dev/null 2>&1 && _ss_p$1 _ss_rename "$3" "$4" "$5" >/dev/null 2>&1; then
    echo; echo "$M $1 0"
  else
    _ss_p$1 _ss_singly "$@"
  fi
}
