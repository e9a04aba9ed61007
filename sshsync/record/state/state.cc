#include "sshsync/record/state/state.h"

#include <algorithm>
#include <utility>

#include "SQLiteCpp/SQLiteCpp.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "sshsync/base/status.h"
#include "sshsync/record/state/digest_table.h"
#include "sshsync/record/state/state_database.h"
#include "sshsync/record/state/state_query.h"

namespace sshsync {
namespace {

constexpr size_t kLongestText = 4096, kLongestOutput = 16384;

// Paths are blobs: they are bytes. Queues are text: steps on lines, names between commas, which no name holds.
constexpr char kTables[] = R"(
CREATE TABLE runs (
  number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, verb TEXT NOT NULL, queue TEXT NOT NULL,
  options TEXT NOT NULL,
  config TEXT NOT NULL, resumes TEXT NOT NULL, pid INTEGER NOT NULL, started INTEGER, ended INTEGER,
  exit_code INTEGER, signal INTEGER);
CREATE TABLE repositories (
  run INTEGER NOT NULL, position INTEGER NOT NULL, name TEXT NOT NULL, parent TEXT NOT NULL, host TEXT NOT NULL,
  step INTEGER NOT NULL,
  well INTEGER NOT NULL, outcome TEXT NOT NULL, started INTEGER, ended INTEGER, kept INTEGER, copied INTEGER,
  replaced INTEGER,
  deleted INTEGER, failed INTEGER, extra INTEGER, bytes INTEGER, failure TEXT, message TEXT, command TEXT, output TEXT,
  PRIMARY KEY (run, name));
CREATE INDEX repositories_by_name ON repositories (name, run);
CREATE TABLE files (
  run INTEGER NOT NULL, repository TEXT NOT NULL, path BLOB NOT NULL, action TEXT NOT NULL, bytes INTEGER,
  digest TEXT, failure TEXT,
  message TEXT, command TEXT, output TEXT, exit_status INTEGER, attempts INTEGER);
CREATE INDEX files_by_run ON files (run, repository);
CREATE TABLE last_equal (repository TEXT PRIMARY KEY, parent TEXT NOT NULL, at INTEGER NOT NULL, run TEXT NOT NULL);
)";

constexpr char kBlocks[] = R"(
CREATE TABLE blocks (
  run INTEGER NOT NULL, repository TEXT NOT NULL, stream INTEGER NOT NULL, began INTEGER NOT NULL,
  ended INTEGER NOT NULL,
  path BLOB NOT NULL, first_byte INTEGER NOT NULL, files INTEGER NOT NULL, bytes INTEGER NOT NULL);
CREATE INDEX blocks_by_run ON blocks (run);
)";

Schemas AllSchemas() { return {kTables, kBlocks, kDigestTables}; }

constexpr char kRunColumns[] =
    "number, id, verb, queue, options, config, resumes, pid, started, ended, exit_code, signal";
constexpr char kRepositoryColumns[] =
    "name, parent, host, step, outcome, started, ended, kept, copied, replaced, deleted, failed, extra, bytes, "
    "failure, message, command, output";
constexpr char kBlockColumns[] = "repository, stream, began, ended, path, first_byte, files, bytes";
constexpr char kFileColumns[] = "path, action, bytes, digest, failure, message, command, output, exit_status, attempts";

// A later run that ended well for all repositories of `u`; none makes `u` unfinished, where it did not end with 0. Only
// what synchronizes is resumed.
constexpr char kUnfinished[] = R"(
  u.verb <> 'restore' AND (u.exit_code IS NULL OR u.exit_code <> 0) AND NOT EXISTS (
    SELECT 1 FROM runs l WHERE l.number > u.number AND NOT EXISTS (
      SELECT 1 FROM repositories r WHERE r.run = u.number AND NOT EXISTS (
        SELECT 1 FROM repositories k WHERE k.run = l.number AND k.name = r.name AND k.well = 1))))";

std::string Cut(const std::string& text, size_t longest) {
  return text.size() <= longest ? text : absl::StrCat(text.substr(0, longest), " [cut]");
}

