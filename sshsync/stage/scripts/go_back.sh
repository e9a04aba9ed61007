#!/bin/sh
# Undoes a publication that was cut off: `_ss_back NUMBER FOLDER ./NAME INODE SIZE` for each file, `_ss_unmake
# FOLDER` for each folder that it made.
#
# Variables: U (the folder `undo`), M; enter_folder.sh, publish.sh
# Input: none
# Output: a record for each file; $_ss_failed tells whether any failed
# Exit status: 71: the lease was lost; of a record: 0 done, 9 failed
#
# Words are split on purpose: numbers, names of functions.
# shellcheck disable=SC2086

_ss_failed=no
_ss_back_one() {
  _ss_walk "$1"; case $? in 0) ;; 1) return 0;; *) return 9;; esac
  if [ -h "$2" ] || ! _ss_same "$2" $3 $4; then return 0; fi
  if [ -h "$U/old/$1/$2" ] || [ -f "$U/old/$1/$2" ]; then mv -f "$U/old/$1/$2" ./; else rm -f "$2"; fi
}
_ss_back() {
  _ss_n=$1; shift; _ss_ours; _ss_back_one "$@" 2>&1; _ss_status=$?
  [ $_ss_status = 0 ] || _ss_failed=yes
  echo; echo "$M $_ss_n $_ss_status"
}
_ss_unmake() {
  [ -f "$U/made/$1/.sshsync" ] || return 0
  _ss_walk "$1" >/dev/null 2>&1 && cd .. && _ss_dir= && rmdir "./${1##*/}" 2>/dev/null
}
