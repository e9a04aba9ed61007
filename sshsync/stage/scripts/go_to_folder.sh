#!/bin/sh
# Walks to a folder of the repository from which something is to be deleted; no link is followed.
#
# Variables: R (the repository)
# Input: none
# Output: none; $_ss_why says what is wrong
# Exit status: of `_ss_go FOLDER`: 0 there, 1 there is none, 2 it is not safe, 9 failed
#
# Backticks: the oldest shells of hosts have nothing else.
# shellcheck disable=SC2006
# Words are split on purpose: numbers, names of functions.
# shellcheck disable=SC2086

_ss_at=
_ss_go() {
  [ "$1" = "$_ss_at" ] && return 0
  _ss_at=; _ss_why="its folder cannot be entered"; cd "$R" || return 9
  _ss_old=$IFS; IFS=/; set -f; set -- "$1" $1; set +f; IFS=$_ss_old
  _ss_want=$1; shift
  if [ "$_ss_want" != . ]; then
    for _ss_part do
      if [ -h "./$_ss_part" ]; then _ss_why="$_ss_part is a symbolic link"; return 2; fi
      [ -d "./$_ss_part" ] || return 1
      cd "./$_ss_part" || return 9
    done
    if [ "`pwd -P; echo .`" != "$R/$_ss_want
." ]; then _ss_why="its folder leads out of the repository"; return 2; fi
  fi
  _ss_at=$_ss_want
}
