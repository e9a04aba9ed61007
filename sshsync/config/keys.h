#ifndef SSHSYNC_CONFIG_KEYS_H_
#define SSHSYNC_CONFIG_KEYS_H_

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace sshsync {

/// Which section a key belongs in.
enum class KeyScope {
  kRepository,  ///< any section but [sshsync]; in [DEFAULT] for all of them
  kTool,        ///< [sshsync]
};

/// One row of the table of keys. Static lifetime.
struct KeyInfo {
  absl::string_view name;
  KeyScope scope;
  absl::string_view form;           ///< of its value, as manuals show it: `HOST`, `yes|no`
  absl::string_view default_text;   ///< in words where there is no plain value
  absl::string_view documentation;  ///< one paragraph
};

/// All keys, in the order of the manual: the only list of them. The reader, the manual page, completion and
/// did-you-mean are loops over it.
absl::Span<const KeyInfo> AllKeys();

/// The row of `name` (lower case) in `scope`; nullptr for an unknown key. `action.NAME` is found as the row
/// `action.NAME`, whatever NAME is.
const KeyInfo* FindKey(absl::string_view name, KeyScope scope);

/// Whether values of that key are templates: run by a shell, so ${NODE} stays.
bool IsTemplateKey(absl::string_view name);

/// What can stand behind `action.`: the names of the commands that presets define.
absl::Span<const absl::string_view> PresetActions();

/// What can stand behind `preset =`.
absl::Span<const absl::string_view> PresetNames();

}  // namespace sshsync

#endif  // SSHSYNC_CONFIG_KEYS_H_
