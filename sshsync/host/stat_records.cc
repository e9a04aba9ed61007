#include "sshsync/host/stat_records.h"

#include <algorithm>
#include <cstdlib>
#include <numeric>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"

namespace sshsync {
namespace {

constexpr int64_t kSecond = 1'000'000'000;
constexpr absl::string_view kOperand = ".//./";    // in front of a name
constexpr absl::string_view kBehindLs = " .//./";  // in front of a path of ls

absl::string_view LeadingDigits(absl::string_view text) {
  return text.substr(0, std::min(text.find_first_not_of("0123456789"), text.size()));
}

RemoteStat::Type TypeOfMode(uint64_t raw_mode) {
  switch (raw_mode & 0170000) {
    case 0100000:
      return RemoteStat::Type::kFile;
    case 0040000:
      return RemoteStat::Type::kFolder;
    case 0120000:
      return RemoteStat::Type::kLink;
    default:
      return RemoteStat::Type::kOther;
  }
}

RemoteStat::Type TypeOfLetter(char letter) {
  switch (letter) {
    case 'f':
    case '-':
      return RemoteStat::Type::kFile;
    case 'd':
      return RemoteStat::Type::kFolder;
    case 'l':
      return RemoteStat::Type::kLink;
    default:
      return RemoteStat::Type::kOther;
  }
}

bool ParseMode(absl::string_view word, RemoteStat* out) {
  if (word.size() < 2) return false;
  const char form = word[0];
  const std::string digits(word.substr(1));
  char* end = nullptr;
  const uint64_t mode = std::strtoull(digits.c_str(), &end, form == 'x' ? 16 : 8);
  if (*end != '\0' || !absl::ascii_isalpha(form) || !absl::ascii_isxdigit(digits[0])) return false;
  out->type = form == 'x' || form == 'o' ? TypeOfMode(mode) : TypeOfLetter(form);
  out->stat.mode = static_cast<uint16_t>(mode & 07777);
  return true;
}

// Nanoseconds of a fraction's digits; what they are known to.
int64_t Fraction(absl::string_view digits, FileStat::Resolution* resolution) {
  *resolution = digits.empty()       ? FileStat::Resolution::kSecond
                : digits.size() <= 6 ? FileStat::Resolution::kMicrosecond
                                     : FileStat::Resolution::kNanosecond;
  int64_t nanoseconds = 0;
  for (size_t i = 0; i < 9; ++i) nanoseconds = nanoseconds * 10 + (i < digits.size() ? digits[i] - '0' : 0);
  return nanoseconds;
}

// `2023-11-14`, and `22:13[:20[.FRACTION]]`.
bool ParseIso(absl::string_view date, absl::string_view clock, int64_t* time, FileStat::Resolution* resolution) {
  const std::vector<absl::string_view> days = absl::StrSplit(date, '-');
  const std::pair<absl::string_view, absl::string_view> parts = absl::StrSplit(clock, absl::MaxSplits('.', 1));
  const std::vector<absl::string_view> hours = absl::StrSplit(parts.first, ':');
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
  if (days.size() != 3 || !absl::SimpleAtoi(days[0], &year) || !absl::SimpleAtoi(days[1], &month) ||
      !absl::SimpleAtoi(days[2], &day))
    return false;
  if (hours.size() < 2 || !absl::SimpleAtoi(hours[0], &hour) || !absl::SimpleAtoi(hours[1], &minute)) return false;
  if (hours.size() > 2 && !absl::SimpleAtoi(hours[2], &second)) return false;
  const int64_t nanoseconds = Fraction(LeadingDigits(parts.second), resolution);
  if (hours.size() == 2) *resolution = FileStat::Resolution::kMinute;
  *time = absl::ToUnixNanos(
              absl::FromCivil(absl::CivilSecond(year, month, day, hour, minute, second), absl::UTCTimeZone())) +
          nanoseconds;
  return true;
}

// `+0130` in nanoseconds; false for any other word.
bool ParseZone(absl::string_view word, int64_t* offset) {
  int hours = 0, minutes = 0;
  if (word.size() != 5 || (word[0] != '+' && word[0] != '-') || !absl::SimpleAtoi(word.substr(1, 2), &hours) ||
      !absl::SimpleAtoi(word.substr(3), &minutes))
    return false;
  *offset = (word[0] == '-' ? -1 : 1) * int64_t{hours * 60 + minutes} * 60 * kSecond;
  return true;
}

// A time at the front of `words`, which are taken off.
bool TakeTime(absl::Span<const absl::string_view>* words, int64_t* time, FileStat::Resolution* resolution) {
  if (words->empty()) return false;
  const absl::string_view first = words->front();
  if (first.size() > 5 && absl::StrContains(first.substr(1), "-")) {
    if (words->size() < 2 || !ParseIso(first, (*words)[1], time, resolution)) return false;
    words->remove_prefix(2);
    int64_t offset = 0;
    if (!words->empty() && ParseZone(words->front(), &offset)) {
      *time -= offset;
      words->remove_prefix(1);
    }
    return true;
  }
  const std::pair<absl::string_view, absl::string_view> parts = absl::StrSplit(first, absl::MaxSplits('.', 1));
  int64_t seconds = 0;
  if (!absl::SimpleAtoi(parts.first, &seconds)) return false;
  *time = seconds * kSecond + Fraction(LeadingDigits(parts.second), resolution);
  words->remove_prefix(1);
  return true;
}

// What stands behind `PATH//`.
bool ParseFields(absl::string_view line, RemoteStat* out) {
  const std::vector<absl::string_view> words = absl::StrSplit(line, ' ', absl::SkipEmpty());
  if (words.size() < 4 || !ParseMode(words[0], out) || !absl::SimpleAtoi(words[1], &out->stat.inode) ||
      !absl::SimpleAtoi(words[2], &out->stat.size))
    return false;
  absl::Span<const absl::string_view> rest(words.data() + 3, words.size() - 3);
  if (!TakeTime(&rest, &out->stat.mtime, &out->stat.resolution)) return false;
  FileStat::Resolution ignored;
  if (!TakeTime(&rest, &out->stat.ctime, &ignored)) out->stat.ctime = -1;
  return true;
}

uint16_t ModeOfLetters(absl::string_view letters) {
  uint16_t mode = 0;
  for (size_t i = 1; i < 10; ++i)
    mode = static_cast<uint16_t>(mode << 1 | (letters[i] != '-' && letters[i] != 'S' && letters[i] != 'T' ? 1 : 0));
  if (letters[3] == 's' || letters[3] == 'S') mode |= 04000;
  if (letters[6] == 's' || letters[6] == 'S') mode |= 02000;
  if (letters[9] == 't' || letters[9] == 'T') mode |= 01000;
  return mode;
}

// `Nov 14 22:13` or `Nov 14 2019`. A time without a year is of the last twelve months.
bool ParseLsTime(absl::Span<const absl::string_view> words, absl::string_view now, RemoteStat* out) {
  constexpr absl::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  int64_t day = 0, year = 0, hour = 0, minute = 0;
  const size_t month = words[0].size() == 3 ? kMonths.find(words[0]) : absl::string_view::npos;
  if (month == absl::string_view::npos || !absl::SimpleAtoi(words[1], &day)) return false;
  out->stat.resolution = FileStat::Resolution::kDay;
  const std::pair<absl::string_view, absl::string_view> clock = absl::StrSplit(words[2], absl::MaxSplits(':', 1));
  if (absl::StrContains(words[2], ':')) {
    int64_t this_year = 0, this_month = 0;
    if (!absl::SimpleAtoi(clock.first, &hour) || !absl::SimpleAtoi(clock.second, &minute)) return false;
    if (now.size() < 6 || !absl::SimpleAtoi(now.substr(0, 4), &this_year) ||
        !absl::SimpleAtoi(now.substr(4, 2), &this_month))
      return false;
    year = static_cast<int64_t>(month / 3) + 1 > this_month ? this_year - 1 : this_year;
    out->stat.resolution = FileStat::Resolution::kMinute;
  } else if (!absl::SimpleAtoi(words[2], &year)) {
    return false;
  }
  const absl::CivilSecond time(year, static_cast<int>(month / 3) + 1, static_cast<int>(day), static_cast<int>(hour),
                               static_cast<int>(minute));
  out->stat.mtime = absl::ToUnixNanos(absl::FromCivil(time, absl::UTCTimeZone()));
  return true;
}

// `INODE MODE LINKS UID GID SIZE TIME` in front of ` .//./`; a device has `MAJOR, MINOR` in the place of its size.
bool ParseLs(absl::string_view line, absl::string_view now, RemoteStat* out) {
  std::vector<absl::string_view> words = absl::StrSplit(line, ' ', absl::SkipEmpty());
  if (words.size() < 7 || words[1].size() < 10 || !absl::SimpleAtoi(words[0], &out->stat.inode)) return false;
  out->type = TypeOfLetter(words[1][0]);
  out->stat.mode = ModeOfLetters(words[1]);
  out->stat.size = 0;
  const bool device = absl::EndsWith(words[5], ",");
  if (device) words.erase(words.begin() + 5);
  if (!device && !absl::SimpleAtoi(words[5], &out->stat.size)) return false;
  absl::Span<const absl::string_view> rest(words.data() + 6, words.size() - 6);
  if (rest.size() == 3 && ParseLsTime(rest, now, out)) return true;
  return TakeTime(&rest, &out->stat.mtime, &out->stat.resolution) && rest.empty();
}

absl::string_view LastLine(absl::string_view text) {
  const size_t newline = text.rfind('\n');
  return newline == absl::string_view::npos ? text : text.substr(newline + 1);
}

// ---- by position

absl::optional<RemoteStat> TakeRecord(absl::string_view* rest, absl::string_view name) {
  absl::string_view at = *rest;
  if (!absl::ConsumePrefix(&at, kOperand) || !absl::ConsumePrefix(&at, name) || !absl::ConsumePrefix(&at, "//"))
    return absl::nullopt;
  const size_t end = at.find('\n');
  RemoteStat stat;
  if (end == absl::string_view::npos || !ParseFields(at.substr(0, end), &stat)) return absl::nullopt;
  *rest = at.substr(end + 1);
  return stat;
}

absl::optional<RemoteStat> TakeLsRecord(absl::string_view* rest, absl::string_view name, absl::string_view now) {
  const size_t start = rest->find(kBehindLs);
  if (start == absl::string_view::npos) return absl::nullopt;
  absl::string_view at = rest->substr(start + kBehindLs.size());
  RemoteStat stat;
  if (!absl::ConsumePrefix(&at, name) || !(absl::StartsWith(at, "\n") || absl::StartsWith(at, " -> ")))
    return absl::nullopt;
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

// ---- as they come

// The name of a link at the start of `at`: in front of ` -> TARGET` and a newline, behind which the output ends or
// another record begins.
size_t LinkNameLength(absl::string_view at, int64_t target, absl::string_view now) {
  for (size_t arrow = at.find(" -> "); arrow != absl::string_view::npos; arrow = at.find(" -> ", arrow + 1)) {
    const size_t end = arrow + 4 + static_cast<size_t>(target);
    if (end >= at.size()) return absl::string_view::npos;
    if (at[end] != '\n') continue;
    const absl::string_view next = at.substr(end + 1);
    RemoteStat ignored;
    const size_t start = next.find(kBehindLs);
    if (next.empty() || (start != absl::string_view::npos && ParseLs(LastLine(next.substr(0, start)), now, &ignored)))
      return arrow;
  }
  return absl::string_view::npos;
}

class ListingReader {
 public:
  ListingReader(absl::string_view output, absl::string_view now) : rest_(output), now_(now) {}

  StatListing Read() {
    const bool understood = absl::StrContains(rest_, kBehindLs) ? ReadLs() : ReadRecords();
    Sort();
    listing_.understood = understood;
    return std::move(listing_);
  }

 private:
  bool ReadRecords() {
    while (!rest_.empty()) {
      const size_t fields = rest_.find("//");
      const size_t end = fields == absl::string_view::npos ? fields : rest_.find('\n', fields);
      RemoteStat stat;
      if (end == absl::string_view::npos || !ParseFields(rest_.substr(fields + 2, end - fields - 2), &stat))
        return false;
      absl::string_view path = rest_.substr(0, fields);
      absl::ConsumePrefix(&path, "./");
      Add(path, stat);
      rest_.remove_prefix(end + 1);
    }
    return true;
  }

  bool ReadLs() {
    while (!rest_.empty()) {
      const size_t start = rest_.find(kBehindLs);
      if (start == absl::string_view::npos) return false;
      RemoteStat stat;
      // In front of the first one may be the line of the folder itself.
      if (!ParseLs(LastLine(rest_.substr(0, start)), now_, &stat)) return false;
      rest_.remove_prefix(start + kBehindLs.size());
      size_t name = absl::string_view::npos, end = absl::string_view::npos;
      if (stat.type == RemoteStat::Type::kLink) {
        name = LinkNameLength(rest_, stat.stat.size, now_);
        if (name == absl::string_view::npos) return false;
        end = name + 4 + static_cast<size_t>(stat.stat.size);
      } else {
        const size_t next = rest_.find(kBehindLs);
        name = end = rest_.substr(0, next).rfind('\n');
        if (end == absl::string_view::npos) return false;
      }
      Add(rest_.substr(0, name), stat);
      rest_.remove_prefix(end + 1);
    }
    return true;
  }

  void Add(absl::string_view path, const RemoteStat& stat) {
    if (path.empty() || path == "." || IsOurs(path)) return;  // the folder itself, and our own
    if (const absl::string_view why = WhyUnclean(path); !why.empty()) {
      listing_.refused.push_back({std::string(path), std::string(why)});
      return;
    }
    listing_.paths.emplace_back(path);
    listing_.stats.push_back(stat);
  }

  void Sort() {
    std::vector<size_t> order(listing_.paths.size());
    std::iota(order.begin(), order.end(), size_t{0});
    std::sort(order.begin(), order.end(), [this](size_t a, size_t b) { return listing_.paths[a] < listing_.paths[b]; });
    StatListing sorted;
    sorted.refused = std::move(listing_.refused);
    for (const size_t i : order) {
      if (!sorted.paths.empty() && sorted.paths.back() == listing_.paths[i]) {
        sorted.refused.push_back({listing_.paths[i], "listed twice"});
        continue;
      }
      sorted.paths.push_back(std::move(listing_.paths[i]));
      sorted.stats.push_back(listing_.stats[i]);
    }
    listing_ = std::move(sorted);
  }

  absl::string_view rest_;
  const absl::string_view now_;
  StatListing listing_;
};

}  // namespace

StatListing ParseStatListing(absl::string_view output, absl::string_view now) {
  return ListingReader(output, now).Read();
}

std::vector<absl::optional<RemoteStat>> TakeStatAnswers(absl::string_view* output, absl::Span<const std::string> names,
                                                        absl::string_view now) {
  const bool records = absl::StartsWith(*output, kOperand);
  std::vector<size_t> order(names.size());
  std::iota(order.begin(), order.end(), size_t{0});
  if (!records) std::sort(order.begin(), order.end(), [&](size_t a, size_t b) { return names[a] < names[b]; });
  std::vector<absl::optional<RemoteStat>> stats(names.size());
  for (const size_t i : order) stats[i] = records ? TakeRecord(output, names[i]) : TakeLsRecord(output, names[i], now);
  return stats;
}

}  // namespace sshsync
