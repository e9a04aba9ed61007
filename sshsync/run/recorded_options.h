#ifndef SSHSYNC_RUN_RECORDED_OPTIONS_H_
#define SSHSYNC_RUN_RECORDED_OPTIONS_H_

#include <string>

#include "absl/strings/string_view.h"
#include "sshsync/sync.h"

namespace sshsync {

/// The options of a run that `resume` repeats, as text for the state: a line `NAME VALUE` for each that was given. What
/// concerns one start only (places, locks, output) is not among them.
std::string OptionsText(const SyncOptions& options);

/// Sets what `text` holds and `options` do not give. Lines that this version does not know are passed over.
///
///     SyncOptions again{.jobs = 2};
///     RepeatOptions("jobs 4\nretries 9", again);   // jobs stays 2, retries is 9
void RepeatOptions(absl::string_view text, SyncOptions& options);

}  // namespace sshsync

#endif  // SSHSYNC_RUN_RECORDED_OPTIONS_H_
