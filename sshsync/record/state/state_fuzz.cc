// Any bytes as the state database, or as the journal that a killed writer left beside it; and a sound database with any
// bytes changed: no crash, no hang, and afterwards a run can be recorded, or there is an error that says why not.
#include <sys/stat.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "sshsync/record/state/state.h"

namespace sshsync {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'767'225'600);

void Expect(bool holds) {
  if (!holds) abort();
}

// In memory where that is possible: each commit is to reach the disk.
std::string MakeFolder() {
  std::string folder = access("/dev/shm", W_OK) == 0 ? "/dev/shm/state-fuzz-XXXXXX" : "/tmp/state-fuzz-XXXXXX";
  Expect(mkdtemp(folder.data()) != nullptr);
  static std::string made;
  made = folder;
  Expect(atexit([] { std::filesystem::remove_all(made); }) == 0);
  return folder;
}

void Record(State& state, absl::string_view run, bool whole) {
  RepositoryReport repository{
      .name = "p", .parent = "m", .step = 1, .outcome = Outcome::kFailed, .started = kNow, .ended = kNow};
  repository.files.push_back({.path = "a file", .action = "copy", .failure = Failure::kNoSpace});
  Report report{.run = std::string(run),
                .verb = "sync",
                .queue = {{"p"}, {"n"}},
                .started = kNow,
                .ended = kNow,
                .repositories = {repository}};
  if (!state.BeginRun({.report = report, .options = "jobs 3", .config = "/etc/x", .pid = 12}).ok()) return;
  if (!state.EndRepository(run, repository).ok() || !whole) return;
  (void)state.EndRun(report, 6, 100);
}

void Read(const State& state) {
  (void)state.LastUnfinished();
  (void)state.Repositories();
  const auto runs = state.Runs(5);
  if (!runs.ok()) return;
  for (const RunRecord& run : *runs) {
    (void)state.Find(run.report.run);
    (void)state.IsUnfinished(run.report.run);
  }
}

class Place {
 public:
  Place() : folder_(MakeFolder()) {
    auto state = State::OpenForWriting(folder_, kNow);
    Expect(state.ok());
    Record(*state, "20260101-000000-abcd", true);
    Record(*state, "20260102-000000-abcd", false);
    std::ifstream file(folder_ + "/state.db", std::ios::binary);
    sound_.assign(std::istreambuf_iterator<char>(file), {});
    Expect(sound_.size() > 1000);
  }

  void Set(absl::string_view database, absl::string_view journal) const {
    std::filesystem::remove_all(folder_);
    Expect(mkdir(folder_.c_str(), 0700) == 0);
    std::ofstream(folder_ + "/state.db", std::ios::binary) << database;
    if (!journal.empty()) std::ofstream(folder_ + "/state.db-journal", std::ios::binary) << journal;
  }

  const std::string& folder() const { return folder_; }
  const std::string& sound() const { return sound_; }

 private:
  std::string folder_;
  std::string sound_;
};

}  // namespace
}  // namespace sshsync

// The first byte says what the others are: a whole file; places and new values in a sound one (three bytes each); and
// whether the half behind the middle is a journal, or where the file ends.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const sshsync::Place place;
  if (size == 0) return 0;
  const absl::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  const absl::string_view first = (data[0] & 4) != 0 ? rest.substr(0, rest.size() / 2) : rest;
  const absl::string_view journal = (data[0] & 4) != 0 ? rest.substr(rest.size() / 2) : "";
  std::string database(first);
  if ((data[0] & 1) == 0) {
    database = place.sound();
    for (size_t i = 0; i + 2 < first.size(); i += 3) {
      const size_t at =
          static_cast<size_t>(static_cast<unsigned char>(first[i]) * 256 + static_cast<unsigned char>(first[i + 1]));
      database[at % database.size()] = first[i + 2];
    }
    if ((data[0] & 2) != 0 && first.size() > 1)
      database.resize(database.size() * static_cast<unsigned char>(first[0]) / 256);
  }
  place.Set(database, journal);
  if (const auto state = sshsync::State::OpenForReading(place.folder()); state.ok()) sshsync::Read(*state);
  auto state = sshsync::State::OpenForWriting(place.folder(), sshsync::kNow);
  if (!state.ok()) {
    if (state.status().message().empty()) abort();
    return 0;
  }
  sshsync::Record(*state, "20260103-000000-abcd", true);
  sshsync::Read(*state);
  return 0;
}
