#include "sshsync/exec/builtin_pull.h"

#include "absl/strings/str_cat.h"
#include "sshsync/base/status.h"
#include "sshsync/exec/record_script.h"
#include "sshsync/text/shell_quote.h"

namespace sshsync {
namespace {

constexpr absl::string_view kOptions =
    " -T -o BatchMode=yes -o ConnectTimeout=15 -o ServerAliveInterval=15 -o ServerAliveCountMax=4 -o ClearAllForwardings=yes -o ForwardAgent=no"
    " -o ControlMaster=no -o ControlPath=none";

// GNU tar reads backslashes in names as escapes unless it is told not to: `\056\056` would be the folder above. Others read none.
constexpr absl::string_view kTar = "_ss_tar=tar\ntar --no-unquote -cf - /dev/null >/dev/null 2>&1 && _ss_tar='tar --no-unquote'\n";

}  // namespace

absl::StatusOr<BuiltinPull> BuiltinPull::Make(const Repository& child, const Repository& parent) {
  BuiltinPull pull;
  if (child.endpoint.transport == Transport::kLocal && parent.endpoint.transport == Transport::kLocal) {
    pull.peer_ = pull.display_ = "sh";
    return pull;
  }
  const std::string host = parent.peerhost.empty() ? parent.endpoint.host : parent.peerhost;
  if (host.empty()) {
    return MakeError(Failure::kConfig, absl::StrCat("[", child.name, "] cannot reach its parent [", parent.name,
                                                    "], which is a folder of the controller: give [", parent.name, "] a peerhost, or [", child.name, "] a synccmd"));
  }
  const std::string user = parent.peeruser.empty() ? parent.endpoint.user : parent.peeruser;
  const int port = parent.peerport != 0 ? parent.peerport : parent.endpoint.port;
  std::string words = child.peerssh;
  pull.display_ = absl::StrCat(words, user.empty() ? "" : absl::StrCat(" -l ", user), port == 0 ? "" : absl::StrCat(" -p ", port), " ", host);
  absl::StrAppend(&words, kOptions);
  if (port != 0) absl::StrAppend(&words, " -p ", port);
  if (!user.empty()) absl::StrAppend(&words, " -l ", ShellLiteral(user));
  pull.peer_ = absl::StrCat(words, " ", ShellLiteral(host), " 'exec sh'");
  return pull;
}

std::string BuiltinPull::FileText(absl::string_view parent_folder, absl::string_view folder, absl::string_view file) const {
  return Text(absl::StrCat("exec cat ", ShellLiteral(absl::StrCat(parent_folder, "/", file))),
              absl::StrCat("cat >", ShellLiteral(absl::StrCat(folder, "/", file))));
}

std::string BuiltinPull::BatchText(absl::string_view parent_folder, absl::string_view folder, absl::Span<const std::string> files) const {
  std::string reader = absl::StrCat("cd ", ShellLiteral(parent_folder), " || exit 1\n", kTar, "exec $_ss_tar -cf -");
  for (const std::string& file : files) absl::StrAppend(&reader, " ", ShellLiteral(absl::StrCat("./", file)));
  return Text(reader, absl::StrCat("cd ", ShellLiteral(folder), " && tar -xpof -"));
}

// The reader's mark is found byte by byte (`read` takes no byte too many), then the writer has the rest of the stream.
std::string BuiltinPull::Text(absl::string_view reader, absl::string_view writer) const {
  const std::string mark = RandomMark();
  const std::string script = absl::StrCat("LC_ALL=C; export LC_ALL; echo; echo ", mark, "\n", reader, "\n");
  return absl::StrCat("_ss_reader=", ShellLiteral(script), "\n_ss_ends=$( { { { ", peer_, " <<_SS_END\n$_ss_reader\n_SS_END\necho \"reader $?\" >&3; } | ( ",
                      "while IFS= read -r _ss_line; do if [ \"x$_ss_line\" = x", mark, " ]; then ", writer, "; exit $?; fi; done; exit 90 ) >&2; ",
                      "echo \"writer $?\" >&3; } 3>&1; } )\n",
                      "case $_ss_ends in *'reader 0'*) ;; *) echo \"the parent's side ended with ${_ss_ends}\" >&2; exit 1;; esac\n",
                      "case $_ss_ends in *'writer 0'*) ;; *) echo \"the child's side ended with ${_ss_ends}\" >&2; exit 1;; esac\n");
}

}  // namespace sshsync
