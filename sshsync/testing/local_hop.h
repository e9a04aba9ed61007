#ifndef SSHSYNC_TESTING_LOCAL_HOP_H_
#define SSHSYNC_TESTING_LOCAL_HOP_H_

#include <algorithm>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/types/optional.h"
#include "gtest/gtest.h"
#include "sshsync/plan/diff.h"
#include "sshsync/process/clock.h"
#include "sshsync/remote/digest_agreement.h"
#include "sshsync/remote/survey.h"
#include "sshsync/route/routes.h"
#include "sshsync/ssh/ssh_runner.h"
#include "sshsync/testing/temp_dir.h"
#include "sshsync/transfer/transfer_policy.h"

namespace sshsync {

/// A Runner whose hosts are folders of this machine, and whose sessions a test falls into: of a command that is next in
/// line for that the test gets the whole output, may change it, and says how the command ends for the caller. All other
/// commands are left alone. Threads: any.
///
///     runner.Next([](std::string& output) { output.resize(10); return MakeError(Failure::kUnreachable, "lost"); });
class InterruptedRunner : public Runner {
 public:
  using Interruption = std::function<absl::Status(std::string& output)>;

  /// What happens to the next command of a session for which nothing is said yet.
  void Next(Interruption interruption) { interruptions_.push_back(std::move(interruption)); }
  /// The scripts that sessions ran.
  const std::vector<std::string>& scripts() const { return scripts_; }

  absl::StatusOr<RemoteResult> Run(const Endpoint& host, const RemoteCommand& command, const StopToken& stop) override {
    return runner_.Run(host, command, stop);
  }
  absl::StatusOr<RemoteResult> RunLong(const Endpoint& host, const RemoteCommand& command, OutputSink sink,
                                       ProgressProbe moved, const StopToken& stop) override {
    return runner_.RunLong(host, command, sink, moved, stop);
  }
  absl::StatusOr<std::unique_ptr<RemoteSession>> Open(const Endpoint& host, const StopToken& stop) override {
    auto session = runner_.Open(host, stop);
    if (!session.ok()) return session.status();
    return std::make_unique<Session>(*this, *std::move(session));
  }

 private:
  class Session : public RemoteSession {
   public:
    Session(InterruptedRunner& runner, std::unique_ptr<RemoteSession> session)
        : runner_(runner), session_(std::move(session)) {}
    absl::StatusOr<RemoteResult> Run(const RemoteCommand& command, OutputSink sink, ProgressProbe moved,
                                     const StopToken& stop) override {
      runner_.scripts_.push_back(command.script);
      if (runner_.interruptions_.empty()) return session_->Run(command, sink, moved, stop);
      const Interruption interruption = std::move(runner_.interruptions_.front());
      runner_.interruptions_.pop_front();
      std::string output;
      auto result = session_->Run(
          command, [&](absl::string_view bytes) { return output.append(bytes.data(), bytes.size()), absl::OkStatus(); },
          moved, stop);
      const absl::Status end = interruption(output);
      const absl::Status taken = sink(output);
      if (!end.ok()) return end;
      if (!taken.ok()) return taken;
      return result;
    }

   private:
    InterruptedRunner& runner_;
    std::unique_ptr<RemoteSession> session_;
  };

  SshRunner runner_;
  std::deque<Interruption> interruptions_;
  std::vector<std::string> scripts_;
};

/// One hop between two folders of this machine, `m` and `p`, without a template: what moves its files can be called by
/// itself, task by task. Files are put there first; then `Survey` looks at both sides. Chunks are of one block, so that
/// a few hundred kilobytes are a big file. Threads: one.
///
///     LocalHop hop;
///     hop.dir.Write("m/a", "content");
///     hop.Survey();
///     EXPECT_TRUE((FileTransfer(hop.parts()).Bring(hop.Take(), hop.stream())).ok());
class LocalHop {
 public:
  LocalHop() {
    for (Repository* const repository : {&parent_config, &child_config}) {
      repository->endpoint.transport = Transport::kLocal;
      repository->nice = 0;
      repository->timeout = absl::Seconds(20);
      repository->retries = 2;
    }
    child_config.route = {Route::kPull};
    parent_config.name = "m", parent_config.path = dir.Path("m");
    child_config.name = "p", child_config.path = dir.Path("p"), child_config.parent = "m";
    dir.Write("m/.keep/x", "");
    dir.Write("p/.keep/x", "");
  }

