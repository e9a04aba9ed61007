#!/bin/sh
# Brings a file back from the trash into an attempt: `_ss_b NUMBER FOLDER ./NAME`.
#
# Variables: T (folder of the run in the trash), A (folder of the attempt), M; enter_folder.sh
# Input: none
# Output: a record `M NUMBER STATUS`
# Exit status: of a record: 0 copied, 2 it is not safe, 9 failed, 10 it is in its place already

_ss_bring() {
  _ss_kept=$T/$1/${2#./}
  if [ -h "$_ss_kept" ] || [ ! -f "$_ss_kept" ]; then echo "the trash does not hold it any more"; return 9; fi
  _ss_walk "$1"; case $? in
    0) if [ ! -h "$2" ] && [ -f "$2" ] && cmp -s "$_ss_kept" "$2"; then return 10; fi;;
    1) ;;
    2) return 2;;
    *) return 9;;
  esac
  mkdir -p "$A/$1" && cp -p "$_ss_kept" "$A/$1/" || return 9
  cmp -s "$_ss_kept" "$A/$1/${2#./}" || { echo "the copy is not the original"; return 9; }
}
_ss_b() { _ss_n=$1; shift; _ss_bring "$@" 2>&1 </dev/null; _ss_status=$?; echo; echo "$M $_ss_n $_ss_status"; }
