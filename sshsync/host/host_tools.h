#ifndef SSHSYNC_HOST_HOST_TOOLS_H_
#define SSHSYNC_HOST_HOST_TOOLS_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "sshsync/config/preset.h"
#include "sshsync/model/repository.h"

namespace sshsync {

/// Two questions are put to a host, for a run that finds nothing to do needs few of its tools, and should not wait for
/// the trial of the others.
enum class ToolGroup {
  kSurvey,    ///< list, stat, digests, space: asked first
  kTransfer,  ///< all others: asked when something is to be moved, or a big file digested
};
ToolGroup GroupOf(absl::string_view action);

/// The commands in force for one repository on its host: for each action, the operator's (`action.NAME`), else the
/// preset's (`preset`), else, for `preset = auto`, what the host was seen to be able to do: until then, plain POSIX.
/// config/presets/posix.conf says of each action what it does and which variables it reads.
///
/// The texts are trusted shell text. Whoever runs one sets its variables in front, each `NAME=` and
/// ShellLiteral(value), and ends it with a newline; the text does not end the shell (`exit`) unless it fails, and may
/// stand in `( )`, in a pipe, or as the body of a function.
///
/// A plain value, immutable while others read it. Errors of Make: kConfig.
///
///     const HostTools& tools = repository.tools();
///     script = StrCat("FILEPATH=", ShellLiteral(path), " SKIP=", skip, " COUNT=", count, "\n", tools.text("read"),
///     "\n"); names = StrCat("cd ", ShellLiteral(folder), " && {\n", tools.OnNames("pack", {"./a", "./b"}), "}\n");
class HostTools {
 public:
  /// Plain POSIX, nothing probed.
  HostTools();

  static absl::StatusOr<HostTools> Make(const Repository& repository);

  /// The text of an action; empty where the host cannot do it. That of `digests` and `chunks` still holds {TOOL} and
  /// {ALGORITHM}.
  absl::string_view text(absl::string_view action) const;
  bool can(absl::string_view action) const { return !text(action).empty(); }

  /// Where it comes from: `action.NAME`, or the name of a preset.
  absl::string_view origin(absl::string_view action) const;

  /// `chunks` for an algorithm (`sha256`) with a tool's words in it (`sha256sum`); empty where the text needs a tool
  /// and there is none.
  std::string Chunks(absl::string_view algorithm, absl::string_view tool_words) const;

  /// `digests` with a tool's words in it.
  std::string Digests(absl::string_view tool_words) const;

  /// Whether an action on names takes this one among others. Those that no list can hold (\001 in it, or a newline
  /// where that has no spelling) go by themselves: `digests` is given them as operands, a file to pack goes
  /// alone.
  bool TakesName(absl::string_view action, absl::string_view name) const;

  /// What its preset says of an action beside its text, `ACTION.WHAT`; empty for an operator's.
  absl::string_view Attribute(absl::string_view action, absl::string_view what) const;
  /// Whether `pack` writes, or `unpack` reads, names of any length, in GNU tar's way.
  bool LongNames(absl::string_view action) const { return Attribute(action, "names") == "long"; }

  /// How many of `names` one call takes, by their length: at least one.
  size_t NamesPerCall(absl::string_view action, absl::Span<const std::string> names) const;

  /// Shell text that runs an action in the current folder on names (each with ./ in front, each taken, no more than one
  /// call takes): a here-document, or operands. Ends with a newline. TextOnNames: of an action's text, where something
  /// was put into it.
  std::string OnNames(absl::string_view action, absl::Span<const std::string> names) const {
    return TextOnNames(text(action), names);
  }
  static std::string TextOnNames(absl::string_view text, absl::Span<const std::string> names);

  /// The digest tools worth a try for an algorithm, best first.
  std::vector<std::string> DigestTools(absl::string_view algorithm) const;

  // What `preset = auto` needs.

  /// Whether an action is still to be chosen by what the host can do.
  bool open(absl::string_view action) const;
  /// Takes an action from a preset; nullptr: the host cannot do it.
  void Choose(absl::string_view action, const Preset* preset);
  /// Takes what `settled` has chosen of what is still open here.
  void Adopt(const HostTools& settled);

 private:
  struct Chosen {
    std::string text;                ///< of an override
    const Preset* preset = nullptr;  ///< nullptr: the override, or nothing
    bool chosen = true;              ///< false: posix, until the host was asked
  };
  std::map<std::string, Chosen> actions_;
  bool automatic_ = false;
  const Preset* preset_;
};

/// The text of `pack` for who unpacks there: where only the packer knows long names, it cuts them as POSIX has it, if
/// it can.
absl::string_view PackText(const HostTools& packer, const HostTools& unpacker);

/// Whether what that packs can bring this relative path to the other.
bool ArchiveHolds(absl::string_view name, const HostTools& packer, const HostTools& unpacker);

/// The values of the variables of `settime`, in front of its text: `MTIME=... MTIME_S=... MTIME_ISO=... MTIME_T=...`,
/// for nanoseconds since 1970.
std::string TimeVariables(int64_t mtime);

}  // namespace sshsync

#endif  // SSHSYNC_HOST_HOST_TOOLS_H_
