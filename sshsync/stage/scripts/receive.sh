#!/bin/sh
# Runs a transfer: `_ss_transfer COMMAND UNFINISHED`; then $_ss_ok tells whether to go on. A tool that is missing is
# missing for all that follow. Descriptor 9 keeps the substitution open as long as anything that the transfer left
# in the background is alive: it may write what was verified.
#
# Variables: the functions _ss_run and _ss_mark (of the record script)
# Input: the transfer's
# Output: a record `transfer`
# Exit status: 127: the tool is missing
#
# Backticks: the oldest shells of hosts have nothing else.
# shellcheck disable=SC2006
# Words are split on purpose: numbers, names of functions.
# shellcheck disable=SC2086

_ss_transfer() {
  { _ss_ok=`_ss_run "$1" 9>&1 >&8 2>&1 8>&-; echo $?`; } 8>&1
  [ $_ss_ok = 0 ] || [ -z "$2" ] || rm -rf "$2"
  _ss_mark transfer $_ss_ok
  [ $_ss_ok != 127 ] || exit 127
}
