#include "tools/cli/flags/command_line.h"

#include <algorithm>
#include <map>
#include <utility>

#include "CLI/CLI.hpp"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "sshsync/base/status.h"
#include "sshsync/config/values.h"
#include "sshsync/text/escape.h"
#include "sshsync/text/filter.h"
#include "sshsync/text/nearest.h"
#include "tools/cli/flags/flag_values.h"

namespace sshsync::cli {
namespace {

constexpr size_t kLongestShown = 80;
constexpr absl::string_view kNul("\0", 1);

/// What was given, in the order of the command line; a flag without a value has an empty one.
using Given = std::vector<std::pair<FlagId, std::string>>;

/// A piece of the user's text as a message shows it.
std::string Shown(absl::string_view text) {
  return absl::StrCat(EscapeForTerminal(text.substr(0, kLongestShown)), text.size() > kLongestShown ? "..." : "");
}

template <class... Parts>
absl::Status OptionError(const Parts&... parts) {
  return MakeError(Failure::kOption, absl::StrCat(parts...));
}

template <class... Parts>
absl::Status UsageError(const Parts&... parts) {
  return MakeError(Failure::kUsage, absl::StrCat(parts...));
}

template <class Rows>
std::string DidYouMean(absl::string_view dashes, absl::string_view word, const Rows& rows) {
  std::vector<absl::string_view> known;
  for (const auto& row : rows) {
    if (!row.name.empty()) known.push_back(row.name);
  }
  const absl::optional<std::string> nearest = Nearest(word.substr(0, kLongestShown), known);
  return nearest ? absl::StrCat(": did you mean ", dashes, *nearest, "?") : "";
}

absl::Status UnknownOption(absl::string_view argument) {
  absl::string_view name = argument.substr(0, argument.find('='));
  const std::string shown = Shown(name);
  return OptionError("unknown option ", shown,
                     absl::ConsumePrefix(&name, "--") ? DidYouMean("--", name, AllFlags()) : "");
}

/// The name of the flag that CLI11 complains of: the first word of its message, which holds nothing of the user's text.
absl::Status Mismatch(absl::string_view message) {
  absl::string_view name = message.substr(0, message.find_first_of(": "));
  absl::ConsumePrefix(&name, "--");
  for (const Flag& flag : AllFlags()) {
    if (flag.name != name) continue;
    if (flag.value == Value::kNone) return OptionError("--", flag.name, " takes no value");
    return OptionError("--", flag.name, " lacks its value: --", flag.name, " ", flag.placeholder);
  }
  return OptionError(message);
}

/// Sorts the arguments into `given` and `words`, without a look at the values. CLI11 takes `--name=` for a flag whose
/// value is the next argument, and `--flag=true` for a flag; a NUL, which no argument can hold, behind every
/// `--name=value` keeps it from both.
absl::Status Sort(absl::Span<const std::string> arguments, Given& given, std::vector<std::string>& words) {
  CLI::App app;
  app.set_help_flag();
  app.allow_extras();
  std::vector<CLI::Option*> options;
  for (const Flag& flag : AllFlags()) {
    const std::string names =
        absl::StrCat(flag.letter ? absl::StrCat("-", std::string(1, flag.letter), ",") : "", "--", flag.name);
    options.push_back(
        flag.value == Value::kNone
            ? app.add_flag(names)->disable_flag_override()
            : app.add_option(names, [](const CLI::results_t&) { return true; })->type_size(1)->expected(1));
    options.back()->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)->allow_extra_args(false);
  }
  std::vector<std::string> reversed;
  for (const std::string& argument : arguments) {
    const bool has_value = absl::StartsWith(argument, "--") && absl::StrContains(argument, '=');
    reversed.push_back(absl::StrCat(argument, has_value ? kNul : ""));
  }
  std::reverse(reversed.begin(), reversed.end());
  try {
    app.parse(std::move(reversed));
  } catch (const CLI::ArgumentMismatch& error) {
    return Mismatch(error.what());
  } catch (const CLI::ParseError& error) {
    return OptionError(Shown(error.what()));
  }
  std::map<const CLI::Option*, std::pair<const Flag*, size_t>> seen;
  for (size_t i = 0; i < options.size(); ++i) seen[options[i]] = {&AllFlags()[i], 0};
  for (const CLI::Option* option : app.parse_order()) {
    auto& [flag, count] = seen[option];
    const std::string value = flag->value == Value::kNone ? "" : option->results()[count++];
    given.emplace_back(flag->id, absl::StripSuffix(value, kNul));
  }
  for (const std::string& extra : app.remaining()) {
    const absl::string_view word = absl::StripSuffix(extra, kNul);
    if (word == "--") continue;
    if (word.size() > 1 && word.front() == '-') return UnknownOption(word);
    words.emplace_back(word);
  }
  return absl::OkStatus();
}

bool IsValid(const Flag& flag, const std::string& text) {
  switch (flag.value) {
    case Value::kNone:
      return true;
    case Value::kRepositories:
    case Value::kRepository:
      return true;  // a matter of usage, see NamesOf
    case Value::kFile:
    case Value::kFolder:
    case Value::kPlace:
    case Value::kPattern:
      return !text.empty();
    case Value::kCount:
      return ReadCount(text) > (flag.id == FlagId::kJobs ? 0 : -1);
    case Value::kSeconds:
      return ReadSeconds(text).has_value() &&
             (flag.id != FlagId::kTimeout || *ReadSeconds(text) > absl::ZeroDuration());
    case Value::kRate:
      return IsRate(text);
    case Value::kTime:
      return IsTime(text);
    case Value::kLimit:
      return IsLimit(text);
    case Value::kChoice: {
      const std::vector<absl::string_view> choices = absl::StrSplit(flag.placeholder, '|');
      return std::find(choices.begin(), choices.end(), absl::AsciiStrToLower(text)) != choices.end();
    }
  }
  return false;
}

absl::Status CheckValues(const Given& given) {
  for (const auto& [id, value] : given) {
    const Flag& flag = RowOf(id);
    if (IsValid(flag, value)) continue;
    return OptionError("--", flag.name, " ", Shown(value), ": that is no ",
                       absl::StrReplaceAll(flag.placeholder, {{"|", " or "}}));
  }
  return absl::OkStatus();
}

absl::string_view NameOf(const Verb& verb) { return verb.name.empty() ? "a synchronization" : verb.name; }

/// Takes a verb off the front of `words`.
VerbId TakeVerb(std::vector<std::string>& words) {
  if (words.empty()) return VerbId::kSync;
  for (const Verb& verb : AllVerbs()) {
    if (verb.name.empty() || verb.name != words.front()) continue;
    words.erase(words.begin());
    return verb.id;
  }
  return VerbId::kSync;
}

absl::Status CheckWords(const Verb& verb, const std::vector<std::string>& words) {
  if (verb.id == VerbId::kSync && !words.empty()) {
    const std::string nearest = DidYouMean("", words.front(), AllVerbs());
    return UsageError("unknown word ", Shown(words.front()),
                      nearest.empty() ? ": a repository is synchronized with --sync REPO" : nearest);
  }
  if (words.size() < verb.fewest)
    return UsageError("something is missing: sshsync ", verb.synopsis.empty() ? verb.name : verb.synopsis);
  if (words.size() > verb.most) return UsageError(Shown(words[verb.most]), ": surplus word after ", NameOf(verb));
  return absl::OkStatus();
}

/// Refuses what does not go with the verb.
absl::Status CheckFit(const Verb& verb, const Given& given) {
  for (const auto& [id, value] : given) {
    const Flag& flag = RowOf(id);
    if (!(flag.verbs & SetOf(verb.id))) return UsageError("--", flag.name, " does not go with ", NameOf(verb));
  }
  return absl::OkStatus();
}

/// Takes over one flag; a value that stands there twice counts as the last says.
absl::Status Fill(FlagId id, const std::string& value, CommandLine& line) {
  switch (id) {
    case FlagId::kSync:
    case FlagId::kCascade:
    case FlagId::kExcludeRepo: {
      auto names = ReadNames(value);
      if (!names)
        return UsageError("--", RowOf(id).name, " ", Shown(value), ": a name is missing: --", RowOf(id).name, " ",
                          RowOf(id).placeholder);
      if (id == FlagId::kSync) {
        line.steps.push_back(*std::move(names));
      } else {
        std::vector<std::string>& list = id == FlagId::kCascade ? line.cascade : line.exclude_repos;
        list.insert(list.end(), names->begin(), names->end());
      }
      break;
    }
    case FlagId::kConfig:
      line.config = value;
      break;
    case FlagId::kLoggingConfig:
      line.logging_config = value;
      break;
    case FlagId::kPidFile:
      line.pid_file = value;
      break;
    case FlagId::kStateDir:
      line.state_dir = value;
      break;
    case FlagId::kLogFile:
      line.log_file = value;
      break;
    case FlagId::kEvents:
      line.events = value;
      break;
    case FlagId::kHtml:
      line.html = value;
      break;
    case FlagId::kFrom:
      line.from = value;
      break;
    case FlagId::kRepo:
      line.new_repositories.push_back(value);
      break;
    case FlagId::kOffline:
      line.offline = true;
      break;
    case FlagId::kFormat:
      line.format = value;
      break;
    case FlagId::kDryRun:
      line.dry_run = true;
      break;
    case FlagId::kItemize:
      line.itemize = true;
      break;
    case FlagId::kFailFast:
      line.fail_fast = true;
      break;
    case FlagId::kJson:
      line.json = true;
      break;
    case FlagId::kQuiet:
      line.quiet = true;
      break;
    case FlagId::kStrict:
      line.strict = true;
      break;
    case FlagId::kVerbose:
      ++line.verbose;
      break;
    case FlagId::kProgress:
      line.progress = value == "always" ? Progress::kAlways : value == "never" ? Progress::kNever : Progress::kAuto;
      break;
    case FlagId::kLogLevel:
      line.log_level = ParseLogLevel(value);
      break;
    case FlagId::kJobs:
      line.jobs = ReadCount(value).value_or(0);
      break;
    case FlagId::kRetries:
      line.retries = ReadCount(value);
      break;
    case FlagId::kTimeout:
      line.timeout = ReadSeconds(value);
      break;
    case FlagId::kWait:
      line.wait = ReadSeconds(value);
      break;
    case FlagId::kLockWait:
      line.lock_wait = ReadSeconds(value);
      break;
    case FlagId::kStopAt:
      line.stop_at = value;
      break;
    case FlagId::kMaxAge:
      line.max_age = ReadSeconds(value);
      break;
    case FlagId::kDelete:
      line.del = true;
      break;
    case FlagId::kMaxDelete:
      if (auto limit = ParseDeleteLimit(value); limit.ok()) line.max_delete = *limit;
      break;
    case FlagId::kInclude:
    case FlagId::kExclude: {
      line.filter.push_back(absl::StrCat(id == FlagId::kInclude ? "+ " : "- ", value));
      if (const auto filter = Filter::Parse({line.filter.back()}); !filter.ok())
        return OptionError("--", RowOf(id).name, ": ", filter.status().message());
      break;
    }
    case FlagId::kBwlimit:
      line.bwlimit = value;
      break;
    case FlagId::kHelp:
    case FlagId::kVersion:
      break;
  }
  return absl::OkStatus();
}

absl::Status CheckSense(const CommandLine& line) {
  const bool queued = line.verb == VerbId::kSync || line.verb == VerbId::kPlan;
  const bool named = !line.steps.empty() || !line.cascade.empty();
  if (queued && !named) return UsageError("nothing to do: name repositories with --sync REPO");
  if (line.verb == VerbId::kCommands && named != line.words.empty())
    return UsageError(named ? "commands takes repositories or a queue, not both"
                            : "commands of what? Name repositories, or a queue with --sync REPO");
  if (!line.from.empty() && !line.new_repositories.empty())
    return UsageError("--from and --repo: the new configuration can come from one of them");
  if (line.verb == VerbId::kReport && line.html.empty())
    return UsageError("report writes a page: say where with --html FILE");
  if (line.json && line.events == "-")
    return UsageError("--json and --events - both want stdout: give --events a file");
  if (line.quiet && line.verbose > 0) return UsageError("--quiet and --verbose contradict each other");
  if (line.progress == Progress::kAlways && line.quiet)
    return UsageError("--quiet and --progress always contradict each other");
  if (!line.log_file.empty() && !line.logging_config.empty())
    return UsageError("--log-file and --logging-config: only one can say where the log goes");
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<CommandLine> ParseCommandLine(absl::Span<const std::string> arguments) {
  Given given;
  CommandLine line;
  SSHSYNC_RETURN_IF_ERROR(Sort(arguments, given, line.words));
  line.verb = TakeVerb(line.words);
  for (const auto& [id, value] : given) {
    if (id == FlagId::kVersion) line.help = HelpKind::kVersion;
    if (id == FlagId::kHelp) {
      const bool is_long = std::find(arguments.begin(), arguments.end(), "--help") != arguments.end();
      line.help = is_long ? HelpKind::kLong : HelpKind::kShort;
    }
    if (line.help != HelpKind::kNone) return line;
  }
  SSHSYNC_RETURN_IF_ERROR(CheckValues(given));
  const Verb& verb = RowOf(line.verb);
  SSHSYNC_RETURN_IF_ERROR(CheckWords(verb, line.words));
  SSHSYNC_RETURN_IF_ERROR(CheckFit(verb, given));
  for (const auto& [id, value] : given) SSHSYNC_RETURN_IF_ERROR(Fill(id, value, line));
  SSHSYNC_RETURN_IF_ERROR(CheckSense(line));
  return line;
}

}  // namespace sshsync::cli
