#ifndef SSHSYNC_RECORD_STATE_DATABASE_H_
#define SSHSYNC_RECORD_STATE_DATABASE_H_

#include <memory>
#include <string>

#include "SQLiteCpp/Database.h"
#include "SQLiteCpp/Exception.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace sshsync {

// The inside of state.h: the file, and what may have happened to it.

/// The database in `dir`, sound and of schema `schema`; made by `create` where it is new. A damaged one is set aside, and `warning` says
/// so. Errors as State::OpenForWriting has them.
absl::StatusOr<std::unique_ptr<SQLite::Database>> OpenDatabaseForWriting(const std::string& dir, int schema, absl::Time now,
                                                                         absl::FunctionRef<void(SQLite::Database&)> create,
                                                                         std::string& warning);

/// The database in `dir` as it is. Errors as State::OpenForReading has them.
absl::StatusOr<std::unique_ptr<SQLite::Database>> OpenDatabaseForReading(const std::string& dir, int schema);

/// What SQLite complains of, as one of our errors; DataLoss for a damaged file.
absl::Status FromException(const SQLite::Exception& error);

}  // namespace sshsync

#endif  // SSHSYNC_RECORD_STATE_DATABASE_H_
