#include "sshsync/route/peer_connection.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "sshsync/base/status.h"
#include "sshsync/host/record_script.h"
#include "sshsync/ssh/frame.h"
#include "sshsync/text/shell_quote.h"

namespace sshsync {
namespace {

constexpr absl::string_view kOptions =
    " -T -o BatchMode=yes -o ConnectTimeout=15 -o ServerAliveInterval=15 -o ServerAliveCountMax=4 -o "
    "ClearAllForwardings=yes -o ForwardAgent=no"
    " -o ControlPersist=no";

// The ciphers that the CPUs of both hosts have instructions for, before the others of those that ssh would offer
// anyway.
constexpr absl::string_view kCiphers = R"(
_ss_ciphers=`%s 2>/dev/null | sed -n 's/^ciphers //p'`
_ss_first=
for _ss_c in aes128-gcm@openssh.com aes256-gcm@openssh.com; do
  case ,$_ss_ciphers, in *,$_ss_c,*) _ss_first=$_ss_first$_ss_c,;; esac
done
[ -z "$_ss_first" ] || set -- -o "Ciphers=$_ss_first$_ss_ciphers"
_ss_order=" ${_ss_first:+$_ss_first$_ss_ciphers}"
)";

// What arrives faster than it is taken, ssh buffers in memory, up to its window of 2 MiB, and moves all of it for each
// 32 KiB that it adds. Left alone, glibc's malloc maps and unmaps pages each time, which costs several times as much as
// the moving: half of all processor time where small files arrive. Other libraries do not heed this.
constexpr absl::string_view kAllocation = "MALLOC_MMAP_THRESHOLD_=33554432 MALLOC_TRIM_THRESHOLD_=33554432 ";

constexpr absl::string_view kEnds =
    "case $_ss_ends in *'reader 0'*) ;; *) echo \"the parent's side did not end well:\" $_ss_ends >&2; exit 1;; esac\n"
    "case $_ss_ends in *'writer 0'*) ;; *) echo \"the child's side did not end well:\" $_ss_ends >&2; exit 1;; esac\n";

}  // namespace

absl::StatusOr<PeerConnection> PeerConnection::Make(const Repository& near, const Repository& far,
                                                    absl::string_view program) {
  PeerConnection peer;
  if (near.endpoint.transport == Transport::kLocal && far.endpoint.transport == Transport::kLocal) {
    peer.program_ = peer.display_ = "sh";
    return peer;
  }
  const std::string host = far.peerhost.empty() ? far.endpoint.host : far.peerhost;
  if (host.empty()) {
    return MakeError(
        Failure::kConfig,
        absl::StrCat("[", near.name, "] cannot reach [", far.name, "], which is a folder of the controller: give [",
                     far.name, "] a peerhost, or let the controller move the files: route = relay"));
  }
  const std::string user = far.peeruser.empty() ? far.endpoint.user : far.peeruser;
  const int port = far.peerport != 0 ? far.peerport : far.endpoint.port;
  peer.program_ = absl::StrCat(program, near.endpoint.compress || far.endpoint.compress ? " -C" : "");
  peer.display_ = absl::StrCat(program, user.empty() ? "" : absl::StrCat(" -l ", user),
                               port == 0 ? "" : absl::StrCat(" -p ", port), " ", host);
  peer.account_ = absl::StrCat(port == 0 ? "" : absl::StrCat("-p ", port, " "),
                               user.empty() ? "" : absl::StrCat("-l ", ShellLiteral(user), " "), ShellLiteral(host));
  return peer;
}

std::string PeerConnection::Start(absl::string_view options) const {
  return absl::StrCat(program_, kOptions, options, " ", account_);
}

// Without the command that is to run there.
std::string PeerConnection::Shell(absl::string_view control) const {
  return Start(absl::StrCat(" -o ControlMaster=no -o ControlPath=",
                            control.empty() ? "none" : ShellLiteral(absl::StrCat(control, "/s"))));
}

std::string PeerConnection::ConnectText(absl::string_view control, const absl::optional<std::string>& ciphers,
                                        bool tell_silent) const {
  const std::string folder = ShellLiteral(control);
  std::string text = absl::StrCat("( umask 077; mkdir ", folder, " && mkfifo ", folder, "/up ) || exit 1\n");
  if (account_.empty()) return absl::StrCat(text, "echo up; echo silent\n");
  absl::StrAppend(&text, "_ss_order=\nset --",
                  !ciphers || ciphers->empty() ? "" : absl::StrCat(" -o Ciphers=", *ciphers), "\n");
  if (ciphers && ciphers->empty())
    absl::StrAppend(&text, absl::StrReplaceAll(kCiphers, {{"%s", absl::StrCat(program_, " -G ", account_)}}));
  // The local command runs as soon as the login worked; without one, the end of ssh is what is heard.
  const std::string options =
      absl::StrCat(" -N -o ControlMaster=yes -o ControlPath=", folder, "/s -o PermitLocalCommand=yes -o LocalCommand=",
                   ShellLiteral(absl::StrCat("echo up >", control, "/up")), " \"$@\"");
  absl::StrAppend(&text, "( ", kAllocation, Start(options), " </dev/null >/dev/null 2>", folder, "/said; [ ! -p ",
                  folder, "/up ] || echo down >", folder, "/up ) </dev/null >/dev/null 2>&1 &\n", "read _ss_answer <",
                  folder, "/up; rm -f ", folder, "/up\n[ \"$_ss_answer\" = up ] || { cat ", folder,
                  "/said >&2; exit 1; }\necho \"up$_ss_order\"\n");
  if (!tell_silent) return text;
  const std::string mark = RandomMark();
  return absl::StrCat(text, "_ss_said=`echo 'echo ", mark, "' | ", Shell(control),
                      " 'exec sh' 2>/dev/null`; [ \"$_ss_said\" != ", mark, " ] || echo silent\n");
}

