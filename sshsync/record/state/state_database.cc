#include "sshsync/record/state/state_database.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "SQLiteCpp/Statement.h"
#include "SQLiteCpp/Transaction.h"
#include "absl/strings/str_cat.h"
#include "sshsync/base/status.h"

namespace sshsync {
namespace {

constexpr int kBusyMilliseconds = 5000;
constexpr off_t kCheckedWhole = off_t{64} << 20;  // a larger file is only looked at

absl::Status FromErrno(int error, const std::string& path) {
  const Failure failure = error == EROFS                       ? Failure::kReadOnly
                          : error == ENOSPC || error == EDQUOT ? Failure::kNoSpace
                          : error == ELOOP || error == ENOTDIR ? Failure::kObstructed
                                                               : Failure::kPermission;
  return MakeError(failure, absl::StrCat(path, ": ", strerror(error)));
}

std::string PathIn(const std::string& dir) { return absl::StrCat(dir, "/state.db"); }

// Throws for a file that is no sound database.
absl::Status Check(SQLite::Database& database, const std::string& path, int schema) {
  const int found = database.execAndGet("PRAGMA user_version").getInt();
  if (found > schema) {
    return MakeError(Failure::kState,
                     absl::StrCat(path, " was written by a newer sshsync (schema ", found, ", this one knows ", schema,
                                  "): use that one, or give another --state-dir"));
  }
  if (found < 1) return absl::DataLossError("it holds no runs");
  struct stat stat = {};
  if (::stat(path.c_str(), &stat) == 0 && stat.st_size <= kCheckedWhole) {
    const std::string answer = database.execAndGet("PRAGMA quick_check(1)").getString();
    if (answer != "ok") return absl::DataLossError(answer);
  } else {
    const int64_t pages = database.execAndGet("PRAGMA page_count").getInt64(),
                  size = database.execAndGet("PRAGMA page_size").getInt64();
    if (pages * size != stat.st_size) return absl::DataLossError("it is cut off");
  }
  database.execAndGet("SELECT count(*) FROM runs");
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<SQLite::Database>> Open(const std::string& path, int schema) {
  try {
    // SQLite falls back to reading by itself where the file may not be written.
    auto database = std::make_unique<SQLite::Database>(path, SQLite::OPEN_READWRITE, kBusyMilliseconds);
    SSHSYNC_RETURN_IF_ERROR(Check(*database, path, schema));
    return database;
  } catch (const SQLite::Exception& error) {
    return Annotate(FromException(error), path);
  }
}

absl::Status SetAside(const std::string& path, absl::Time now) {
  std::string aside = absl::StrCat(path, ".corrupt-", absl::FormatTime("%Y%m%dT%H%M%SZ", now, absl::UTCTimeZone()));
  for (int i = 2; access(aside.c_str(), F_OK) == 0 && i < 100; ++i)
    aside = absl::StrCat(aside.substr(0, aside.rfind('Z') + 1), "-", i);
  if (rename(path.c_str(), aside.c_str()) != 0) return FromErrno(errno, path);
  // Its journal says how to undo changes of that file, and would ruin the next one.
  const std::string journal = absl::StrCat(path, "-journal");
  if (rename(journal.c_str(), absl::StrCat(aside, "-journal").c_str()) != 0 && errno != ENOENT)
    return FromErrno(errno, journal);
  return absl::OkStatus();
}

// All or nothing: whoever is killed here leaves the schema that was there.
void LeadOn(SQLite::Database& database, const Schemas& schemas) {
  const int found = database.execAndGet("PRAGMA user_version").getInt(), newest = static_cast<int>(schemas.size());
  if (found == newest) return;
  SQLite::Transaction transaction(database);
  for (int schema = found; schema < newest; ++schema) database.exec(std::string(schemas[static_cast<size_t>(schema)]));
  database.exec(absl::StrCat("PRAGMA user_version = ", newest));
  transaction.commit();
}

absl::StatusOr<std::unique_ptr<SQLite::Database>> Create(const std::string& path, const Schemas& schemas) {
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (fd < 0) return FromErrno(errno, path);
  close(fd);
  try {
    auto database = std::make_unique<SQLite::Database>(path, SQLite::OPEN_READWRITE, kBusyMilliseconds);
    LeadOn(*database, schemas);
    return database;
  } catch (const SQLite::Exception& error) {
    // An empty file would look damaged next time.
    unlink(path.c_str());
    return Annotate(FromException(error), path);
  }
}

absl::Status MakeWritable(SQLite::Database& database, const Schemas& schemas, const std::string& path) {
  if (sqlite3_db_readonly(database.getHandle(), "main") != 0)
    return MakeError(Failure::kPermission, absl::StrCat(path, " may not be written"));
  try {
    database.exec("PRAGMA journal_mode = TRUNCATE");
    database.exec("PRAGMA synchronous = FULL");
    LeadOn(database, schemas);
  } catch (const SQLite::Exception& error) {
    return Annotate(FromException(error), path);
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status FromException(const SQLite::Exception& error) {
  switch (error.getErrorCode() & 0xff) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_ERROR:
      return absl::DataLossError(error.what());  // SQLITE_ERROR: a table is missing
    case SQLITE_FULL:
      return MakeError(Failure::kNoSpace, error.what());
    case SQLITE_READONLY:
      return MakeError(Failure::kReadOnly, error.what());
    default:
      return MakeError(Failure::kPermission, error.what());
  }
}

absl::StatusOr<std::unique_ptr<SQLite::Database>> OpenDatabaseForWriting(const std::string& dir, const Schemas& schemas,
                                                                         absl::Time now, std::string& warning) {
  const std::string path = PathIn(dir);
  const int newest = static_cast<int>(schemas.size());
  absl::StatusOr<std::unique_ptr<SQLite::Database>> database = absl::DataLossError("it is empty");
  struct stat stat = {};
  if (lstat(path.c_str(), &stat) != 0) {
    if (errno != ENOENT) return FromErrno(errno, path);
    database = Create(path, schemas);
  } else if (!S_ISREG(stat.st_mode)) {
    return MakeError(Failure::kObstructed, absl::StrCat(path, " is no regular file"));
  } else {
    if (stat.st_size > 0) database = Open(path, newest);
    if (absl::IsDataLoss(database.status())) {
      SSHSYNC_RETURN_IF_ERROR(SetAside(path, now));
      warning = absl::StrCat("the record of earlier runs was damaged (", database.status().message(),
                             "): it was set aside beside ", path, " and begun anew");
      database = Create(path, schemas);
    }
  }
  if (database.ok()) SSHSYNC_RETURN_IF_ERROR(MakeWritable(**database, schemas, path));
  return database;
}

absl::StatusOr<std::unique_ptr<SQLite::Database>> OpenDatabaseForReading(const std::string& dir, int schema) {
  const std::string path = PathIn(dir);
  struct stat stat = {};
  if (lstat(path.c_str(), &stat) != 0) {
    if (errno != ENOENT) return FromErrno(errno, path);
    return MakeError(Failure::kUsage, absl::StrCat("there is no record of runs in ", dir));
  }
  if (!S_ISREG(stat.st_mode)) return MakeError(Failure::kObstructed, absl::StrCat(path, " is no regular file"));
  auto database = stat.st_size > 0 ? Open(path, schema) : absl::DataLossError("it is empty");
  if (!absl::IsDataLoss(database.status())) return database;
  return MakeError(Failure::kState,
                   absl::StrCat(path, " is damaged (", database.status().message(), "): the next run sets it aside"));
}

}  // namespace sshsync
