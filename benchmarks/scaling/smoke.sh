#!/bin/sh
# A small fleet gets every file, and a second run finds nothing to do. Argument: the program.
set -eu
"$1" --hosts=40 --fan_out=6 --files=20 --jobs=8 --again
"$1" --hosts=1 --files=12000 --again
