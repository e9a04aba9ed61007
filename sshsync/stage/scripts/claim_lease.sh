#!/bin/sh
# Claims the lease of a child: `.sshsync/lock`, a folder, for mkdir succeeds for one only. Who makes the folder
# enters it and leaves its token, before anything else. A folder without a token is one whose maker died, or is
# about to leave it: that is looked at twice.
#
# Variables: L (token of the run), K (key), C (controller); the working folder is the repository
# Input: none
# Output: `ours`, and `undo NAME` for each file of an unfinished publication; else who holds it: run, controller,
#   key, beat, now
# Exit status: 72: something that is no lease stands there
#
# Backticks: the oldest shells of hosts have nothing else.
# shellcheck disable=SC2006
# Ls: not every host has another tool that tells this.
# shellcheck disable=SC2012
# The name of a counter that only counts.
# shellcheck disable=SC2034
# Words are split on purpose: fields without blanks.
# shellcheck disable=SC2046

umask 077
if [ -h .sshsync ]; then echo ".sshsync is a symbolic link" >&2; exit 72; fi
[ -d .sshsync ] || mkdir .sshsync || [ -d .sshsync ] || exit 72
cd .sshsync || exit 72
set -- `ls -dln .`
if [ "$3" != "`id -u`" ]; then echo ".sshsync belongs to another account" >&2; exit 72; fi
case $1 in drwx------*) ;; *) chmod 700 . || exit 72;; esac
for try in 1 2 3 4 5; do
  if mkdir lock 2>/dev/null; then
    ( cd lock && echo "$K" >"key-$L" && : >"by-$L" && echo "$C" >controller && date -u +%Y%m%d%H%M%S >beat )
  fi
  [ -d lock ] && break
done
if [ -h lock ] || [ ! -d lock ]; then echo ".sshsync/lock is no folder" >&2; exit 72; fi
if [ -f "lock/by-$L" ]; then date -u +%Y%m%d%H%M%S >lock/beat.new && mv -f lock/beat.new lock/beat; echo ours
  [ ! -d undo ] || [ -h undo ] || rmdir undo 2>/dev/null || ls undo | sed 's/^/undo /'
  exit 0
fi
holder=`ls lock | sed -n 's/^by-//p'`
if [ -z "$holder" ]; then sleep 1; holder=`ls lock 2>/dev/null | sed -n 's/^by-//p'`; fi
key=`sed -n 1p "lock/key-$holder" 2>/dev/null`
echo "run $holder" | sed 1q; echo "controller `sed -n 1p lock/controller 2>/dev/null`"; echo "key $key"
echo "beat `sed -n 1p lock/beat 2>/dev/null`"; echo "now `date -u +%Y%m%d%H%M%S`"
