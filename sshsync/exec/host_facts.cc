#include "sshsync/exec/host_facts.h"

#include <algorithm>
#include <array>
#include <numeric>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "sshsync/base/status.h"
#include "sshsync/text/escape.h"
#include "sshsync/text/shell_quote.h"

namespace sshsync {
namespace {

constexpr size_t kArgumentBytes = 20'000;
constexpr int64_t kSecond = 1'000'000'000;

constexpr absl::string_view kFacts = R"(cd "$P" || exit 3
if stat -c %s / >/dev/null 2>&1; then s=c; elif stat -f %z / >/dev/null 2>&1; then s=f; elif perl -e 'exit 0' >/dev/null 2>&1; then s=p; else s=l; fi
echo "uid `id -u 2>/dev/null`"; echo "now `date -u +%Y%m%d%H%M%S`"; echo "system `uname -s -r -m 2>/dev/null`"; echo "stat $s"
if [ "`tar -cf - /dev/null 2>/dev/null | tar -tf - 2>/dev/null`" != "" ]; then echo "tar 1"; fi
if [ -w . ]; then echo "writable 1"; else echo "writable 0"; fi
echo "df `df -Pk . 2>/dev/null | sed -n 2p`"; echo "root `pwd -P`"
)";

// A decimal number at the start of `text`, which moves behind it.
bool TakeNumber(absl::string_view* text, int64_t* value, int base = 10) {
  const size_t end = std::min(text->find_first_not_of("0123456789abcdefABCDEF"), text->size());
  if (end == 0) return false;
  const std::string digits(text->substr(0, end));
  char* stop = nullptr;
  *value = std::strtoll(digits.c_str(), &stop, base);
  text->remove_prefix(static_cast<size_t>(stop - digits.c_str()));
  return stop != digits.c_str();
}

RemoteStat::Type TypeOf(int64_t raw_mode) {
  switch (raw_mode & 0170000) {
    case 0100000: return RemoteStat::Type::kFile;
    case 0040000: return RemoteStat::Type::kFolder;
    case 0120000: return RemoteStat::Type::kLink;
    default: return RemoteStat::Type::kOther;
  }
}

// `SECONDS` and a fraction of up to nine digits give nanoseconds and the resolution they are known at.
void SetTime(int64_t seconds, absl::string_view fraction, FileStat* stat) {
  stat->resolution = fraction.empty() ? FileStat::Resolution::kSecond : FileStat::Resolution::kNanosecond;
  if (!fraction.empty() && fraction.size() <= 6) stat->resolution = FileStat::Resolution::kMicrosecond;
  int64_t nanoseconds = 0;
  for (size_t i = 0; i < 9; ++i) nanoseconds = nanoseconds * 10 + (i < fraction.size() ? fraction[i] - '0' : 0);
  stat->mtime = seconds * kSecond + nanoseconds;
}

absl::string_view Digits(absl::string_view text) { return text.substr(0, std::min(text.find_first_not_of("0123456789"), text.size())); }

// The fields behind `NAME//`: `MODE INODE SIZE SECONDS[.FRACTION] [WORDS WITH A .FRACTION]`.
bool ParseFields(absl::string_view line, int mode_base, RemoteStat* out) {
  int64_t mode = 0, inode = 0, size = 0, seconds = 0;
  const auto blank = [&line] { return absl::ConsumePrefix(&line, " "); };
  if (!TakeNumber(&line, &mode, mode_base) || !blank() || !TakeNumber(&line, &inode) || !blank() || !TakeNumber(&line, &size) || !blank()) return false;
  const bool negative = absl::ConsumePrefix(&line, "-");
  if (!TakeNumber(&line, &seconds)) return false;
  const size_t dot = line.find('.');
  out->type = TypeOf(mode);
  out->stat.mode = static_cast<uint16_t>(mode & 07777);
  out->stat.inode = static_cast<uint64_t>(inode);
  out->stat.size = size;
  SetTime(negative ? -seconds : seconds, dot == absl::string_view::npos ? "" : Digits(line.substr(dot + 1)), &out->stat);
  return true;
}

uint16_t ModeOfLetters(absl::string_view letters) {
  uint16_t mode = 0;
  for (size_t i = 0; i < 9 && i + 1 < letters.size(); ++i) {
    const char c = letters[i + 1];
    mode = static_cast<uint16_t>(mode << 1 | (c != '-' && c != 'S' && c != 'T' ? 1 : 0));
  }
  if (letters.size() >= 10) {
    if (letters[3] == 's' || letters[3] == 'S') mode |= 04000;
    if (letters[6] == 's' || letters[6] == 'S') mode |= 02000;
    if (letters[9] == 't' || letters[9] == 'T') mode |= 01000;
  }
  return mode;
}

// `INODE MODE LINKS UID GID SIZE Mon DD HH:MM|YYYY ` in front of ` .//./NAME`. A time without a year is of the last twelve months.
bool ParseLs(absl::string_view line, absl::string_view now, RemoteStat* out) {
  const std::vector<absl::string_view> words = absl::StrSplit(line, ' ', absl::SkipEmpty());
  if (words.size() != 9) return false;
  constexpr absl::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  uint64_t inode = 0;
  int64_t size = 0, day = 0, year = 0, hour = 0, minute = 0;
  if (!absl::SimpleAtoi(words[0], &inode) || !absl::SimpleAtoi(words[5], &size) || !absl::SimpleAtoi(words[7], &day)) return false;
  const size_t month = kMonths.find(words[6]);
  if (month == absl::string_view::npos) return false;
  const std::pair<absl::string_view, absl::string_view> clock = absl::StrSplit(words[8], absl::MaxSplits(':', 1));
  out->stat.resolution = FileStat::Resolution::kDay;
  if (absl::StrContains(words[8], ':')) {
    if (!absl::SimpleAtoi(clock.first, &hour) || !absl::SimpleAtoi(clock.second, &minute)) return false;
    int64_t this_year = 0, this_month = 0;
    if (now.size() < 6 || !absl::SimpleAtoi(now.substr(0, 4), &this_year) || !absl::SimpleAtoi(now.substr(4, 2), &this_month)) return false;
    year = static_cast<int64_t>(month / 3) + 1 > this_month ? this_year - 1 : this_year;
    out->stat.resolution = FileStat::Resolution::kMinute;
  } else if (!absl::SimpleAtoi(words[8], &year)) {
    return false;
  }
  const absl::CivilSecond time(year, static_cast<int>(month / 3) + 1, static_cast<int>(day), static_cast<int>(hour), static_cast<int>(minute));
  out->stat.mtime = absl::ToUnixNanos(absl::FromCivil(time, absl::UTCTimeZone()));
  out->stat.inode = inode;
  out->stat.size = size;
  out->stat.mode = ModeOfLetters(words[1]);
  const char type = words[1][0];
  out->type = type == '-' ? RemoteStat::Type::kFile : type == 'd' ? RemoteStat::Type::kFolder : type == 'l' ? RemoteStat::Type::kLink : RemoteStat::Type::kOther;
  return true;
}

absl::optional<RemoteStat> TakeNamedRecord(absl::string_view* rest, absl::string_view name, int mode_base) {
  absl::string_view at = *rest;
  if (!absl::ConsumePrefix(&at, "./") || !absl::ConsumePrefix(&at, name) || !absl::ConsumePrefix(&at, "//")) return absl::nullopt;
  const size_t end = at.find('\n');
  RemoteStat stat;
  if (end == absl::string_view::npos || !ParseFields(at.substr(0, end), mode_base, &stat)) return absl::nullopt;
  *rest = at.substr(end + 1);
  return stat;
}

absl::optional<RemoteStat> TakeLsRecord(absl::string_view* rest, absl::string_view name, absl::string_view now) {
  constexpr absl::string_view kStart = " .//./";
  const size_t start = rest->find(kStart);
  if (start == absl::string_view::npos) return absl::nullopt;
  absl::string_view at = rest->substr(start + kStart.size());
  RemoteStat stat;
  if (!absl::ConsumePrefix(&at, name) || !(absl::StartsWith(at, "\n") || absl::StartsWith(at, " -> "))) return absl::nullopt;
  if (!ParseLs(rest->substr(0, start), now, &stat)) return absl::nullopt;
  if (absl::ConsumePrefix(&at, "\n")) {
    *rest = at;
    return stat;
  }
  // Behind a link stands its target, which may look like anything; a link's size is its target's length.
  if (stat.type != RemoteStat::Type::kLink) return absl::nullopt;
  const size_t end = 4 + static_cast<size_t>(stat.stat.size);
  if (end >= at.size() || at[end] != '\n') return absl::nullopt;
  *rest = at.substr(end + 1);
  return stat;
}

// The order in which a tool answers for a piece: as it was asked, but ls sorts, by bytes in the C locale.
std::vector<size_t> AskingOrder(StatTool tool, absl::Span<const std::string> piece) {
  std::vector<size_t> order(piece.size());
  std::iota(order.begin(), order.end(), size_t{0});
  if (tool == StatTool::kLs) std::sort(order.begin(), order.end(), [&](size_t a, size_t b) { return piece[a] < piece[b]; });
  return order;
}

}  // namespace

