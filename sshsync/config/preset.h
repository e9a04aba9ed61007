#ifndef SSHSYNC_CONFIG_PRESET_H_
#define SSHSYNC_CONFIG_PRESET_H_

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace sshsync {

/// A named set of commands for one make of host: the text of each action, and what there is to say about it, with what
/// the base has filled in. Keys are `ACTION`, `ACTION.bytes`, `ACTION.names`, `ACTION.ustar`, and `digest.ALGORITHM`
/// (presets/posix.conf explains them all).
struct Preset {
  std::string name;
  std::map<std::string, std::string> entries;

  /// The text of a key; empty where the preset has none.
  absl::string_view text(absl::string_view key) const;
};

/// The presets that the tool brings along, as data that people can read: one file for each below config/presets, which
/// the build puts into the program. Files rather than tables in code, for an operator looks them up, copies one line
/// and changes it. Immutable; any thread may read. Errors of Parse: kConfig with file and line.
///
///     Presets::Shipped().Find("gnu")->text("read")  // dd if="$FILEPATH" bs=131072 ...
class Presets {
 public:
  /// Those that the build put in. They are valid, which a test holds.
  static const Presets& Shipped();

  /// Reads files, given by name and content: each has one section, which is the preset's name; `base` names another
  /// preset of the set. The section [auto] is no preset: its keys say from which presets an action may be taken.
  static absl::StatusOr<Presets> Parse(absl::Span<const std::pair<std::string, std::string>> files);

  /// nullptr where there is none of that name.
  const Preset* Find(absl::string_view name) const;

  /// Shell text that tries an action and ends with 0 if it does what it should (presets/test.conf); empty where the
  /// controller judges.
  absl::string_view test(absl::string_view action) const;

  /// Where `preset = auto` takes an action from: presets, best first, without those that say the same again.
  std::vector<const Preset*> Candidates(absl::string_view action) const;

 private:
  std::map<std::string, Preset> presets_;
  std::map<std::string, std::vector<std::string>> order_;  // of [auto]
  Preset tests_;                                           // [test]
};

}  // namespace sshsync

#endif  // SSHSYNC_CONFIG_PRESET_H_
