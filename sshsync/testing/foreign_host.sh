#!/bin/sh
# Fills a folder with the tools of another make of host, as far as presets are concerned: to be the whole PATH of a shell.
#   foreign_host.sh gnu|busybox|toybox|posix|solaris|aix|bsd|macos FOLDER
# gnu, busybox and toybox are the real ones. The others are stand-ins: tools of this machine behind scripts that refuse what the manuals of those
# systems do not have, and that print what they say is printed.
set -eu
host=$1 folder=$2
mkdir -p "$folder"

# The tools themselves.
real() { for tool do ln -s "$(command -v "$tool")" "$folder/$tool"; done; }

# TOOL WORDS: the tool, unless an argument matches one of the words, which are patterns of `case`.
without() {
  tool=$1; shift
  { echo '#!/bin/sh'
    echo 'for argument do case $argument in'
    for word do echo "  $word) echo \"$tool: illegal option -- \$argument\" >&2; exit 1 ;;"; done
    echo 'esac; done'
    echo "exec $(command -v "$tool") \"\$@\""; } >"$folder/$tool"
  chmod +x "$folder/$tool"
}

# TOOL: a script of its own, from stdin.
script() { cat >"$folder/$1"; chmod +x "$folder/$1"; }

applets() {
  box=$(command -v "$1"); shift
  for applet do ln -s "$box" "$folder/$applet"; done
}

plain() {
  real sh cat chmod cmp cut date df echo env expr getconf grep head id kill ln mkdir printf pwd renice rm rmdir sed sleep sort tail tee test tr uniq wc
}

# What no system but GNU's has.
old_tools() {
  without mv -T -fT '--[a-z]*'
  without cp '--[a-z]*'
  without dd 'status=*' 'iflag=*' 'oflag=*' '*fsync*'
  without ls '--[a-z]*'
}

case $host in
  gnu)
    plain
    real cp dd find ls mv openssl sha1sum sha256sum md5sum stat sync tar touch truncate uname xargs ;;
  busybox)
    applets busybox $(busybox --list) ;;
  toybox)
    # Debian's build has no sh, dd, tr and tar of its own kind.
    plain
    for applet in $(toybox); do case $applet in cat|chmod|cmp|cp|df|find|fsync|ls|mv|rm|sha1sum|sha256sum|md5sum|stat|sync|tar|touch|truncate|uname|xargs) rm -f "$folder/$applet"; applets toybox "$applet" ;; esac; done
    [ -e "$folder/tar" ] || real tar
    real dd ;;
  posix)
    plain; old_tools
    without find -printf -print0 '-[a-z]min' -delete
    without xargs -0 '-P*' -r
    without touch -d
    without tar '--[a-z]*' -T
    real uname sha256sum sha1sum
    script sync <<'END'
#!/bin/sh
[ $# = 0 ] || { echo 'sync: usage: sync' >&2; exit 2; }
exec /bin/sync
END
    ;;
  solaris)
    plain; old_tools
    without find -printf -print0 -delete
    without xargs -0 '-P*' -r
    without touch -d
    without tar '--[a-z]*' -T
    script sync <<'END'
#!/bin/sh
[ $# = 0 ] || exit 1
exec /bin/sync
END
    script uname <<'END'
#!/bin/sh
echo SunOS 5.11 i86pc
END
    script ls <<'END'
#!/bin/sh
case $1 in
  --*) echo "ls: illegal option -- $1" >&2; exit 2 ;;
  *E*) options=$1; shift; exec /bin/ls "-l`echo "$options" | tr -d E-`" --time-style='+%Y-%m-%d %H:%M:%S.%N %z' "$@" ;;
esac
exec /bin/ls "$@"
END
    # digest(1): one file, or stdin: the digest alone; several: with their names.
    script digest <<'END'
#!/usr/bin/perl
use Digest::SHA; use Digest::MD5;
my ($algorithm, $verbose) = ("", 0);
while (@ARGV && $ARGV[0] =~ /^-/) { my $o = shift; $verbose = 1 if $o eq "-v"; $algorithm = shift if $o eq "-a"; }
my $status = 0;
for my $f (@ARGV ? @ARGV : "") {
  my $in;
  if ($f eq "") { $in = *STDIN } elsif (-d $f || !open $in, "<", $f) { print STDERR "digest: can not open input file $f\n"; $status = 2; next }
  binmode $in;
  my $d = $algorithm eq "md5" ? Digest::MD5->new : (eval { Digest::SHA->new($algorithm =~ s/sha//r) } || die "digest: unknown algorithm\n");
  $d->addfile($in);
  print $verbose ? "$algorithm ($f) = " : @ARGV > 1 ? "($f) = " : "", $d->hexdigest, "\n";
}
exit $status;
END
    ;;
  aix)
    plain; old_tools
    real perl
    without find -printf -print0 -delete
    without xargs -0 '-P*' -r
    without touch -d
    without tar '--[a-z]*' -T
    script sync <<'END'
#!/bin/sh
[ $# = 0 ] || exit 1
exec /bin/sync
END
    script uname <<'END'
#!/bin/sh
echo AIX 3 00F84C0C4C00
END
    # csum(1): upper case, a tab.
    script csum <<'END'
#!/usr/bin/perl
use Digest::SHA; use Digest::MD5;
my $a = "MD5"; if ($ARGV[0] eq "-h") { shift; $a = shift } die "csum: unknown algorithm\n" unless $a =~ /^(MD5|SHA1)$/;
my $status = 0;
for my $f (@ARGV) {
  open my $in, "<", $f or do { print STDERR "csum: 0654-350 cannot open $f\n"; $status = 1; next };
  binmode $in;
  my $d = $a eq "MD5" ? Digest::MD5->new : Digest::SHA->new(1);
  print uc $d->addfile($in)->hexdigest, "\t$f\n";
}
exit $status;
END
    ;;
  bsd|macos)
    plain; old_tools
    real xargs
    # FreeBSD's find has -printf, and no %P.
    script find <<'END'
#!/bin/sh
for argument do case $argument in *%P*) echo 'find: -printf: %P: unimplemented' >&2; exit 1 ;; -printf) ;; esac; done
exec /usr/bin/find "$@"
END
    script uname <<END
