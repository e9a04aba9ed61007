#!/bin/sh
# Installs sshsync, its manual pages, completions and Python module below a prefix.
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

# What is installed lies in a tree of its own beside this script, or around it; beside it lies more that was built, and not all of it.
tools=$0.runfiles/sshsync/tools
[ -e "$tools/cli/sshsync" ] || tools=$(cd "$(dirname "$0")" && pwd)

put() { # MODE SOURCE TARGET
  mkdir -p "$prefix/$(dirname "$3")"
  # Beside it first: a program that is running cannot be written over, but can be replaced.
  cp "$tools/cli/$2" "$prefix/$3.new"
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

# The module goes where the distribution's python3 looks: below /usr in a folder for all its versions, below ~/.local in the account's own, elsewhere in
# one for the version it is for.
wheel=$(echo "$tools"/../bindings/sshsync-*.whl)
version=$(basename "$wheel" | sed 's/^sshsync-[^-]*-cp\([0-9]\)\([0-9]*\)-.*/\1.\2/')
case $prefix in
  /usr | /usr/) modules=$prefix/lib/python3/dist-packages ;;
  "${HOME:-/}/.local" | "${HOME:-/}/.local/") modules=$prefix/lib/python$version/site-packages ;;
  *) modules=$prefix/lib/python$version/dist-packages ;;
esac
mkdir -p "$modules/sshsync.new"
/usr/bin/python3 -m zipfile -e "$wheel" "$modules/sshsync.new"
for entry in "$modules/sshsync.new"/*; do
  # Moved aside, not written over: a script that has it loaded keeps what it has.
  rm -rf "$modules/sshsync.old"
  [ ! -e "$modules/${entry##*/}" ] || mv "$modules/${entry##*/}" "$modules/sshsync.old"
  mv "$entry" "$modules/${entry##*/}"
done
rm -rf "$modules/sshsync.new" "$modules/sshsync.old"
echo "installed $prefix/bin/sshsync, its manual pages, completions and the Python module in $modules"
