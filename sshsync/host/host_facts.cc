#include "sshsync/host/host_facts.h"

#include <algorithm>
#include <array>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "sshsync/base/status.h"
#include "sshsync/config/preset.h"
#include "sshsync/host/record_script.h"
#include "sshsync/host/scripts.h"
#include "sshsync/text/escape.h"
#include "sshsync/text/shell_quote.h"

namespace sshsync {
namespace {

constexpr size_t kArgumentBytes = 20'000;
constexpr size_t kLinuxArgumentBytes = 100'000;  // of 128 KiB at least

}  // namespace

RemoteCommand HostFactsCommand(absl::string_view path, bool create, absl::string_view space) {
  std::string script = absl::StrCat("P=", ShellLiteral(path), "; REPOPATH=.\n_ss_space() {\n", space, "\n}\n");
  if (create) absl::StrAppend(&script, "[ -d \"$P\" ] || mkdir \"$P\" || exit 3\n");
  return {.script = absl::StrCat(script, kFactsScript), .writes = create};
}

absl::StatusOr<HostFacts> ParseHostFacts(const RemoteResult& result, absl::string_view path) {
  if (result.status != 0) {
    return MakeError(FailureFromWords(result.err, result.status, Failure::kCommandFailed),
                     absl::StrCat("cannot enter ", EscapeForTerminal(path), ": ",
                                  CleanForTerminal(absl::StripAsciiWhitespace(result.err))));
  }
  HostFacts facts;
  absl::string_view rest = result.out;
  while (!rest.empty()) {
    const size_t end = std::min(rest.find('\n'), rest.size());
    const std::pair<absl::string_view, absl::string_view> line =
        absl::StrSplit(rest.substr(0, end), absl::MaxSplits(' ', 1));
    const auto& [key, value] = line;
    if (key == "root") {
      facts.root = std::string(absl::StripSuffix(rest.substr(std::min<size_t>(rest.size(), 5)), "\n"));
      break;
    }
    if (key == "uid" && !absl::SimpleAtoi(value, &facts.uid)) facts.uid = -1;
    if (key == "now") facts.now = std::string(value);
    if (key == "system") facts.system = std::string(value);
    if (key == "stat")
      facts.stat_tool = value == "c"   ? StatTool::kStatC
                        : value == "f" ? StatTool::kStatF
                        : value == "p" ? StatTool::kPerl
                                       : StatTool::kLs;
    if (key == "cpus" && (!absl::SimpleAtoi(value, &facts.cpus) || facts.cpus < 1)) facts.cpus = 1;
    if (key == "tar") facts.has_tar = value == "1";
    if (key == "aes") facts.fast_ciphers = value == "1";
    if (key == "writable") facts.writable = value == "1";
    if (key == "df") {
      const std::vector<absl::string_view> words = absl::StrSplit(value, ' ', absl::SkipEmpty());
      int64_t kib = 0;
      if (words.size() >= 5 && absl::SimpleAtoi(words[words.size() - 3], &kib)) facts.free_bytes = kib * 1024;
    }
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  if (!absl::StartsWith(facts.root, "/") ||
      absl::string_view(facts.root).find_first_of(absl::string_view("\n\0", 2)) != absl::string_view::npos) {
    return MakeError(Failure::kCommandFailed,
                     absl::StrCat("the host does not say where ", EscapeForTerminal(path), " is"));
  }
  return facts;
}

PiggybackedFacts::PiggybackedFacts(absl::string_view path, absl::string_view space)
    : path_(path), mark_(RandomMark()), text_(HostFactsCommand(path, false, space).script) {}

RemoteCommand PiggybackedFacts::Of(RemoteCommand command) const {
  RecordScript script(mark_);
  script.Add("facts", text_);
  command.script = absl::StrCat(script.text(), command.script);
  return command;
}

absl::StatusOr<HostFacts> PiggybackedFacts::Take(RemoteResult* result) const {
  RemoteResult facts{.status = -1};
  const size_t at = result->out.find(mark_), end = at == std::string::npos ? at : result->out.find('\n', at);
  if (end == std::string::npos) return MakeError(Failure::kCommandFailed, "the host does not say what it is");
  RecordReader reader(mark_, result->out.size() + 1);
  SSHSYNC_RETURN_IF_ERROR(reader.Feed(absl::string_view(result->out).substr(0, end + 1), [&](Record record) {
    facts.status = record.status;
    facts.out = std::move(record.output);
    return absl::OkStatus();
  }));
  facts.err = StderrOf(result->err, mark_, "facts");
  result->out.erase(0, end + 1);
  return ParseHostFacts(facts, path_);
}

std::vector<absl::Span<const std::string>> ArgumentPieces(absl::Span<const std::string> names, size_t most_bytes) {
  std::vector<absl::Span<const std::string>> pieces;
  size_t start = 0, bytes = 0;
  for (size_t i = 0; i < names.size(); ++i) {
    if (i > start && bytes + names[i].size() + 16 > most_bytes) {
      pieces.push_back(names.subspan(start, i - start));
      start = i;
      bytes = 0;
    }
    bytes += names[i].size() + 16;
  }
  if (start < names.size()) pieces.push_back(names.subspan(start));
  return pieces;
}

std::string WithArguments(absl::string_view prefix, absl::Span<const std::string> names) {
  std::string text(prefix);
  for (const std::string& name : names) absl::StrAppend(&text, " ", ShellLiteral(name));
  return text;
}

absl::string_view PresetOf(StatTool tool) {
  switch (tool) {
    case StatTool::kStatC:
      return "busybox";
    case StatTool::kStatF:
      return "bsd";
    case StatTool::kPerl:
      return "perl";
    case StatTool::kLs:
      break;
  }
  return "posix";
}

size_t ArgumentBytes(const HostFacts& facts) {
  return absl::StartsWith(facts.system, "Linux ") ? kLinuxArgumentBytes : kArgumentBytes;
}

std::string StatText(const HostFacts& facts, absl::string_view folder, absl::Span<const std::string> names) {
  const absl::string_view tool = facts.stat_text.empty()
                                     ? Presets::Shipped().Find(PresetOf(facts.stat_tool))->text("stat")
                                     : absl::string_view(facts.stat_text);
  std::string text = absl::StrCat("cd ", ShellLiteral(folder), " || exit 3\n");
  for (const auto& piece : ArgumentPieces(names, ArgumentBytes(facts))) {
    absl::StrAppend(&text, "set --");
    for (const std::string& name : piece) absl::StrAppend(&text, " ", ShellLiteral(absl::StrCat(".//./", name)));
    absl::StrAppend(&text, "\n", tool, "\n");
  }
  return absl::StrCat(text, ":\n");
}

std::vector<absl::optional<RemoteStat>> ParseStats(const HostFacts& facts, absl::string_view output,
                                                   absl::Span<const std::string> names) {
  std::vector<absl::optional<RemoteStat>> stats;
  stats.reserve(names.size());
  for (const auto& piece : ArgumentPieces(names, ArgumentBytes(facts))) {
    for (auto& stat : TakeStatAnswers(&output, piece, facts.now)) stats.push_back(std::move(stat));
  }
  return stats;
}

std::string NiceText(int niceness) {
  if (niceness == 0) return "";
  // A shell cannot name its subshell. Linux can, without another process; where /proc is another container's, the
  // parent is not this shell.
  return absl::StrCat(
      "{ read _ss_pid _ss_name _ss_state _ss_parent _ss_rest </proc/self/stat && [ \"$_ss_parent\" = $$ ] || "
      "_ss_pid=`exec sh -c 'echo $PPID'`; renice -n ",
      niceness, " -p $_ss_pid; } >/dev/null 2>&1\n");
}

std::string FindText(const HostFacts& facts, absl::string_view type) {
  return absl::StrCat("cd ", ShellLiteral(facts.root), " && find .//. -name .sshsync -prune -o -type ", type,
                      " -print\n");
}

Listing ParseFind(absl::string_view output) {
  constexpr absl::string_view kStart = ".//./";
  Listing listing;
  absl::ConsumeSuffix(&output, "\n");
  while (absl::ConsumePrefix(&output, kStart)) {
    const size_t next = output.find(absl::StrCat("\n", kStart));
    const absl::string_view path = output.substr(0, next);
    if (const absl::string_view why = WhyUnclean(path); why.empty()) {
      listing.paths.emplace_back(path);
    } else {
      listing.refused.push_back({std::string(path), std::string(why)});
    }
    if (next == absl::string_view::npos) break;
    output.remove_prefix(next + 1);
  }
  std::sort(listing.paths.begin(), listing.paths.end());
  return listing;
}

std::string WhyIncomplete(const RemoteResult& result) {
  const std::string said = CleanForTerminal(absl::StripAsciiWhitespace(result.err).substr(0, 2000));
  if (result.status != 0) return absl::StrCat("it ended with status ", result.status, said.empty() ? "" : ": ", said);
  return said;
}

Failure FailureFromWords(absl::string_view said, int exit_status, Failure otherwise) {
  struct Words {
    absl::string_view text;
    Failure failure;
  };
  constexpr std::array kWords = {
      Words{"No space left", Failure::kNoSpace},
      Words{"Disk quota exceeded", Failure::kNoSpace},
      Words{"Read-only file system", Failure::kReadOnly},
      Words{"File name too long", Failure::kPathTooLong},
      Words{"Permission denied (publickey", Failure::kAuth},
      Words{"Permission denied (password", Failure::kAuth},
      Words{"Permission denied (keyboard", Failure::kAuth},
      Words{"Host key verification failed", Failure::kHostKey},
      Words{"Permission denied", Failure::kPermission},
      Words{"Operation not permitted", Failure::kPermission},
  };
  for (const Words& words : kWords) {
    if (absl::StrContains(said, words.text)) return words.failure;
  }
  if (exit_status == 127) return Failure::kCommandNotFound;
  return otherwise;
}

}  // namespace sshsync