  /// Surveys both sides and puts what differs into a queue.
  void Survey() {
    for (auto& [config, repository] : {std::pair{&parent_config, &parent_}, std::pair{&child_config, &child_}}) {
      auto templates =
          RepositoryTemplates::Make(*config, config == &child_config ? &parent_config : nullptr, "run1", absl::Now());
      ASSERT_TRUE(templates.ok()) << templates.status();
      repository->emplace(context_, *config, *std::move(templates));
      ASSERT_TRUE((*repository)->Open(true).ok());
    }
    AgreeOnDigest({&*parent_, &*child_}, {"sha256"}, kBlockBytes, {});
    auto listed = ListParent(*parent_);
    ASSERT_TRUE(listed.ok()) << listed.status();
    auto theirs = DigestParent(*parent_, *std::move(listed));
    ASSERT_TRUE(theirs.ok()) << theirs.status();
    contents_ = *std::move(theirs);
    const auto listing = child_->List();
    ASSERT_TRUE(listing.ok()) << listing.status();
    auto ours = SurveyChild(*child_, *listing, {}, contents_);
    ASSERT_TRUE(ours.ok()) << ours.status();
    ours_ = *std::move(ours);
    plan_ = Diff(contents_.manifest, ours_.manifest, [](absl::string_view) { return false; });
    states.emplace(plan_, 2);
    ASSERT_TRUE(parent_->PrepareTransfer().ok() && child_->PrepareTransfer().ok());
    source_files_.emplace(parent_->facts().root);
    routes_.emplace(context_, *parent_, *child_);
    ASSERT_TRUE(routes_->status().ok()) << routes_->status();
    const bool command = child_config.moves_by_command();
    queue.emplace(*states, recorder_, HopNames{.run = "run1", .parent = "m", .child = "p"},
                  TaskRules{.by_command = command,
                            .streams = 1,
                            .chunk = command ? 0 : kBlockBytes,
                            .algorithm = "sha256",
                            .stage_folder = StageFolder("", child_->facts().root),
                            .child_root = child_->facts().root},
                  TaskQueue::Dependencies{.source_files = *source_files_,
                                          .monotonic = [] { return absl::Now(); },
                                          .pause = [](int) { return absl::ZeroDuration(); }});
    parts_.emplace(TransferContext{context_, *parent_, *child_, *routes_, *queue});
  }

  RemoteRepository& child() { return *child_; }
  const TransferContext& parts() { return *parts_; }

  /// The next task; where sources are to be looked at, they are found as they were.
  Task Take(int64_t most_bytes = int64_t{1} << 20) {
    for (;;) {
      Task task = queue->Take(most_bytes, false);
      if (task.kind != Task::Kind::kRecheckSource) return task;
      for (const size_t index : task.indices) {
        const FileEntry wanted = queue->item(index).wanted;
        queue->SourceRechecked(index, absl::OkStatus(), &wanted);
      }
    }
  }
  /// A stream with a session; a new one after `Lose`.
  Stream& stream() {
    if (!stream_.session) {
      auto session = runner.Open(child_config.endpoint, StopToken());
      EXPECT_TRUE(session.ok()) << session.status();
      if (session.ok()) stream_.session = *std::move(session), stream_.place = Stream::Place::kChild;
    }
    return stream_;
  }
  void Lose() { stream_.session = nullptr; }

  /// The verified files, as `path: content`, sorted.
  std::vector<std::string> Verified() {
    bool any = false;  // else they would be waited for
    for (size_t i = 0; i < states->items().size(); ++i) any |= queue->item(i).state == FileState::State::kVerified;
    if (!any) return {};
    std::vector<std::string> found;
    for (const Publication& file : queue->TakeVerified(1000)) {
      const std::string root = dir.path() + "/";
      found.push_back(absl::StrCat(
          file.file, ": ",
          dir.Read(file.staged.substr(file.staged.rfind(root) == 0 ? root.size() : file.staged.find("p/.sshsync")))));
    }
    std::sort(found.begin(), found.end());
    return found;
  }
  /// The last message of the queue's events that has these words; empty.
  std::string Reported(absl::string_view words) const {
    for (auto event = recorder_.events.rbegin(); event != recorder_.events.rend(); ++event) {
      if (event->message.find(std::string(words)) != std::string::npos) return event->message;
    }
    return "";
  }

  TempDir dir;
  Repository parent_config, child_config;
  InterruptedRunner runner;
  absl::optional<FileStates> states;
  absl::optional<TaskQueue> queue;

 private:
  struct Recorder : EventSink {
    void On(const Event& event) override { events.push_back(event); }
    std::vector<Event> events;
  };

  Recorder recorder_;
  RealClock clock_;
  Backoff backoff_{1, absl::Milliseconds(1), absl::Milliseconds(1)};
  RunContext context_{
      .runner = runner, .clock = clock_, .events = recorder_, .run = "run1", .controller = "here", .backoff = backoff_};
  absl::optional<RemoteRepository> parent_, child_;
  RepositorySnapshot contents_, ours_;
  Plan plan_;
  absl::optional<SettledSourceFiles> source_files_;
  absl::optional<Routes> routes_;
  absl::optional<TransferContext> parts_;
  Stream stream_;
};

}  // namespace sshsync

#endif  // SSHSYNC_TESTING_LOCAL_HOP_H_
