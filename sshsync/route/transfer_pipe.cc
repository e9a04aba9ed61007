#include "sshsync/route/transfer_pipe.h"

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "sshsync/host/record_script.h"

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

absl::Status WhyNoWay(const Endpoint& far, absl::string_view said, absl::string_view end) {
  // What both ends came to stands in a line of our own.
  absl::optional<int> status;
  std::string own;
  for (const absl::string_view line : absl::StrSplit(said, '\n', absl::SkipWhitespace())) {
    const std::vector<absl::string_view> words = absl::StrSplit(line, ' ');
    if (!absl::StrContains(line, "side did not end well: ")) {
      absl::StrAppend(&own, line, "\n");
      continue;
    }
    for (size_t i = 0; i + 1 < words.size(); ++i) {
      int number = 0;
      if (words[i] == end && absl::SimpleAtoi(words[i + 1], &number)) status = number;
    }
  }
  return ClassifyPeerFailure(far, status, own);
}

}  // namespace sshsync
