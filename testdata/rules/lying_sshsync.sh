#!/bin/sh
# An sshsync that damages a file of repoproxy after the work is done, leaves another half received, and says that all is well.
"$(dirname "$0")/../../tools/cli/sshsync" "$@" || exit
case " $* " in
  *" --state-dir "*)
    repo=$(sed -n '/^\[repoproxy\]/,/^$/s/^path = //p' "$2")
    echo damage >>"$repo/bin/app"
    mkdir -p "$repo/.sshsync/in/half"
    ;;
esac
