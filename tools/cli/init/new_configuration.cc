#include "tools/cli/init/new_configuration.h"

#include <algorithm>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "sshsync/base/status.h"
#include "sshsync/text/escape.h"

namespace sshsync::init {
namespace {

constexpr size_t kMostLines = 24;

absl::Status Malformed(absl::string_view text) {
  return MakeError(Failure::kOption,
                   absl::StrCat("--repo ", EscapeForTerminal(text), ": give NAME=[USER@]HOST[:PORT]:/PATH[,PARENT]"));
}

void Row(std::string& text, absl::string_view key, absl::string_view value) {
  if (!value.empty())
    absl::StrAppend(&text, key, std::string(6 - std::min<size_t>(6, key.size()), ' '), " = ", value, "\n");
}

std::string Account(absl::string_view user, absl::string_view host) {
  return user.empty() ? std::string(host) : absl::StrCat(user, "@", host);
}

std::string CopyId(absl::string_view user, absl::string_view host, int port) {
  return absl::StrCat("ssh-copy-id ", port > 0 ? absl::StrCat("-p ", port, " ") : "", Account(user, host));
}

/// Each line once, in order, and not too many.
std::string Listed(const std::vector<std::string>& lines) {
  std::set<std::string> seen;
  std::string text;
  size_t left_out = 0;
  for (const std::string& line : lines) {
    if (!seen.insert(line).second) continue;
    if (seen.size() <= kMostLines) {
      absl::StrAppend(&text, "    ", line, "\n");
    } else {
      ++left_out;
    }
  }
  if (left_out > 0) absl::StrAppend(&text, "    and so on: ", left_out, " more\n");
  return text;
}

}  // namespace

absl::StatusOr<NewRepository> ReadNewRepository(absl::string_view text) {
  NewRepository repository;
  const size_t equals = text.find('=');
  if (equals == absl::string_view::npos || equals == 0) return Malformed(text);
  repository.name = std::string(text.substr(0, equals));
  absl::string_view place = text.substr(equals + 1);
  if (const size_t comma = place.rfind(',');
      comma != absl::string_view::npos && !absl::StrContains(place.substr(comma), '/')) {
    repository.parent = std::string(place.substr(comma + 1));
    place = place.substr(0, comma);
    if (repository.parent.empty()) return Malformed(text);
  }
  if (absl::StartsWith(place, "/")) {
    repository.path = std::string(place);
    return repository;
  }
  const size_t colon = place.find(":/");
  if (colon == absl::string_view::npos || colon == 0) return Malformed(text);
  repository.path = std::string(place.substr(colon + 1));
  absl::string_view host = place.substr(0, colon);
  if (const size_t at = host.rfind('@'); at != absl::string_view::npos) {
    repository.user = std::string(host.substr(0, at));
    host = host.substr(at + 1);
    if (repository.user.empty()) return Malformed(text);
  }
  if (absl::StartsWith(host, "[")) {
    const size_t end = host.find(']');
    if (end == absl::string_view::npos || (end + 1 < host.size() && host[end + 1] != ':')) return Malformed(text);
    repository.host = std::string(host.substr(1, end - 1));
    if (end + 1 < host.size()) repository.port = std::string(host.substr(end + 2));
  } else {
    const size_t port = host.find(':');
    repository.host = std::string(host.substr(0, port));
    if (port != absl::string_view::npos) repository.port = std::string(host.substr(port + 1));
    if (port != absl::string_view::npos && repository.port.empty()) return Malformed(text);
  }
  if (repository.host.empty()) return Malformed(text);
  return repository;
}

std::string ConfigurationText(const std::vector<NewRepository>& repositories) {
  const bool one_user = !repositories.empty() && !repositories[0].user.empty() &&
                        std::all_of(repositories.begin(), repositories.end(),
                                    [&](const NewRepository& one) { return one.user == repositories[0].user; });
  std::string text =
      "# Which folders on which hosts hold the same files, and which is copied from which. Every key: man "
      "sshsync.conf\n"
      "# What is wrong with this file: sshsync check. Do the hosts answer, do their commands work: sshsync probe "
      "REPO\n\n";
  text += "[DEFAULT]\n";
  if (one_user) Row(text, "user", repositories[0].user);
  text +=
      "# Files that were modified within so many seconds may still be arriving: leave them for later.\n"
      "# settle = 300\n"
      "# Delete what the parent no longer has; keep what was replaced or deleted for two weeks.\n"
      "# delete = yes\n"
      "# trash  = yes\n";
  for (const NewRepository& one : repositories) {
    absl::StrAppend(&text, "\n[", one.name, "]\n");
    if (one.host.empty()) absl::StrAppend(&text, "transport = local\n");
    Row(text, "host", one.host);
    if (!one_user) Row(text, "user", one.user);
    Row(text, "port", one.port);
    Row(text, "path", one.path);
    Row(text, "parent", one.parent);
  }
  return text;
}

std::string KeysText(const Configuration& configuration) {
  std::vector<std::string> here, there;
  for (const Repository& one : configuration.repositories) {
    const bool is_local = one.endpoint.transport == Transport::kLocal;
    if (!is_local) here.push_back(CopyId(one.endpoint.user, one.endpoint.host, one.endpoint.port));
    for (const Repository& parent : configuration.repositories) {
      if (parent.name != one.parent || (parent.endpoint.transport == Transport::kLocal && is_local)) continue;
      const std::string where =
          is_local ? "here"
                   : absl::StrCat("on ", one.endpoint.host,
                                  one.endpoint.user.empty() ? "" : absl::StrCat(", as ", one.endpoint.user));
      if (!parent.peerhost.empty())
        there.push_back(absl::StrCat(where, ": ", CopyId(parent.peeruser, parent.peerhost, parent.peerport)));
    }
  }
  if (here.empty() && there.empty()) return "";
  std::string text =
      "Keys are yours to set up; sshsync never asks for a password and never accepts a host key.\n"
      "An account without a key gets one by: ssh-keygen -t ed25519\n";
  if (!here.empty()) absl::StrAppend(&text, "This account logs in to every repository's account:\n", Listed(here));
  if (!there.empty())
    absl::StrAppend(&text, "Each child's account logs in to its parent's, for the child fetches the files:\n",
                    Listed(there));
  return absl::StrCat(text, "The first login by hand shows the host's key: compare it before you say yes.\n");
}

}  // namespace sshsync::init