std::string PeerConnection::DisconnectText(absl::string_view control, bool session_ends) const {
  const std::string folder = ShellLiteral(control);
  if (account_.empty() || session_ends) return absl::StrCat("rm -rf ", folder, "\n");
  return absl::StrCat(Shell(control), " -O exit >/dev/null 2>&1 </dev/null; rm -rf ", folder, "\n");
}

// The reader's mark is found byte by byte (`read` takes no byte too many), then the writer has the rest of the stream.
std::string PeerConnection::PullText(absl::string_view reader, absl::string_view writer,
                                     absl::string_view control) const {
  const std::string mark = RandomMark();
  const std::string there = account_.empty() ? "sh" : Shell(control) + " 'exec sh'";
  const std::string script = absl::StrCat("LC_ALL=C; export LC_ALL; echo; echo ", mark, "\n", reader, "\n");
  return absl::StrCat("_ss_reader=", ShellLiteral(script), "\n_ss_ends=$( { { { ", there,
                      " <<_SS_END\n$_ss_reader\n_SS_END\necho \"reader $?\" >&3; } | ( ",
                      "while IFS= read -r _ss_line; do if [ \"x$_ss_line\" = x", mark, " ]; then\n", writer,
                      "\nexit $?\nfi; done; exit 90 ) >&2; ", "echo \"writer $?\" >&3; } 3>&1; } )\n", kEnds);
}

std::string PeerConnection::PullIntoText(absl::string_view reader, absl::string_view file, absl::string_view seek,
                                         absl::string_view control) const {
  const std::string there = account_.empty() ? "sh" : Shell(control) + " 'exec sh'";
  const std::string script = absl::StrCat("LC_ALL=C; export LC_ALL\n", reader, "\n");
  return absl::StrCat("_ss_reader=", ShellLiteral(script), "\n{\n", seek, "\n", there,
                      " <<_SS_END\n$_ss_reader\n_SS_END\n_ss_ends=\"reader $? writer 0\"\n} 1<>", ShellLiteral(file),
                      "\n", kEnds);
}

absl::optional<std::string> CiphersOf(absl::string_view line) {
  constexpr size_t kLongest = 1000;
  if (!absl::ConsumePrefix(&line, "up ") || line.size() > kLongest) return absl::nullopt;
  const bool known = std::all_of(line.begin(), line.end(), [](unsigned char c) {
    return absl::ascii_islower(c) || absl::ascii_isdigit(c) || absl::StrContains("@.,-", static_cast<char>(c));
  });
  return known && !line.empty() ? absl::make_optional(std::string(line)) : absl::nullopt;
}

// The writer's script is the first line of the stream, in an alphabet that no shell minds; `read` takes no byte of what
// follows. Where printf is no part of the shell, a line may be too long for it: then nothing is sent, and a line
// without the mark is never run, for it would be a file's.
std::string PeerConnection::PushText(absl::string_view reader, absl::string_view writer, absl::string_view mark,
                                     absl::string_view control) const {
  const std::string take = absl::StrCat("IFS= read -r s && case $s in ", mark,
                                        "*) ;; *) exit 90;; esac && s=$(printf %b \"${s#", mark, "}\") && eval \"$s\"");
  const std::string there =
      account_.empty()
          ? absl::StrCat("sh -c ", ShellLiteral(take))
          : absl::StrCat(Shell(control), " ", ShellLiteral(absl::StrCat("exec sh -c ", ShellLiteral(take))));
  const std::string script =
      absl::StrCat("LC_ALL=C; export LC_ALL\n", AwaitedText(writer), "echo; echo ", mark, "; exit $_ss_written\n");
  return absl::StrCat("{ _ss_ends=$( { { { printf '%s\\n' '", mark, OctalText(script), "' || exit 1\n(\n", reader,
                      "\n)\necho \"reader $?\" >&3; } | ", there, " >&4; echo \"writer $?\" >&3; } 3>&1; } ); } 4>&1\n",
                      kEnds);
}

// Descriptor 9 keeps the substitution open as long as anything that was left in the background is alive. What a writer
// that has all it needs leaves of its input (the padding of an archive) is read, or the reader would be said to have
// failed.
std::string AwaitedText(absl::string_view writer) {
  return absl::StrCat("_ss_writer() {\n", writer,
                      "\n}\n{ _ss_written=`( _ss_writer ) 9>&1 >&8 2>&1 8>&-; _ss_end=$?; [ $_ss_end != 0 ] || cat "
                      ">/dev/null; echo $_ss_end`; } 8>&2\n");
}

bool HasFinalWord(absl::string_view printed, absl::string_view mark) {
  return absl::StrContains(printed, absl::StrCat("\n", mark, "\n"));
}

}  // namespace sshsync
