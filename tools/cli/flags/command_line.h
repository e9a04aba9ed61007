#ifndef SSHSYNC_TOOLS_CLI_FLAGS_COMMAND_LINE_H_
#define SSHSYNC_TOOLS_CLI_FLAGS_COMMAND_LINE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "absl/types/span.h"
#include "sshsync/base/log.h"
#include "sshsync/model/repository.h"
#include "tools/cli/flags/flags.h"

namespace sshsync::cli {

enum class HelpKind { kNone, kShort, kLong, kVersion };
enum class Progress { kAuto, kAlways, kNever };

/// What the user typed, read and checked as far as that is possible without a configuration. Absent and empty members
/// were not given.
struct CommandLine {
  VerbId verb = VerbId::kSync;
  HelpKind help = HelpKind::kNone;
  std::vector<std::string> words;               ///< after the verb
  std::vector<std::vector<std::string>> steps;  ///< one for each --sync, in order; names as typed
  std::vector<std::string> cascade;
  std::vector<std::string> exclude_repos;

  std::string config, logging_config, pid_file, state_dir, log_file;
  std::string events;  ///< a file, or `-`
  std::string format = "text";
  std::string html;  ///< a file, or `-`
  std::string from;
  std::vector<std::string> new_repositories;  ///< of --repo, as typed
  bool dry_run = false, itemize = false, fail_fast = false, json = false, quiet = false, strict = false,
       offline = false;
  int verbose = 0;  ///< how often
  Progress progress = Progress::kAuto;
  absl::optional<LogLevel> log_level;

  int jobs = 0;
  absl::optional<int> retries;
  std::string bwlimit;  ///< as the key has it
  bool del = false;
  absl::optional<DeleteLimit> max_delete;
  std::vector<std::string> filter;  ///< of --include and --exclude in their order, as lines of a filter
  absl::optional<absl::Duration> timeout, wait, lock_wait, max_age;
  std::string stop_at;  ///< HH:MM
};

/// Reads the arguments after the program's name. A first word that is a verb is one; options may stand anywhere. Names
/// are as given, bytes and all. Errors: kOption for an option that is unknown, lacks its value, has one too many or one
/// that cannot be read; kUsage for words that make no sense together. Messages are clean text, bounded in length, and
/// name the nearest known word.
///
///     auto line = ParseCommandLine({"--sync", "repoproxy", "-sappnode1,appnode2"});
///     line->steps.size() == 2;
absl::StatusOr<CommandLine> ParseCommandLine(absl::Span<const std::string> arguments);

}  // namespace sshsync::cli

#endif  // SSHSYNC_TOOLS_CLI_FLAGS_COMMAND_LINE_H_