RemoteCommand HostFactsCommand(absl::string_view path, bool create) {
  std::string script = absl::StrCat("P=", ShellLiteral(path), "\n");
  if (create) absl::StrAppend(&script, "[ -d \"$P\" ] || mkdir \"$P\" || exit 3\n");
  return {.script = absl::StrCat(script, kFacts), .writes = create};
}

absl::StatusOr<HostFacts> ParseHostFacts(const RemoteResult& result, absl::string_view path) {
  if (result.status != 0) {
    return MakeError(FailureFromWords(result.err, result.status, Failure::kCommandFailed),
                     absl::StrCat("cannot enter ", EscapeForTerminal(path), ": ", CleanForTerminal(absl::StripAsciiWhitespace(result.err))));
  }
  HostFacts facts;
  absl::string_view rest = result.out;
  while (!rest.empty()) {
    const size_t end = std::min(rest.find('\n'), rest.size());
    const std::pair<absl::string_view, absl::string_view> line = absl::StrSplit(rest.substr(0, end), absl::MaxSplits(' ', 1));
    const auto& [key, value] = line;
    if (key == "root") {
      facts.root = std::string(absl::StripSuffix(rest.substr(std::min<size_t>(rest.size(), 5)), "\n"));
      break;
    }
    if (key == "uid" && !absl::SimpleAtoi(value, &facts.uid)) facts.uid = -1;
    if (key == "now") facts.now = std::string(value);
    if (key == "system") facts.system = std::string(value);
    if (key == "stat") facts.stat_tool = value == "c" ? StatTool::kStatC : value == "f" ? StatTool::kStatF : value == "p" ? StatTool::kPerl : StatTool::kLs;
    if (key == "tar") facts.has_tar = value == "1";
    if (key == "writable") facts.writable = value == "1";
    if (key == "df") {
      const std::vector<absl::string_view> words = absl::StrSplit(value, ' ', absl::SkipEmpty());
      int64_t kib = 0;
      if (words.size() >= 5 && absl::SimpleAtoi(words[words.size() - 3], &kib)) facts.free_bytes = kib * 1024;
    }
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  if (!absl::StartsWith(facts.root, "/") || absl::string_view(facts.root).find_first_of(absl::string_view("\n\0", 2)) != absl::string_view::npos) {
    return MakeError(Failure::kCommandFailed, absl::StrCat("the host does not say where ", EscapeForTerminal(path), " is"));
  }
  return facts;
}

std::vector<absl::Span<const std::string>> ArgumentPieces(absl::Span<const std::string> names) {
  std::vector<absl::Span<const std::string>> pieces;
  size_t start = 0, bytes = 0;
  for (size_t i = 0; i < names.size(); ++i) {
    if (i > start && bytes + names[i].size() + 16 > kArgumentBytes) {
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

std::string StatText(const HostFacts& facts, absl::string_view folder, absl::Span<const std::string> names) {
  absl::string_view tool, prefix = "./";
  switch (facts.stat_tool) {
    case StatTool::kStatC: tool = "stat -c '%n//%f %i %s %Y %y'"; break;
    case StatTool::kStatF: tool = "stat -f '%N//%p %i %z %Fm'"; break;
    case StatTool::kPerl:
      tool = "perl -e 'BEGIN{eval{require Time::HiRes;Time::HiRes->import(q(lstat))}}for(@ARGV){@s=lstat$_ or next;printf\"%s//%x %d %d %.6f\\n\",$_,@s[2,1,7,9]}' --";
      break;
    case StatTool::kLs: tool = "ls -dlni --", prefix = ".//./"; break;
  }
  std::string text = absl::StrCat("cd ", ShellLiteral(folder), " || exit 3\n");
  for (const auto& piece : ArgumentPieces(names)) {
    absl::StrAppend(&text, tool);
    for (const size_t i : AskingOrder(facts.stat_tool, piece)) absl::StrAppend(&text, " ", ShellLiteral(absl::StrCat(prefix, piece[i])));
    absl::StrAppend(&text, " 2>/dev/null\n");
  }
  return absl::StrCat(text, ":\n");
}

std::vector<absl::optional<RemoteStat>> ParseStats(const HostFacts& facts, absl::string_view output, absl::Span<const std::string> names) {
  std::vector<absl::optional<RemoteStat>> stats(names.size());
  size_t done = 0;
  for (const auto& piece : ArgumentPieces(names)) {
    for (const size_t i : AskingOrder(facts.stat_tool, piece)) {
      stats[done + i] = facts.stat_tool == StatTool::kLs ? TakeLsRecord(&output, piece[i], facts.now)
                                                         : TakeNamedRecord(&output, piece[i], facts.stat_tool == StatTool::kStatF ? 8 : 16);
    }
    done += piece.size();
  }
  return stats;
}

std::string FindText(const HostFacts& facts, absl::string_view types) {
  const std::string test = types.size() == 1 ? absl::StrCat("-type ", types) : "\\( -type f -o -type l \\)";
  return absl::StrCat("cd ", ShellLiteral(facts.root), " && find .//. -name .sshsync -prune -o ", test, " -print\n");
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
      Words{"No space left", Failure::kNoSpace},          Words{"Disk quota exceeded", Failure::kNoSpace},
      Words{"Read-only file system", Failure::kReadOnly}, Words{"File name too long", Failure::kPathTooLong},
      Words{"Permission denied (publickey", Failure::kAuth}, Words{"Permission denied (password", Failure::kAuth},
      Words{"Permission denied (keyboard", Failure::kAuth},  Words{"Host key verification failed", Failure::kHostKey},
      Words{"Permission denied", Failure::kPermission},   Words{"Operation not permitted", Failure::kPermission},
  };
  for (const Words& words : kWords) {
    if (absl::StrContains(said, words.text)) return words.failure;
  }
  if (exit_status == 127) return Failure::kCommandNotFound;
  return otherwise;
}

}  // namespace sshsync
