#ifndef SSHSYNC_RESUME_H_
#define SSHSYNC_RESUME_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/types/optional.h"
#include "sshsync/model/repository.h"
#include "sshsync/sync.h"

namespace sshsync {

/// A run that is to be continued.
struct Resumption {
  SyncOptions options;  ///< for Synchronize: the recorded queue and options, under those given now
  std::string config;   ///< the configuration's file at that time, an absolute path; empty where it came from elsewhere
};

/// What continues the last unfinished run, or the run of that id (or of which that is the beginning); nothing where it
/// needs no continuation. Only what was asked is taken from the record: what is still to be done is found out on the
/// hosts, as in every run. Errors: kUsage where there is no record, or no such run in it; kState for a record that
/// cannot be read.
///
///     auto resumption = FindResumption(configuration, "", {});
///     if (resumption.ok() && *resumption) Synchronize(configuration, (*resumption)->options, events, stop);
absl::StatusOr<absl::optional<Resumption>> FindResumption(const Configuration& configuration, const std::string& run,
                                                          const SyncOptions& given);

}  // namespace sshsync

#endif  // SSHSYNC_RESUME_H_
