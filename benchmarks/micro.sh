#!/bin/sh
# Runs the micro benchmarks, one after the other. Arguments: their programs, then options of Google Benchmark.
set -eu
programs=
while [ $# -gt 0 ]; do
  case $1 in -*) break ;; esac
  programs="$programs $1"
  shift
done
for program in $programs; do
  echo "== ${program##*/}"
  "$program" "$@"
done
