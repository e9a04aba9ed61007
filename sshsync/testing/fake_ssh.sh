#!/bin/sh
# A stand-in for ssh, for tests: drops the options and runs the rest in the folder FAKE_SSH_ROOT/HOST, as if that were the host.
# Each connection adds a line to HOST.connections. What is to go wrong lies in files of HOST.faults:
#   delay  seconds before anything happens        noise  printed by the login, on stdout and stderr
#   fail   printed on stderr, then status 255     times  of how many connections `fail` counts; absent: of all
#   text   printed on stdout, then status 1       shell  the login shell, where it is not sh
#   cut    bytes of stdout that come through before the connection breaks
#   flip   the number of the byte of stdout that arrives changed
while [ $# -gt 0 ]; do
  case $1 in
    --) shift; break ;;
    -[bcDEeFIiJLlmopQRSWw]) shift 2 ;;
    -[bcDEeFIiJLlmopQRSWw]*) shift ;;
    -*[NO]*) exit 255 ;;  # a master for multiplexing: there is none to be had
    -*) shift ;;
    *) break ;;
  esac
done
host=$1
shift
home=$FAKE_SSH_ROOT/$host
faults=$home.faults
mkdir -p "$home" "$faults"
echo "$*" >>"$home.connections"

fault() { [ -f "$faults/$1" ] && value=$(cat "$faults/$1"); }
login() { setsid -w "${shell:-sh}" -c "$*"; }  # a session of its own, as sshd gives it

cd "$home" || exit 255
HOME=$home
export HOME
fault shell && shell=$value
fault delay && sleep "$value"
if fault fail && { [ ! -f "$faults/times" ] || [ "$(wc -l <"$home.connections")" -le "$(cat "$faults/times")" ]; }; then
  echo "$value" >&2
  exit 255
fi
if fault text; then
  echo "$value"
  exit 1
fi
if fault noise; then
  echo "$value"
  echo "$value" >&2
fi
if fault cut; then
  login "$@" | { dd bs=1 count="$value" 2>/dev/null; kill -KILL $$; }
elif fault flip; then
  login "$@" | { dd bs=1 count="$value" 2>/dev/null; dd bs=1 count=1 2>/dev/null | tr '\000-\377' '\001-\377\000'; cat; }
else
  login "$@"
fi
