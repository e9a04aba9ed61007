#ifndef SSHSYNC_RECORD_STATE_STATE_DATABASE_H_
#define SSHSYNC_RECORD_STATE_STATE_DATABASE_H_

#include <memory>
#include <string>
#include <vector>

#include "SQLiteCpp/Database.h"
#include "SQLiteCpp/Exception.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace sshsync {

// The inside of state.h: the file, and what may have happened to it.

/// Each the statements that lead from one schema to the next, the first from an empty file to schema 1. What was
/// released stays as it is.
using Schemas = std::vector<absl::string_view>;

/// The database in `dir`, sound and of the newest of `schemas`; made where it is new, led on from where it is older. A
/// damaged one is set aside, and `warning` says so. Errors as State::OpenForWriting has them.
absl::StatusOr<std::unique_ptr<SQLite::Database>> OpenDatabaseForWriting(const std::string& dir, const Schemas& schemas,
                                                                         absl::Time now, std::string& warning);

/// The database in `dir` as it is, of `schema` or an older one. Errors as State::OpenForReading has them.
absl::StatusOr<std::unique_ptr<SQLite::Database>> OpenDatabaseForReading(const std::string& dir, int schema);

/// What SQLite complains of, as one of our errors; DataLoss for a damaged file.
absl::Status FromException(const SQLite::Exception& error);

}  // namespace sshsync

#endif  // SSHSYNC_RECORD_STATE_STATE_DATABASE_H_
