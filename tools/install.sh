#!/bin/sh
# Installs sshsync, its manual pages and completions below a prefix.
#   ./tools/bazel run -c opt //:install -- --prefix=DIR
set -eu

prefix=/usr/local
for argument in "$@"; do
  case $argument in
    --prefix=?*) prefix=${argument#--prefix=} ;;
    *)
      echo "install: unknown argument $argument: there is only --prefix=DIR" >&2
      exit 2
      ;;
  esac
done
# Bazel runs this in a folder of its own; a relative prefix means the user's.
case $prefix in
  /*) ;;
  *) prefix=${BUILD_WORKING_DIRECTORY:-$PWD}/$prefix ;;
esac

tools=$(cd "$(dirname "$0")" && pwd)
[ -e "$tools/sshsync" ] || tools=$0.runfiles/sshsync/tools

put() { # MODE SOURCE TARGET
  mkdir -p "$prefix/$(dirname "$3")"
  # Beside it first: a program that is running cannot be written over, but can be replaced.
  cp "$tools/$2" "$prefix/$3.new"
  chmod "$1" "$prefix/$3.new"
  mv -f "$prefix/$3.new" "$prefix/$3"
}

# One table says what is installed where; packages are made by it, too.
while read -r where _ mode source target; do
  case ,$where, in
    ,all,* | *,prefix,*) put "$mode" "$source" "$target" ;;
  esac
done <"$tools/packaging/contents.txt"
if command -v strip >/dev/null 2>&1; then
  chmod u+w "$prefix/bin/sshsync" && strip "$prefix/bin/sshsync"
fi
echo "installed $prefix/bin/sshsync, its manual pages and completions"
