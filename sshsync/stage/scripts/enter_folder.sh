#!/bin/sh
# Walks to folders of the repository without following links. `_ss_walk FOLDER` and `_ss_enter FOLDER` go there;
# `_ss_same_fs ./FOLDER...` makes what is missing and asks of all, and of the stage, at once whether they are on one
# file system.
#
# Variables: R (the repository), S (the stage), F (yes: links among the folders are followed), _ss_making,
#   _ss_looking, _ss_one_fs; the functions _ss_where and _ss_devices (of the host's tools)
# Input: none
# Output: on failure a sentence
# Exit status: of the functions: 0 there, 1 there is no such folder, 2 it is not safe to go there, 9 failed
#
# Backticks: the oldest shells of hosts have nothing else.
# shellcheck disable=SC2006
# Words are split on purpose: fields without blanks.
# shellcheck disable=SC2046
# Words are split on purpose: numbers, names of functions.
# shellcheck disable=SC2086

[ -z "${ZSH_VERSION-}" ] || setopt sh_word_split no_nomatch
_ss_dir=; _ss_fs=; _ss_one_fs=no; _ss_making=yes; _ss_looking=no
_ss_walk() {
  [ "$1" = "$_ss_dir" ] && return 0
  _ss_dir=; cd "$R" || return 9
  _ss_old=$IFS; IFS=/; set -f; set -- "$1" $1; set +f; IFS=$_ss_old
  _ss_want=$1; shift
  if [ "$_ss_want" != . ]; then
    for _ss_part do
      if [ -h "./$_ss_part" ] && [ $F = no ]; then echo "$_ss_part is a symbolic link"; return 2; fi
      if [ ! -d "./$_ss_part" ]; then [ $_ss_making = yes ] || return 1; mkdir "./$_ss_part" || return 9; fi
      cd -P "./$_ss_part" || return 9
    done
    if [ $F = no ] && [ "$PWD" != "$R/$_ss_want" ] && [ "`pwd -P; echo .`" != "$R/$_ss_want
." ]; then echo "its folder leads out of the repository"; return 2; fi
  fi
  _ss_dir=$_ss_want
}
_ss_enter() {
  [ "$1" = "$_ss_dir" ] && return 0
  _ss_walk "$1" || return $?
  [ $_ss_one_fs = no ] || return 0
  [ -n "$_ss_fs" ] || _ss_fs=`_ss_where "$S"`
  [ -z "$_ss_fs" ] || [ "`_ss_where .`" = "$_ss_fs" ] || { _ss_dir=; echo "its folder is on another file system than the stage"; return 9; }
}
_ss_linkless() {
  _ss_old=$IFS; IFS=/; set -f; set -- $1; set +f; IFS=$_ss_old
  _ss_part=
  for _ss_next do _ss_part=$_ss_part$_ss_next/; [ ! -h "${_ss_part%/}" ] || return 1; done
}
_ss_make() {
  for _ss_folder do
    shift; [ -d "$_ss_folder" ] && continue
    if _ss_linkless "$_ss_folder"; then set -- "$@" "$_ss_folder"; fi
  done
  [ $# = 0 ] || mkdir -p "$@"
}
_ss_same_fs() {
  _ss_dir=; cd "$R" || return 1
  [ $_ss_making = no ] || _ss_make "$@"
  for _ss_folder do
    shift; _ss_walk "${_ss_folder#./}"
    case $? in 0) set -- "$@" "$_ss_folder";; 1) ;; *) return 1;; esac
  done
  _ss_dir=; cd "$R" && _ss_count=$(($# + 1)) || return 1
  _ss_seen=`_ss_devices "$S" "$@" | uniq -c`
  set -f; set -- `df -P "$S" "$@" | sed '1d;s/ .* / /' | uniq -c`; set +f
  [ $# = 3 ] && [ "$1" = $_ss_count ] || return 1
  set -- $_ss_seen
  [ $# = 0 ] || { [ $# = 2 ] && [ "$1" = $_ss_count ]; }
}