absl::string_view NameOf(Failure failure) { return failure == Failure::kNone ? "" : InfoOf(failure).name; }

Outcome OutcomeOf(absl::string_view name) {
  for (int i = 0; i <= static_cast<int>(Outcome::kRestored); ++i) {
    if (OutcomeName(static_cast<Outcome>(i)) == name) return static_cast<Outcome>(i);
  }
  return Outcome::kStopped;
}

std::string QueueText(const std::vector<std::vector<std::string>>& queue) {
  std::vector<std::string> steps;
  for (const std::vector<std::string>& step : queue) steps.push_back(absl::StrJoin(step, ","));
  return absl::StrJoin(steps, "\n");
}

std::vector<std::vector<std::string>> ReadQueue(absl::string_view text) {
  std::vector<std::vector<std::string>> queue;
  for (const absl::string_view step : absl::StrSplit(text, '\n', absl::SkipEmpty()))
    queue.push_back(absl::StrSplit(step, ','));
  return queue;
}

RepositoryReport ReadRepository(Query& query) {
  RepositoryReport report;
  report.name = query.Text();
  report.parent = query.Text();
  report.host = query.Text();
  report.step = query.Int();
  report.outcome = OutcomeOf(query.Text());
  report.started = query.Time();
  report.ended = query.Time();
  for (int64_t* count : {&report.kept, &report.copied, &report.replaced, &report.deleted, &report.failed, &report.extra,
                         &report.bytes}) {
    *count = query.Number();
  }
  report.failure = query.Failure();
  report.message = query.Text();
  report.command = query.Text();
  report.output = query.Text();
  return report;
}

FileOutcome ReadFile(Query& query) {
  FileOutcome file;
  file.path = query.Text();
  file.action = query.Text();
  file.bytes = query.Number();
  file.digest = query.Text();
  file.failure = query.Failure();
  file.message = query.Text();
  file.command = query.Text();
  file.output = query.Text();
  file.exit_status = query.Int();
  file.attempts = query.Int();
  return file;
}

MovedBlock ReadBlock(Query& query) {
  MovedBlock block;
  block.repository = query.Text();
  block.stream = query.Int();
  block.began = query.Time();
  block.ended = query.Time();
  block.path = query.Text();
  block.offset = query.Number();
  block.files = query.Number();
  block.bytes = query.Number();
  return block;
}

/// The run that `query` stands at, its repositories, and its files and blocks where asked for.
RunRecord ReadRun(SQLite::Database& database, Query& query, bool files) {
  RunRecord record;
  const int64_t number = query.Number();
  record.report.run = query.Text();
  record.report.verb = query.Text();
  record.report.queue = ReadQueue(query.Text());
  record.options = query.Text();
  record.config = query.Text();
  record.resumes = query.Text();
  record.pid = query.Int();
  record.report.started = query.Time();
  record.report.ended = query.Time();
  record.exit_code = query.MaybeInt();
  record.report.signal = query.Int();
  Query repositories(database,
                     absl::StrCat("SELECT ", kRepositoryColumns, " FROM repositories WHERE run = ? ORDER BY position"));
  repositories.Bind(number);
  while (repositories.Next()) record.report.repositories.push_back(ReadRepository(repositories));
  for (RepositoryReport& report : record.report.repositories) {
    if (!files) break;
    Query rows(database,
               absl::StrCat("SELECT ", kFileColumns, " FROM files WHERE run = ? AND repository = ? ORDER BY rowid"));
    rows.Bind(number).Bind(report.name);
    while (rows.Next()) report.files.push_back(ReadFile(rows));
  }
  // What is only read may be of the first schema, which knows no blocks.
  if (files && database.tableExists("blocks")) {
    Query rows(database,
               absl::StrCat("SELECT ", kBlockColumns, " FROM blocks WHERE run = ? ORDER BY repository, began, stream"));
    rows.Bind(number);
    while (rows.Next()) record.blocks.push_back(ReadBlock(rows));
  }
  return record;
}

