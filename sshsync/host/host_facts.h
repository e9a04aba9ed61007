#ifndef SSHSYNC_HOST_HOST_FACTS_H_
#define SSHSYNC_HOST_HOST_FACTS_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "absl/types/span.h"
#include "sshsync/base/status.h"
#include "sshsync/host/stat_records.h"
#include "sshsync/model/manifest.h"
#include "sshsync/model/remote_command.h"
#include "sshsync/plan/listing.h"

namespace sshsync {

/// Which of its tools shows size, time, mode and inode of many files at once, best first.
enum class StatTool { kStatC, kStatF, kPerl, kLs };

/// What one look at a repository's host tells: one round trip, before anything else is asked of it.
struct HostFacts {
  std::string root;    ///< the repository's folder with all links resolved
  int64_t uid = -1;    ///< of the account
  std::string now;     ///< the host's own clock, CCYYMMDDhhmmSS in UTC
  std::string system;  ///< `uname -s -r -m`
  StatTool stat_tool = StatTool::kLs;
  std::string stat_text;  ///< the action `stat` where it is not the one of that tool
  std::map<std::string, std::string>
      actions;  ///< the operator's own for `rename`, `settime` and `flush`, where there are such
  int cpus = 1;
  bool has_tar = false;  ///< where there is none, files go one by one: the last `pack` and `unpack` are taken untried
  bool fast_ciphers = false;  ///< its CPU has instructions for AES
  bool writable = false;      ///< the folder, for the account
  int64_t free_bytes = -1;    ///< of its file system; -1: not known
};

/// The command that finds them out. `create`: the folder itself (not what is above it) is made where it is missing.
/// `space`: the action.
RemoteCommand HostFactsCommand(absl::string_view path, bool create, absl::string_view space = "df -Pk \"$REPOPATH\"");

/// Reads its answer. Errors: kPermission, kReadOnly, kCommandFailed with what the host said of the folder.
absl::StatusOr<HostFacts> ParseHostFacts(const RemoteResult& result, absl::string_view path);

/// The same question in front of another one, in one round trip.
///
///     const PiggybackedFacts facts(path, space);
///     RemoteResult result = ...Run(facts.Of(command));
///     auto found = facts.Take(&result);  // the result is the command's alone now
class PiggybackedFacts {
 public:
  PiggybackedFacts(absl::string_view path, absl::string_view space);
  RemoteCommand Of(RemoteCommand command) const;
  /// Errors: as ParseHostFacts; also where the host did not answer this part.
  absl::StatusOr<HostFacts> Take(RemoteResult* result) const;

 private:
  const std::string path_, mark_, text_;
};

/// Shell text that prints the stat of each of `names`, which are relative to `folder`; names that do not exist are left
/// out of what it prints. The names are given as operands in pieces that fit the smallest known limit of an argument
/// list.
std::string StatText(const HostFacts& facts, absl::string_view folder, absl::Span<const std::string> names);

/// Reads what StatText's commands printed, in the order of the names: by position, so that a name cannot forge a line.
std::vector<absl::optional<RemoteStat>> ParseStats(const HostFacts& facts, absl::string_view output,
                                                   absl::Span<const std::string> names);

/// How many bytes of arguments one process of that host is given; hosts whose limit is not known are given few.
size_t ArgumentBytes(const HostFacts& facts);

/// Words for a shell, cut into pieces of at most so many bytes; each piece is one command `PREFIX './a' './b'`, each on
/// a line of its own. POSIX promises 4 KiB for arguments and environment, every system in use gives 24 KiB or more.
std::vector<absl::Span<const std::string>> ArgumentPieces(absl::Span<const std::string> names,
                                                          size_t most_bytes = 20'000);
std::string WithArguments(absl::string_view prefix, absl::Span<const std::string> names);

/// Shell text that makes the rest of a command yield to others, by a niceness of 0 to 19. Of the subshell alone that it
/// stands in: `$$` would be the whole session, whose next command may be an urgent one. (In ksh93, whose subshells are
/// no processes, it is the session all the same.)
std::string NiceText(int niceness);

/// Shell text that prints all paths of a type (`f` files, `l` links) below the root, ours excepted, each behind
/// `.//./`: no path can contain that, so that a name with a newline stays one name.
std::string FindText(const HostFacts& facts, absl::string_view type);
Listing ParseFind(absl::string_view output);

/// The preset whose `stat` is that of a tool.
absl::string_view PresetOf(StatTool tool);

/// Why a listing is not complete: its status, or what it said on stderr. Empty when it is.
std::string WhyIncomplete(const RemoteResult& result);

/// Classifies what a host said on stderr when a command failed: no space, read-only, permission, not found; `otherwise`
/// for the rest.
Failure FailureFromWords(absl::string_view said, int exit_status, Failure otherwise);

}  // namespace sshsync

#endif  // SSHSYNC_HOST_HOST_FACTS_H_
