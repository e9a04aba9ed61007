#include "sshsync/record/state/digest_table.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "sshsync/record/state/state_query.h"

namespace sshsync {
namespace {

constexpr char kColumns[] = "path, size, mtime, ctime, inode, resolution, digest, chunks, read";

Digest DigestOf(const std::string& text) {
  const std::pair<absl::string_view, absl::string_view> words = absl::StrSplit(text, absl::MaxSplits(' ', 1));
  const auto digest = words.second.empty() ? Digest::FromHex(words.first) : Digest::FromCrc(words.first, words.second);
  return digest.value_or(Digest());
}

// The size of a chunk, then the digests, a line each.
std::string ChunksText(const ChunkList* chunks) {
  if (chunks == nullptr) return "";
  std::string text = absl::StrCat(chunks->chunk);
  for (const Digest& digest : chunks->digests) absl::StrAppend(&text, "\n", digest.text());
  return text;
}

std::shared_ptr<const ChunkList> ReadChunks(const std::string& text) {
  if (text.empty()) return nullptr;
  ChunkList chunks;
  bool first = true;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    if (!std::exchange(first, false)) {
      chunks.digests.push_back(DigestOf(std::string(line)));
    } else if (!absl::SimpleAtoi(line, &chunks.chunk)) {
      chunks.chunk = 0;
    }
  }
  return std::make_shared<const ChunkList>(std::move(chunks));
}

struct Known {
  int64_t number = 0;  // 0: none
  std::string way;
  absl::Time host_clock = absl::InfinitePast();
};

Known FindRepository(SQLite::Database& database, const std::string& repository) {
  Query query(database, "SELECT number, way, host_clock FROM remembered WHERE repository = ?");
  query.Bind(repository);
  Known known;
  if (!query.Next()) return known;
  known.number = query.Number();
  known.way = query.Text();
  known.host_clock = query.Time();
  return known;
}

// A clock that was set back may give a file the time that another content of it had.
bool Holds(const Known& known, const DigestCacheKey& way) {
  return known.number != 0 && known.way == way.way && way.host_clock >= known.host_clock;
}

}  // namespace

// Of each repository one way, and of each of its files one row: paths are blobs, whose order is that of their bytes.
// Times of files are nanoseconds.
const char kDigestTables[] = R"(
CREATE TABLE remembered (
  number INTEGER PRIMARY KEY, repository TEXT NOT NULL UNIQUE, way TEXT NOT NULL, host_clock INTEGER NOT NULL,
  until INTEGER NOT NULL);
CREATE TABLE digests (
  repository INTEGER NOT NULL, path BLOB NOT NULL, size INTEGER NOT NULL, mtime INTEGER NOT NULL,
  ctime INTEGER NOT NULL, inode INTEGER NOT NULL,
  resolution INTEGER NOT NULL, digest TEXT NOT NULL, chunks TEXT NOT NULL, read INTEGER NOT NULL,
  PRIMARY KEY (repository, path)) WITHOUT ROWID;
)";

void RememberDigests(SQLite::Database& database, const DigestCacheKey& way, const NewDigests& digests) {
  Known known = FindRepository(database, way.repository);
  if (known.number != 0 && !Holds(known, way))
    Query(database, "DELETE FROM digests WHERE repository = ?").Bind(known.number).Run();
  if (known.number == 0) {
    Query(database, "INSERT INTO remembered (repository, way, host_clock, until) VALUES (?, ?, ?, ?)")
        .Bind(way.repository)
        .Bind(way.way)
        .Bind(way.host_clock)
        .Bind(digests.until)
        .Run();
    known.number = database.getLastInsertRowid();
  } else {
    Query(database, "UPDATE remembered SET way = ?, host_clock = ?, until = ? WHERE number = ?")
        .Bind(way.way)
        .Bind(way.host_clock)
        .Bind(digests.until)
        .Bind(known.number)
        .Run();
  }
  Query remove(database, "DELETE FROM digests WHERE repository = ? AND path = ?");
  for (const std::string& path : digests.forgotten) remove.Bind(known.number).BindBytes(path).Run();
  Query insert(database, absl::StrCat("INSERT OR REPLACE INTO digests (repository, ", kColumns,
                                      ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"));
  for (const StoredDigest& one : digests.read) {
    const FileStat& stat = one.file.stat;
    insert.Bind(known.number)
        .BindBytes(one.file.path)
        .Bind(stat.size)
        .Bind(stat.mtime)
        .Bind(stat.ctime)
        .Bind(static_cast<int64_t>(stat.inode))
        .Bind(static_cast<int64_t>(stat.resolution))
        .Bind(one.file.digest.text())
        .Bind(ChunksText(one.file.chunks.get()))
        .Bind(one.read)
        .Run();
  }
}

void RecallDigests(SQLite::Database& database, const DigestCacheKey& way, absl::FunctionRef<void(StoredDigest)> take) {
  if (!database.tableExists("digests")) return;
  const Known known = FindRepository(database, way.repository);
  if (!Holds(known, way)) return;
  Query query(database, absl::StrCat("SELECT ", kColumns, " FROM digests WHERE repository = ? ORDER BY path"));
  query.Bind(known.number);
  while (query.Next()) {
    StoredDigest one;
    one.file.path = query.Text();
    one.file.stat.size = query.Number();
    one.file.stat.mtime = query.Number();
    one.file.stat.ctime = query.Number();
    one.file.stat.inode = static_cast<uint64_t>(query.Number());
    one.file.stat.resolution = static_cast<FileStat::Resolution>(
        std::clamp<int64_t>(query.Number(), 0, static_cast<int64_t>(FileStat::Resolution::kDay)));
    one.file.digest = DigestOf(query.Text());
    one.file.chunks = ReadChunks(query.Text());
    one.read = query.Time();
    if (!one.file.digest.empty()) take(std::move(one));
  }
}

void ForgetDigests(SQLite::Database& database, absl::Time now) {
  Query(database, "DELETE FROM digests WHERE repository IN (SELECT number FROM remembered WHERE until <= ?)")
      .Bind(now)
      .Run();
  Query(database, "DELETE FROM remembered WHERE until <= ?").Bind(now).Run();
}

}  // namespace sshsync
