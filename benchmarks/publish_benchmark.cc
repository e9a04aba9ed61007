// Publishing on a child: what one command takes for 10,000 verified files in 100 folders, in a memory file system where
// there is one, with the tools of GNU, with those of busybox, and with ls alone in the place of stat. `new`: nothing is
// there yet; `replace`: every file replaces one; `trash`: and the old one is kept. The time is that of the command
// through a local shell; what it publishes is laid out before.
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "benchmark/benchmark.h"
#include "sshsync/host/host_facts.h"
#include "sshsync/ssh/ssh_runner.h"
#include "sshsync/stage/publishing.h"

namespace sshsync {
namespace {

namespace fs = std::filesystem;

constexpr int kFolders = 100, kFilesOfFolder = 100;

// A folder of its own, gone at the end.
class Place {
 public:
  Place() {
    std::string name = fs::exists("/dev/shm") ? "/dev/shm/publish-XXXXXX" : "/tmp/publish-XXXXXX";
    if (mkdtemp(name.data()) == nullptr) std::abort();
    path_ = name;
    fs::create_directories(path_ + "/tools");
    for (const char* tool :
         {"sh",   "ls",   "stat", "mv", "ln",   "cp",    "mkdir", "df",  "sed",   "uniq", "touch", "chmod",
          "sync", "find", "sort", "id", "date", "uname", "tar",   "cat", "sleep", "kill", "env"}) {
      fs::create_symlink("/bin/busybox", path_ + "/tools/" + tool);
    }
  }
  ~Place() { fs::remove_all(path_); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

FileStat StatOf(const std::string& path) {
  struct stat info = {};
  if (lstat(path.c_str(), &info) != 0) std::abort();
  return {.size = info.st_size,
          .mtime = info.st_mtim.tv_sec * 1'000'000'000 + info.st_mtim.tv_nsec,
          .inode = info.st_ino,
          .mode = static_cast<uint16_t>(info.st_mode & 07777)};
}

std::vector<Publication> LayOut(const std::string& root, int round) {
  std::vector<Publication> files;
  for (int folder = 0; folder < kFolders; ++folder) {
    const std::string attempt =
        absl::StrCat(root, "/.sshsync/in/0123456789abcdef0123456789abcdef01234567-", round, "/folder", folder);
    fs::create_directories(attempt);
    for (int i = 0; i < kFilesOfFolder; ++i) {
      Publication file{.index = files.size(),
                       .file = absl::StrCat("folder", folder, "/some file ", i),
                       .staged = absl::StrCat(attempt, "/some file ", i)};
      std::ofstream(file.staged) << round;
      file.verified = file.parent = StatOf(file.staged);
      files.push_back(std::move(file));
    }
  }
  return files;
}

enum Mode { kNew, kReplace, kTrash };

void BM_Publish(benchmark::State& state, const char* tools, Mode mode) {
  const bool busybox = std::string(tools) == "busybox";
  const Place place;
  const Endpoint host{.transport = Transport::kLocal,
                      .shell = busybox ? absl::StrCat("env PATH=", place.path(), "/tools sh") : "sh"};
  SshRunner runner;
  int round = 0;
  for (auto _ : state) {
    state.PauseTiming();
    if (round == 0 || mode == kNew) {
      fs::remove_all(place.path() + "/r");
      fs::create_directories(place.path() + "/r/.sshsync/lock");
      std::ofstream(place.path() + "/r/.sshsync/lock/by-run1") << "";
    }
    const auto looked = runner.Run(host, HostFactsCommand(place.path() + "/r", false), StopToken());
    auto facts = ParseHostFacts(*looked, place.path() + "/r");
    if (std::string(tools) == "ls") facts->stat_tool = StatTool::kLs;
    const Lease lease{.root = facts->root, .run = "run1", .controller = "ctl"};
    const std::string mark(32, 'f');
    if (mode != kNew && round++ == 0) {
      const std::vector<Publication> first = LayOut(facts->root, 0);
      (void)runner.Run(host, PublishCommand(*facts, lease, first, false, false, mark), StopToken());
    }
    const std::vector<Publication> files = LayOut(facts->root, round);
    state.ResumeTiming();
    for (size_t at = 0; at < files.size(); at += 4000) {
      const auto some = absl::MakeConstSpan(files).subspan(at, 4000);
      const auto result =
          runner.Run(host, PublishCommand(*facts, lease, some, false, mode == kTrash, mark), StopToken());
      const auto published = result.ok() ? ParsePublish(*result, some, mark) : result.status();
      if (!published.ok()) return state.SkipWithError(std::string(published.status().message()).c_str());
      for (const Published& one : *published) {
        if (one.result != PublishResult::kDone) return state.SkipWithError(one.said.c_str());
      }
    }
  }
  state.SetItemsProcessed(state.iterations() * kFolders * kFilesOfFolder);
}

BENCHMARK_CAPTURE(BM_Publish, gnu_new, "gnu", kNew)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK_CAPTURE(BM_Publish, gnu_replace, "gnu", kReplace)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK_CAPTURE(BM_Publish, gnu_trash, "gnu", kTrash)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK_CAPTURE(BM_Publish, busybox_new, "busybox", kNew)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK_CAPTURE(BM_Publish, busybox_replace, "busybox", kReplace)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK_CAPTURE(BM_Publish, ls_new, "ls", kNew)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace sshsync

BENCHMARK_MAIN();
