#ifndef SSHSYNC_TOOLS_CLI_FLAGS_FLAGS_H_
#define SSHSYNC_TOOLS_CLI_FLAGS_FLAGS_H_

#include <cstdint>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace sshsync::cli {

/// The verbs of the command line, in the order of the help.
enum class VerbId : uint8_t {
  kSync,  ///< no word: the default
  kPlan,
  kVerify,
  kCheck,
  kProbe,
  kCommands,
  kGraph,
  kResume,
  kStatus,
  kLog,
  kReport,
  kRestore,
  kInit,
};

/// What follows a verb.
enum class Words : uint8_t { kNone, kRepositories, kRun, kRunAndRepository };

/// One row of the table of verbs.
struct Verb {
  VerbId id;
  absl::string_view name;  ///< empty for the default verb
  Words words = Words::kNone;
  size_t fewest = 0;  ///< words that have to be given
  size_t most = 0;    ///< words that may be given
  absl::string_view synopsis = "";
  absl::string_view brief = "";
  absl::string_view doc = "";
};

enum class FlagId : uint8_t {
  kSync,
  kCascade,
  kExcludeRepo,
  kDryRun,
  kItemize,
  kFailFast,
  kDelete,
  kMaxDelete,
  kInclude,
  kExclude,
  kConfig,
  kLoggingConfig,
  kPidFile,
  kStateDir,
  kJobs,
  kBwlimit,
  kTimeout,
  kWait,
  kRetries,
  kStopAt,
  kLockWait,
  kJson,
  kEvents,
  kFormat,
  kProgress,
  kVerbose,
  kQuiet,
  kLogFile,
  kLogLevel,
  kMaxAge,
  kStrict,
  kHtml,
  kFrom,
  kRepo,
  kOffline,
  kHelp,
  kVersion,
};

/// What a flag's value is: how it is checked when it is read, and what a shell offers to complete it.
enum class Value : uint8_t {
  kNone,
  kRepositories,
  kRepository,
  kFile,
  kFolder,
  kCount,
  kSeconds,
  kRate,
  kTime,
  kLimit,
  kPattern,
  kChoice,
  kPlace
};

/// A set of verbs, one bit each.
using VerbSet = uint32_t;
constexpr VerbSet SetOf(VerbId verb) { return VerbSet{1} << static_cast<unsigned>(verb); }

/// One row of the table of flags. For kChoice the placeholder is the list of the words: `auto|always|never`.
struct Flag {
  FlagId id;
  char letter = 0;  ///< 0 for none
  absl::string_view name;
  absl::string_view placeholder = "";
  Value value = Value::kNone;
  VerbSet verbs = 0;
  absl::string_view group = "";
  absl::string_view brief = "";
  absl::string_view doc = "";
  bool repeatable = false;
};

struct ExitCode {
  absl::string_view code;
  absl::string_view meaning;
};

/// A command to show, and what it does.
struct Example {
  absl::string_view command;
  absl::string_view meaning;
};

/// A file or variable of the environment that the tool reads or writes.
struct Place {
  absl::string_view name;
  absl::string_view meaning;
};

// The tables. Help, manual page, completions and the parser are loops over them, so that a row added here is everywhere
// at once. (One macro per flag beside the code that uses it was rejected: nobody could read the command line as a
// whole.) Static lifetime.
absl::Span<const Verb> AllVerbs();
absl::Span<const Flag> AllFlags();
absl::Span<const ExitCode> AllExitCodes();
absl::Span<const Example> AllExamples();
absl::Span<const Place> AllFiles();
absl::Span<const Place> AllVariables();

/// The row of an id. Never fails: every enumerator has a row.
const Verb& RowOf(VerbId id);
const Flag& RowOf(FlagId id);

}  // namespace sshsync::cli

#endif  // SSHSYNC_TOOLS_CLI_FLAGS_FLAGS_H_
