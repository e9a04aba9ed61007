#ifndef SSHSYNC_RECORD_STATE_STATE_QUERY_H_
#define SSHSYNC_RECORD_STATE_STATE_QUERY_H_

#include <cstdint>
#include <string>

#include "SQLiteCpp/SQLiteCpp.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "sshsync/base/status.h"
#include "sshsync/record/state/state_database.h"

namespace sshsync {

// The inside of state.h: one statement.

/// Binds values one after the other, reads columns one after the other.
class Query {
 public:
  Query(SQLite::Database& database, const std::string& text) : statement_(database, text) {}

  Query& Bind(int64_t value) { return statement_.bind(++bound_, value), *this; }
  Query& Bind(const std::string& value) { return statement_.bind(++bound_, value), *this; }
  Query& Bind(absl::string_view value) { return Bind(std::string(value)); }
  Query& Bind(const char* value) { return Bind(std::string(value)); }
  Query& BindBytes(const std::string& value) {
    statement_.bind(++bound_, static_cast<const void*>(value.data()), static_cast<int>(value.size()));
    return *this;
  }
  Query& Bind(absl::Time time) {
    ++bound_;
    if (time != absl::InfiniteFuture()) statement_.bind(bound_, int64_t{absl::ToUnixMillis(time)});
    return *this;
  }
  void Run() {
    statement_.exec();
    statement_.reset();
    statement_.clearBindings();
    bound_ = 0;
  }

  bool Next() {
    read_ = 0;
    return statement_.executeStep();
  }
  int64_t Number() { return statement_.getColumn(read_++).getInt64(); }
  int Int() { return static_cast<int>(Number()); }
  std::string Text() { return statement_.getColumn(read_++).getString(); }
  absl::Time Time() {
    const SQLite::Column column = statement_.getColumn(read_++);
    return column.isNull() ? absl::InfiniteFuture() : absl::FromUnixMillis(column.getInt64());
  }
  absl::optional<int> MaybeInt() {
    const SQLite::Column column = statement_.getColumn(read_++);
    return column.isNull() ? absl::nullopt : absl::optional<int>(column.getInt());
  }
  sshsync::Failure Failure() {
    const std::string name = Text();
    for (const FailureInfo& info : AllFailures()) {
      if (info.name == name) return info.failure;
    }
    return sshsync::Failure::kNone;
  }

 private:
  SQLite::Statement statement_;
  int bound_ = 0;
  int read_ = 0;
};

/// Calls `body`, whose exceptions become statuses.
template <class Body>
auto Guarded(Body body) -> decltype(body()) {
  try {
    return body();
  } catch (const SQLite::Exception& error) {
    const absl::Status status = FromException(error);
    return absl::IsDataLoss(status)
               ? MakeError(Failure::kState, absl::StrCat("the record of runs is damaged: ", status.message()))
               : status;
  }
}

}  // namespace sshsync

#endif  // SSHSYNC_RECORD_STATE_STATE_QUERY_H_