#!/bin/sh
[ "\$1" = -s ] && { echo $([ "$host" = bsd ] && echo FreeBSD || echo Darwin); exit 0; }
echo $([ "$host" = bsd ] && echo FreeBSD 15.1 amd64 || echo Darwin 23.0 arm64)
END
    script stat <<'END'
#!/usr/bin/perl
use POSIX; use Time::HiRes;
die "stat: illegal option -- @ARGV\n" unless shift eq "-f";
my $format = shift; shift if @ARGV && $ARGV[0] eq "--";
my $status = 0;
for my $f (@ARGV) {
  my @s = Time::HiRes::lstat($f) or do { print STDERR "stat: $f: stat: $!\n"; $status = 1; next };
  # Nanoseconds that a double cannot hold.
  my ($m, $c) = split / /, do { open my $p, "-|", "/usr/bin/stat", "-c", "%.9Y %.9Z", "--", $f; my $l = <$p>; chomp $l; $l };
  my %v = (N => $f, p => sprintf("%o", $s[2]), i => $s[1], z => $s[7], l => $s[3], d => $s[0], Fm => $m, Fc => $c);
  (my $line = $format) =~ s/%(Fm|Fc|[Npizld])/$v{$1}/g;
  print "$line\n";
}
exit $status;
END
    # libarchive's tar has other names for some options, and does not unquote.
    script tar <<'END'
#!/bin/sh
for argument do
  shift
  case $argument in
    --uid) set -- "$@" --owner ;;
    --gid) set -- "$@" --group ;;
    --format=gnutar) set -- "$@" --format=gnu ;;
    --format=gnu) echo "tar: Can't use format gnu" >&2; exit 1 ;;
    --owner*|--group*|--no-unquote) echo "tar: Option $argument is not supported" >&2; exit 1 ;;
    *) set -- "$@" "$argument" ;;
  esac
done
case " $* " in *' -cf '*) exec /bin/tar --no-unquote "$@" ;; esac
exec /bin/tar "$@"
END
    script sync <<'END'
#!/bin/sh
exec /bin/sync
END
    if [ "$host" = bsd ]; then
      without touch '@*'
      real truncate
      script fsync <<'END'
#!/bin/sh
exec /bin/sync "$@"
END
      # sha256(1): -r puts the digest first; names in vis(3)'s C style; of stdin the digest alone.
      for algorithm in md5 sha1 sha256 sha512; do
        script "$algorithm" <<'END'
#!/usr/bin/perl
use Digest::SHA; use Digest::MD5;
(my $a = $0) =~ s!.*/!!;
my $reverse = 0; if (@ARGV && $ARGV[0] eq "-r") { shift; $reverse = 1 }
my $status = 0;
for my $f (@ARGV ? @ARGV : "") {
  my $in; if ($f eq "") { $in = *STDIN } else { open $in, "<", $f or do { print STDERR "$a: $f: $!\n"; $status = 1; next } }
  binmode $in;
  my $d = ($a eq "md5" ? Digest::MD5->new : Digest::SHA->new($a =~ s/sha//r))->addfile($in)->hexdigest;
  (my $n = $f) =~ s/([\\"'])/\\$1/g; $n =~ s/\n/\\n/g; $n =~ s/\t/\\t/g; $n =~ s/\r/\\r/g; $n =~ s/([^ -~])/sprintf "\\%03o", ord $1/ge;
  print $f eq "" ? "$d\n" : $reverse ? "$d $n\n" : uc($a) . " ($n) = $d\n";
}
exit $status;
END
      done
    else
      without touch -d
      real shasum perl
      script cp <<'END'
#!/bin/sh
[ "$1" = -c ] && shift
exec /bin/cp "$@"
END
    fi ;;
  *) echo "foreign_host.sh: no host $host" >&2; exit 2 ;;
esac