int64_t NumberOf(SQLite::Database& database, absl::string_view run) {
  Query query(database, "SELECT number FROM runs WHERE id = ?");
  query.Bind(run);
  return query.Next() ? query.Number() : 0;
}

/// Writes all that `work` writes, or nothing of it.
template <class Work>
absl::Status InOneGo(SQLite::Database& database, Work work) {
  return Guarded([&] {
    SQLite::Transaction transaction(database);
    work();
    transaction.commit();
    return absl::OkStatus();
  });
}

/// Replaces what is kept of one repository.
template <class Iterator>
void PutBlocks(SQLite::Database& database, int64_t run, const std::string& repository, Iterator begin, Iterator end) {
  Query(database, "DELETE FROM blocks WHERE run = ? AND repository = ?").Bind(run).Bind(repository).Run();
  Query insert(database,
               absl::StrCat("INSERT INTO blocks (run, ", kBlockColumns, ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"));
  for (Iterator block = begin; block != end; ++block) {
    insert.Bind(run)
        .Bind(repository)
        .Bind(int64_t{block->stream})
        .Bind(block->began)
        .Bind(block->ended)
        .BindBytes(block->path)
        .Bind(block->offset)
        .Bind(block->files)
        .Bind(block->bytes)
        .Run();
  }
}

}  // namespace

bool EndedWell(const RepositoryReport& report) {
  return (report.outcome == Outcome::kEqual || report.outcome == Outcome::kChanged) &&
         report.failure == Failure::kNone && report.failed == 0 && report.ended != absl::InfiniteFuture();
}

State::State(std::unique_ptr<SQLite::Database> database, std::string warning)
    : database_(std::move(database)), warning_(std::move(warning)) {}
State::State(State&& other) noexcept = default;
State& State::operator=(State&& other) noexcept = default;
State::~State() = default;

absl::StatusOr<State> State::OpenForWriting(const std::string& dir, absl::Time now) {
  std::string warning;
  SSHSYNC_ASSIGN_OR_RETURN(auto database, OpenDatabaseForWriting(dir, AllSchemas(), now, warning));
  return State(std::move(database), std::move(warning));
}

absl::StatusOr<State> State::OpenForReading(const std::string& dir) {
  SSHSYNC_ASSIGN_OR_RETURN(auto database, OpenDatabaseForReading(dir, kSchema));
  return State(std::move(database), "");
}

absl::Status State::BeginRun(const RunRecord& record) {
  return InOneGo(*database_, [&] {
    const Report& report = record.report;
    Query(*database_,
          "INSERT INTO runs (id, verb, queue, options, config, resumes, pid, started) VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
        .Bind(report.run)
        .Bind(report.verb)
        .Bind(QueueText(report.queue))
        .Bind(record.options)
        .Bind(record.config)
        .Bind(record.resumes)
        .Bind(int64_t{record.pid})
        .Bind(report.started)
        .Run();
    const int64_t number = database_->getLastInsertRowid();
    Query insert(*database_,
                 "INSERT INTO repositories (run, position, name, parent, host, step, well, outcome) VALUES (?, ?, ?, "
                 "?, ?, ?, 0, 'stopped')");
    std::map<absl::string_view, const RepositoryReport*> known;
    for (const RepositoryReport& repository : report.repositories) known[repository.name] = &repository;
    const RepositoryReport unknown;
    int64_t position = 0, step = 0;
    for (const std::vector<std::string>& names : report.queue) {
      ++step;
      for (const std::string& name : names) {
        const auto found = known.find(name);
        const RepositoryReport& repository = found == known.end() ? unknown : *found->second;
        insert.Bind(number).Bind(position++).Bind(name).Bind(repository.parent).Bind(repository.host).Bind(step).Run();
      }
    }
  });
}

absl::Status State::EndRepository(absl::string_view run, const RepositoryReport& report,
                                  const std::vector<MovedBlock>& blocks) {
  return InOneGo(*database_, [&] {
    const int64_t number = NumberOf(*database_, run);
    Query(*database_,
          "UPDATE repositories SET parent = ?, host = ?, step = ?, well = ?, outcome = ?, started = ?, ended = ?, kept "
          "= ?, copied = ?, replaced = ?, "
          "deleted = ?, failed = ?, extra = ?, bytes = ?, failure = ?, message = ?, command = ?, output = ? WHERE run "
          "= ? AND name = ?")
        .Bind(report.parent)
        .Bind(report.host)
        .Bind(int64_t{report.step})
        .Bind(int64_t{EndedWell(report)})
        .Bind(OutcomeName(report.outcome))
        .Bind(report.started)
        .Bind(report.ended)
        .Bind(report.kept)
        .Bind(report.copied)
        .Bind(report.replaced)
        .Bind(report.deleted)
        .Bind(report.failed)
        .Bind(report.extra)
        .Bind(report.bytes)
        .Bind(NameOf(report.failure))
        .Bind(Cut(report.message, kLongestText))
        .Bind(Cut(report.command, kLongestText))
        .Bind(Cut(report.output, kLongestOutput))
        .Bind(number)
        .Bind(report.name)
        .Run();
    Query insert(*database_, absl::StrCat("INSERT INTO files (run, repository, ", kFileColumns,
                                          ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"));
    for (const FileOutcome& file : report.files) {
      insert.Bind(number)
          .Bind(report.name)
          .BindBytes(file.path)
          .Bind(file.action)
          .Bind(file.bytes)
          .Bind(file.digest)
          .Bind(NameOf(file.failure))
          .Bind(Cut(file.message, kLongestText))
          .Bind(Cut(file.command, kLongestText))
          .Bind(Cut(file.output, kLongestOutput))
          .Bind(int64_t{file.exit_status})
          .Bind(int64_t{file.attempts})
          .Run();
    }
    PutBlocks(*database_, number, report.name, blocks.begin(), blocks.end());
    if (EndedWell(report)) {
      Query(*database_, "INSERT OR REPLACE INTO last_equal (repository, parent, at, run) VALUES (?, ?, ?, ?)")
          .Bind(report.name)
          .Bind(report.parent)
          .Bind(report.ended)
          .Bind(run)
          .Run();
    }
  });
}

absl::Status State::KeepBlocks(absl::string_view run, const std::vector<MovedBlock>& blocks) {
  return InOneGo(*database_, [&] {
    const int64_t number = NumberOf(*database_, run);
    for (auto begin = blocks.begin(), end = begin; begin != blocks.end(); begin = end) {
      end = std::find_if(begin, blocks.end(),
                         [&](const MovedBlock& block) { return block.repository != begin->repository; });
      Query open(*database_, "SELECT 1 FROM repositories WHERE run = ? AND name = ? AND ended IS NULL");
      open.Bind(number).Bind(begin->repository);
      // What ended meanwhile is told of as a whole.
      if (open.Next()) PutBlocks(*database_, number, begin->repository, begin, end);
    }
  });
}

absl::Status State::Store(const DigestCacheKey& way, const NewDigests& digests) {
  return InOneGo(*database_, [&] { RememberDigests(*database_, way, digests); });
}

absl::Status State::Load(const DigestCacheKey& way, absl::FunctionRef<void(StoredDigest)> take) const {
  return Guarded([&] {
    RecallDigests(*database_, way, take);
    return absl::OkStatus();
  });
}

absl::Status State::EndRun(const Report& report, int exit_code, int keep_runs) {
  return InOneGo(*database_, [&] {
    ForgetDigests(*database_, report.ended);
    Query(*database_, "UPDATE runs SET ended = ?, exit_code = ?, signal = ? WHERE id = ?")
        .Bind(report.ended)
        .Bind(int64_t{exit_code})
        .Bind(int64_t{report.signal})
        .Bind(report.run)
        .Run();
    int64_t forgotten = 0;
    {
      Query query(*database_, "SELECT number FROM runs ORDER BY number DESC LIMIT 1 OFFSET ?");
      query.Bind(int64_t{keep_runs});
      if (query.Next()) forgotten = query.Number();
    }
    for (const char* text : {"DELETE FROM files WHERE run <= ?", "DELETE FROM blocks WHERE run <= ?",
                             "DELETE FROM repositories WHERE run <= ?", "DELETE FROM runs WHERE number <= ?"}) {
      Query(*database_, text).Bind(forgotten).Run();
    }
  });
}

absl::StatusOr<std::vector<RunRecord>> State::Runs(int limit) const {
  return Guarded([&]() -> absl::StatusOr<std::vector<RunRecord>> {
    std::vector<RunRecord> records;
    Query query(*database_, absl::StrCat("SELECT ", kRunColumns, " FROM runs ORDER BY number DESC LIMIT ?"));
    query.Bind(int64_t{limit});
    while (query.Next()) records.push_back(ReadRun(*database_, query, false));
    return records;
  });
}

absl::StatusOr<absl::optional<RunRecord>> State::Find(absl::string_view run) const {
  return Guarded([&]() -> absl::StatusOr<absl::optional<RunRecord>> {
    Query query(*database_, absl::StrCat("SELECT ", kRunColumns,
                                         " FROM runs WHERE substr(id, 1, ?) = ? ORDER BY id = ? DESC LIMIT 2"));
    query.Bind(static_cast<int64_t>(run.size())).Bind(run).Bind(run);
    if (run.empty() || !query.Next()) return absl::nullopt;
    RunRecord record = ReadRun(*database_, query, true);
    if (record.report.run != run && query.Next()) return absl::nullopt;
    return absl::make_optional(std::move(record));
  });
}

absl::StatusOr<absl::optional<RunRecord>> State::LastUnfinished() const {
  return Guarded([&]() -> absl::StatusOr<absl::optional<RunRecord>> {
    Query query(*database_, absl::StrCat("SELECT ", kRunColumns, " FROM runs u WHERE ", kUnfinished,
                                         " ORDER BY number DESC LIMIT 1"));
    if (!query.Next()) return absl::nullopt;
    return absl::make_optional(ReadRun(*database_, query, false));
  });
}

absl::StatusOr<bool> State::IsUnfinished(absl::string_view run) const {
  return Guarded([&]() -> absl::StatusOr<bool> {
    Query query(*database_, absl::StrCat("SELECT 1 FROM runs u WHERE id = ? AND ", kUnfinished));
    query.Bind(run);
    return query.Next();
  });
}

absl::StatusOr<std::map<std::string, RepositoryRecord>> State::Repositories() const {
  return Guarded([&]() -> absl::StatusOr<std::map<std::string, RepositoryRecord>> {
    std::map<std::string, RepositoryRecord> records;
    Query equal(*database_, "SELECT repository, parent, at FROM last_equal");
    while (equal.Next()) {
      RepositoryRecord& record = records[equal.Text()];
      record.parent = equal.Text();
      record.last_equal = equal.Time();
    }
    Query last(
        *database_,
        absl::StrCat(
            "SELECT run, (SELECT id FROM runs WHERE number = r.run), (SELECT pid FROM runs WHERE number = r.run), ",
            kRepositoryColumns,
            " FROM repositories r WHERE run = (SELECT max(run) FROM repositories WHERE name = r.name)"));
    while (last.Next()) {
      const int64_t number = last.Number();
      const std::string run = last.Text();
      const int pid = last.Int();
      RepositoryReport report = ReadRepository(last);
      RepositoryRecord& record = records[report.name];
      if (record.parent.empty()) record.parent = report.parent;
      record.run = run;
      record.pid = pid;
      // A file that fails by itself says more than those that wait for a parent.
      Query failed(*database_, absl::StrCat("SELECT ", kFileColumns,
                                            " FROM files WHERE run = ? AND repository = ? AND failure <> '' ",
                                            "ORDER BY failure = 'waiting', rowid LIMIT 1"));
      failed.Bind(number).Bind(report.name);
      if (failed.Next()) record.failed_file = ReadFile(failed);
      record.last = std::move(report);
    }
    return records;
  });
}

}  // namespace sshsync
