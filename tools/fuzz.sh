#!/bin/sh
# Lets libFuzzer search, with AddressSanitizer and UBSan; needs clang, which it has tools/bazel install.
#   tools/fuzz.sh                       # each target for 30 seconds
#   tools/fuzz.sh 600 ini template      # these for ten minutes each: the beginnings of their names
# A finding fails the target; its log has the input, and the input's way into the target's corpus below testdata is a copy.
set -eu
cd "$(dirname "$0")/.."
seconds=${1:-30}
[ $# -eq 0 ] || shift
SSHSYNC_PACKAGES="${SSHSYNC_PACKAGES:-} clang libclang-rt-14-dev"
export SSHSYNC_PACKAGES
targets="//sshsync/config/ini:ini_fuzz //sshsync/config/logging:logging_conf_fuzz //sshsync/ssh:frame_fuzz //sshsync/plan:digest_answer_fuzz //sshsync/record/state:state_fuzz //sshsync/text:template_fuzz //sshsync/text:filter_fuzz"
chosen=
for target in $targets; do
  [ $# -gt 0 ] || chosen="$chosen $target"
  for name; do
    case ${target#*:} in "$name"*) chosen="$chosen $target" ;; esac
  done
done
# shellcheck disable=SC2086  # a list of words
exec ./tools/bazel test --config=fuzz --test_timeout=$((seconds + 120)) --test_arg="-max_total_time=$seconds" --test_output=errors --local_test_jobs=1 $chosen
