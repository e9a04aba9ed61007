#include "sshsync/route/transfer_pipe.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "sshsync/base/status.h"
#include "sshsync/host/record_script.h"
#include "sshsync/ssh/ssh.h"
#include "sshsync/text/escape.h"

namespace sshsync {

std::vector<Route> RoutesOf(const Repository& child) {
  if (!child.route.empty()) return child.route;
  return {Route::kPull, Route::kPush, Route::kRelay};
}

std::string WayInWords(const Repository& child) {
  std::string routes;
  for (const Route route : RoutesOf(child)) absl::StrAppend(&routes, routes.empty() ? "" : ", else ", RouteName(route));
  return child.moves_by_command() ? "files are moved by synccmd"
                                  : absl::StrCat("files are moved by the builtin transfer, route ", routes);
}

std::string ReplayText(int status, absl::string_view said) {
  const std::string mark = RandomMark();
  std::string text;
  for (const char c : said) {
    if (c != '\0') text += c;
  }
  if (!text.empty())
    text = absl::StrCat("cat >&2 <<'", mark, "'\n", text, absl::EndsWith(text, "\n") ? "" : "\n", mark, "\n");
  return absl::StrCat(text, "exit ", status, "\n");
}

Endpoint PeerEndpoint(const Repository& far) {
  return {.host = far.peerhost.empty() ? far.endpoint.host : far.peerhost,
          .user = far.peeruser.empty() ? far.endpoint.user : far.peeruser,
          .port = far.peerport != 0 ? far.peerport : far.endpoint.port};
}

bool IsAboutTheConnection(absl::string_view said) {
  for (const absl::string_view words :
       {"connect to host", "Could not resolve hostname", "Permission denied (", "Host key verification failed"}) {
    if (absl::StrContains(said, words)) return true;
  }
  return false;
}

absl::Status WhyNoWay(const Endpoint& far, absl::string_view said, absl::string_view end) {
  constexpr int kSshFailed = 255, kNoProgram = 127;
  // What both ends came to stands in a line of our own.
  int status = kSshFailed;
  std::string own;
  for (const absl::string_view line : absl::StrSplit(said, '\n', absl::SkipWhitespace())) {
    const std::vector<absl::string_view> words = absl::StrSplit(line, ' ');
    if (!absl::StrContains(line, "side did not end well: ")) {
      absl::StrAppend(&own, line, "\n");
      continue;
    }
    for (size_t i = 0; i + 1 < words.size(); ++i) {
      if (words[i] == end && !absl::SimpleAtoi(words[i + 1], &status)) status = kSshFailed;
    }
  }
  if (status == kNoProgram)
    return MakeError(Failure::kCommandNotFound, CleanForTerminal(absl::StripAsciiWhitespace(own).substr(0, 400)));
  return ClassifySshFailure(far, {.end = {.signalled = false, .code = status}, .ready = false, .out = "", .err = own});
}

}  // namespace sshsync
