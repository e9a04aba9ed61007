#ifndef SSHSYNC_TESTING_LOCAL_CASCADE_H_
#define SSHSYNC_TESTING_LOCAL_CASCADE_H_

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "sshsync/model/event.h"
#include "sshsync/model/report.h"
#include "sshsync/model/repository.h"
#include "sshsync/process/stop.h"
#include "sshsync/sync.h"
#include "sshsync/testing/temp_dir.h"

namespace sshsync {

/// The cascade m -> p -> n as three folders of this machine, with a real shell behind `transport = local`, `cp -p` as
/// synccmd and sha1sum as digestcmd; further repositories are added by name. What a test changes in the configuration
/// counts for the next run. Small limits and pauses: a run takes a fraction of a second. A failure of the fixture
/// itself ends the test. Threads: one.
///
///     LocalCascade local;
///     local.Write("m/a", "content");
///     EXPECT_EQ(local.Sync({{"p"}, {"n"}}).exit_code(), 0);
///     EXPECT_EQ(local.Read("n/a"), "content");
class LocalCascade {
 public:
  LocalCascade();

  /// Adds a child of `parent`; its folder is made.
  Repository& Add(absl::string_view name, absl::string_view parent);
  /// Of a configured repository.
  Repository& operator[](absl::string_view name);
  Configuration& configuration() { return configuration_; }

  /// Files as `REPOSITORY/PATH`; `aside/...` lies outside of all repositories.
  void Write(absl::string_view name, absl::string_view content) const { dir_.Write(name, content); }
  std::string Read(absl::string_view name) const { return dir_.Read(name); }
  bool Exists(absl::string_view name) const { return dir_.Exists(name); }
  std::string Path(absl::string_view name) const { return dir_.Path(name); }
  /// Sets the time of last modification, in seconds since 1970.
  void SetTime(absl::string_view name, int64_t seconds) const;
  /// Runs shell text in the fixture's folder; its stdout.
  std::string Shell(absl::string_view script) const;

  /// Every path below a repository, the tool's own folder left out: type, mode, inode, size, time and, for links,
  /// target.
  std::map<std::string, std::string> Tree(absl::string_view repository) const { return TreeOf(repository, false); }
  /// The same with the tool's own folder.
  std::map<std::string, std::string> WholeTree(absl::string_view repository) const { return TreeOf(repository, true); }
  /// Path -> content of the regular files, the tool's own folder left out.
  std::map<std::string, std::string> Files(absl::string_view repository) const;

  /// One run. An error before the first hop ends the test.
  Report Sync(std::vector<std::vector<std::string>> queue, SyncOptions options = {});
  Report Run(Verb verb, std::vector<std::vector<std::string>> queue);
  absl::StatusOr<Report> TryRun(SyncOptions options);
  StopSource& stop() { return stop_; }

  /// Is told every event from now on, in the thread of the run.
  void Watch(std::function<void(const Event&)> watcher) { sink_.watcher = std::move(watcher); }
  /// The events of all runs so far.
  const std::vector<Event>& events() const { return sink_.events; }
  /// The messages of a level or above, as `repository: message`.
  std::vector<std::string> Messages(LogLevel level) const;

 private:
  struct Sink : EventSink {
    void On(const Event& event) override {
      events.push_back(event);
      if (watcher) watcher(event);
    }
    std::vector<Event> events;
    std::function<void(const Event&)> watcher;
  };

  std::map<std::string, std::string> TreeOf(absl::string_view repository, bool whole) const;

  TempDir dir_;
  Configuration configuration_;
  Sink sink_;
  StopSource stop_;
};

/// The report of a repository; the test ends where there is none.
const RepositoryReport& Of(const Report& report, absl::string_view repository);

/// What became of a file, or nullptr where the report does not mention it.
const FileOutcome* FileOf(const RepositoryReport& report, absl::string_view path);

/// `path: failure` of each failed file, in the order of the report.
std::vector<std::string> Failures(const RepositoryReport& report);

}  // namespace sshsync

#endif  // SSHSYNC_TESTING_LOCAL_CASCADE_H_
