#ifndef SSHSYNC_RECORD_STATE_DIGEST_TABLE_H_
#define SSHSYNC_RECORD_STATE_DIGEST_TABLE_H_

#include "absl/functional/function_ref.h"
#include "absl/time/time.h"
#include "sshsync/model/digest_store.h"

namespace SQLite {
class Database;
}

namespace sshsync {

// The inside of state.h: what is remembered of the content of files. Each call throws what SQLite complains of.

/// Leads from schema 2 to schema 3.
extern const char kDigestTables[];

/// Within a transaction of the caller.
void RememberDigests(SQLite::Database& database, const DigestCacheKey& way, const NewDigests& digests);

/// Nothing where the database is of an older schema, knows another way, or the host's clock was set back. What cannot
/// be read is left out.
void RecallDigests(SQLite::Database& database, const DigestCacheKey& way, absl::FunctionRef<void(StoredDigest)> take);

/// What is of no use any more goes. Within a transaction of the caller.
void ForgetDigests(SQLite::Database& database, absl::Time now);

}  // namespace sshsync

#endif  // SSHSYNC_RECORD_STATE_DIGEST_TABLE_H_
