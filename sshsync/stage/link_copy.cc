#include "sshsync/stage/link_copy.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "sshsync/host/record_script.h"
#include "sshsync/stage/scripts.h"
#include "sshsync/stage/trash.h"
#include "sshsync/text/shell_quote.h"

namespace sshsync {
namespace {}  // namespace

std::string LinkTargetsText(absl::string_view folder, absl::Span<const std::string> paths) {
  std::string text = absl::StrCat("cd ", ShellLiteral(folder), " || exit 3\n");
  for (const auto& piece : ArgumentPieces(paths)) {
    absl::StrAppend(&text, "ls -dn --");
    for (const std::string& path : piece) absl::StrAppend(&text, " ", ShellLiteral(absl::StrCat(".//./", path)));
    absl::StrAppend(&text, " 2>/dev/null\n");
  }
  return absl::StrCat(text, ":\n");
}

LinkTargets ParseLinkTargets(absl::string_view output, absl::Span<const std::string> paths) {
  constexpr absl::string_view kStart = " .//./";
  LinkTargets targets;
  for (const std::string& path : paths) {
    const size_t at = output.find(kStart);
    if (at == absl::string_view::npos) break;
    absl::string_view rest = output.substr(at + kStart.size());
    if (!absl::ConsumePrefix(&rest, path) || !absl::ConsumePrefix(&rest, " -> ")) continue;
    const size_t end = rest.find('\n');
    const absl::string_view after =
        rest.substr(std::min(rest.size(), end == absl::string_view::npos ? rest.size() : end + 1));
    // What follows is another record, or this target goes on behind a newline.
    const size_t next = after.find(kStart);
    const bool whole = after.empty() ||
                       (next != absl::string_view::npos && after.substr(0, next).find('\n') == absl::string_view::npos);
    if (whole) targets[path] = std::string(rest.substr(0, end));
    output = after;
  }
  return targets;
}

bool StaysInside(absl::string_view path, absl::string_view target) {
  if (target.empty() || absl::StartsWith(target, "/")) return false;
  int depth = 0;
  for (const char c : path) depth += c == '/' ? 1 : 0;
  for (const absl::string_view part : absl::StrSplit(target, '/')) {
    if (part == "..") {
      if (--depth < 0) return false;
    } else if (!part.empty() && part != ".") {
      ++depth;
    }
  }
  return true;
}

RemoteCommand MakeLinksCommand(const HostFacts& facts, const Lease& lease, absl::Span<const LinkToMake> links,
                               bool follow_symlinks, bool keep, absl::string_view mark) {
  std::string script = PublishPrologue(facts, lease, StageFolder("yes", facts.root), follow_symlinks, mark);
  absl::StrAppend(&script, KeepText(lease, keep), kMakeLinksScript);
  for (size_t i = 0; i < links.size(); ++i) {
    const absl::string_view path = links[i].path;
    const size_t slash = path.rfind('/');
    absl::StrAppend(&script, "_ss_l ", i, " ",
                    ShellLiteral(slash == absl::string_view::npos ? "." : path.substr(0, slash)), " ",
                    ShellLiteral(path.substr(slash + 1)), " ", ShellLiteral(links[i].target), "\n");
  }
  return {.script = std::move(script), .writes = true};
}

absl::StatusOr<std::vector<Published>> ParseLinks(const RemoteResult& result, absl::Span<const LinkToMake> links,
                                                  absl::string_view mark) {
  return ParseNumbered(result, links.size(), mark);
}

}  // namespace sshsync
