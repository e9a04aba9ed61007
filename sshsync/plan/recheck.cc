#include "sshsync/plan/recheck.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "sshsync/digest/hasher.h"
#include "sshsync/plan/big_file.h"

namespace sshsync {
namespace {

// The host's clock is told in whole seconds; file systems keep times to two seconds at worst, and their clock may lag
// by a tick.
constexpr absl::Duration kAtRest = absl::Seconds(4);
constexpr absl::Duration kLongestKept = absl::Hours(24 * 90);
constexpr int64_t kSecond = 1'000'000'000;

bool IsOld(int64_t time, absl::Time clock) { return time >= 0 && absl::FromUnixNanos(time) <= clock - kAtRest; }

bool TellsEnough(const FileStat& stat) {
  return stat.ctime >= 0 && stat.mtime >= 0 && stat.inode != 0 && stat.size >= 0 && stat.unit() <= kSecond;
}

}  // namespace

bool IsAtRest(const FileStat& stat, absl::Time clock) {
  return TellsEnough(stat) && IsOld(stat.ctime, clock) && IsOld(stat.mtime, clock);
}

bool IsAsBrought(const FileStat& placed, const FileStat& wanted, absl::Time clock) {
  return TellsEnough(placed) && placed.ctime % kSecond != 0 && IsOld(placed.mtime, clock) && placed.SameVersion(wanted);
}

bool IsUntouched(const FileStat& then, const FileStat& now) {
  return TellsEnough(then) && then.size == now.size && then.mtime == now.mtime && then.ctime == now.ctime &&
         then.inode == now.inode && then.resolution == now.resolution;
}

bool IsFresh(const StoredDigest& remembered, absl::Duration age, absl::Time now, int64_t chunk,
             absl::string_view algorithm) {
  const FileEntry& file = remembered.file;
  if (remembered.read > now || now - remembered.read >= age || file.digest.empty()) return false;
  const bool big = chunk > 0 && file.stat.size > chunk;
  if (!big || file.chunks == nullptr) return !big && file.chunks == nullptr;
  if (file.chunks->chunk != chunk ||
      static_cast<int64_t>(file.chunks->digests.size()) != ChunkCount(file.stat.size, chunk))
    return false;
  const auto digest = DigestOfChunks(*file.chunks, algorithm);
  return digest.ok() && *digest == file.digest;
}

std::string DigestCacheKeyOf(const Repository& repository, absl::string_view root, absl::string_view method) {
  auto hasher = Hasher::Create("sha256");
  if (!hasher.ok()) return "";
  const Endpoint& at = repository.endpoint;
  const auto add = [&hasher](absl::string_view text) { hasher->Update(absl::StrCat(text.size(), ":", text)); };
  // The first says how digests are understood here.
  for (const absl::string_view text :
       {absl::string_view("1"), absl::string_view(at.transport == Transport::kLocal ? "local" : "ssh"),
        absl::string_view(at.host), absl::string_view(at.user), absl::string_view(at.jump), absl::string_view(at.shell),
        absl::string_view(repository.path), root, method}) {
    add(text);
  }
  add(absl::StrCat(at.port));
  for (const std::string& word : at.ssh) add(word);
  return hasher->Finish().text();
}

absl::Time UselessFrom(absl::Duration age, absl::Time now) { return now + std::min(age, kLongestKept); }

}  // namespace sshsync
