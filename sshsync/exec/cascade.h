#ifndef SSHSYNC_EXEC_CASCADE_H_
#define SSHSYNC_EXEC_CASCADE_H_

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sshsync/exec/digest_agreement.h"
#include "sshsync/exec/hop.h"
#include "sshsync/plan/queue.h"

namespace sshsync {

/// A whole queue: the steps in order, the repositories of a step at the same time (at most `jobs` of them), a child behind its parent where
/// both are in one step. A repository that several children need is listed and digested once; a child that was brought in line
/// serves its own children with what the hop knows of it, without another look. A host that fails stops nobody but its descendants,
/// which keep what they have and are reported as waiting.
///
/// Ownership: refers to context and queue. Threads: Run is called once and starts a thread for each hop under way.
template <Runner R, Clock C>
class Cascade {
 public:
  Cascade(RunContext<R, C>& context, const Configuration& configuration, Verb verb, int jobs)
      : context_(context), configuration_(configuration), verb_(verb), jobs_(jobs) {}

  /// One report for each repository of the queue, in its order.
  std::vector<RepositoryReport> Run(const ResolvedQueue& queue);

 private:
  // What the run knows of one repository, for those who have it as their parent.
  struct Known {
    bool busy = false;  // somebody is finding out
    bool done = false;
    absl::Status status;
    std::shared_ptr<RemoteRepository<R, C>> repository;
    std::shared_ptr<const Contents> contents;
  };

  void RunStep(int step, const std::vector<QueueEntry>& entries, std::vector<RepositoryReport>& reports);
  void RunHop(const Repository& repository, RepositoryReport& report);
  absl::StatusOr<HopParent<R, C>> ParentOf(const Repository& child);
  Known FindOut(const Repository& repository);
  absl::StatusOr<std::shared_ptr<RemoteRepository<R, C>>> Make(const Repository& repository);
  void AgreeOnDigests(const ResolvedQueue& queue);
  void Remember(const std::string& name, Known known);

  RunContext<R, C>& context_;
  const Configuration& configuration_;
  const Verb verb_;
  const int jobs_;

  std::mutex mu_;
  std::condition_variable changed_;
  std::map<std::string, std::shared_ptr<RemoteRepository<R, C>>> made_;  // Protected by mu_.
  std::map<std::string, Known> known_;  // Protected by mu_.
  bool failed_ = false;                 // Protected by mu_.
};

// Implementation details follow.

template <Runner R, Clock C>
std::vector<RepositoryReport> Cascade<R, C>::Run(const ResolvedQueue& queue) {
  AgreeOnDigests(queue);
  std::vector<RepositoryReport> all;
  int step = 0;
  for (const auto& entries : queue.steps) {
    std::vector<RepositoryReport> reports(entries.size());
    RunStep(++step, entries, reports);
    std::move(reports.begin(), reports.end(), std::back_inserter(all));
  }
  return all;
}

template <Runner R, Clock C>
void Cascade<R, C>::RunStep(int step, const std::vector<QueueEntry>& entries, std::vector<RepositoryReport>& reports) {
  Event started{.kind = EventKind::kStepStarted, .run = context_.run, .step = step};
  for (size_t i = 0; i < entries.size(); ++i) {
    reports[i].name = entries[i].repository->name;
    reports[i].parent = entries[i].repository->parent;
    reports[i].host = entries[i].repository->endpoint.host;
    reports[i].step = step;
    absl::StrAppend(&started.message, started.message.empty() ? "" : ", ", reports[i].name);
  }
  context_.events.On(started);
  int running = 0;
  std::vector<bool> ended(entries.size(), false);
  std::vector<std::jthread> threads;
  for (size_t i = 0; i < entries.size(); ++i) {
    {
      std::unique_lock lock(mu_);
      const int after = entries[i].after;
      changed_.wait(lock, [&] { return running < jobs_ && (after < 0 || ended[static_cast<size_t>(after)]); });
      ++running;
    }
    threads.emplace_back([&, i] {
      RunHop(*entries[i].repository, reports[i]);
      const std::lock_guard lock(mu_);
      --running;
      ended[i] = true;
      failed_ = failed_ || reports[i].failure != Failure::kNone || reports[i].failed > 0;
      changed_.notify_all();
    });
  }
}

template <Runner R, Clock C>
void Cascade<R, C>::RunHop(const Repository& repository, RepositoryReport& report) {
  const auto event = [&](EventKind kind) {
    return Event{.kind = kind, .run = context_.run, .step = report.step, .repository = report.name, .parent = report.parent};
  };
  Known after;
  absl::Status status = context_.stop.status();
  {
    const std::lock_guard lock(mu_);
    if (status.ok() && context_.fail_fast && failed_) status = MakeError(Failure::kStopped, "not started: an earlier repository failed (--fail-fast)");
  }
  if (status.ok()) {
    context_.events.On(event(EventKind::kRepositoryStarted));
    auto child = Make(repository);
    status = child.status();
    if (child.ok()) {
      auto contents = Hop<R, C>(context_, verb_, **child, report).Run([&] { return ParentOf(repository); });
      status = contents.status();
      after.repository = *child;
      if (contents.ok()) after.contents = std::make_shared<const Contents>(*std::move(contents));
    }
  }
  if (!status.ok() && report.failure == Failure::kNone) {
    report.failure = FailureOf(status);
    report.message = std::string(status.message());
    report.outcome = absl::IsCancelled(status) ? Outcome::kStopped : Outcome::kFailed;
    report.started = report.ended = context_.clock.Now();
  }
  after.done = true;
  after.status = status;
  Remember(repository.name, std::move(after));
  Event ended = event(EventKind::kRepositoryEnded);
  ended.action = std::string(OutcomeName(report.outcome));
  ended.files = report.copied + report.replaced + report.deleted;
  ended.bytes = report.bytes;
  ended.failure = report.failure;
  ended.message = report.message;
  ended.command = report.command;
  ended.output = report.output;
  context_.events.On(ended);
}

template <Runner R, Clock C>
absl::StatusOr<HopParent<R, C>> Cascade<R, C>::ParentOf(const Repository& child) {
  const Repository* const parent = configuration_.Find(child.parent);
  if (parent == nullptr) return MakeError(Failure::kMissingSection, absl::StrCat("no section [", child.parent, "]"));
  {
    std::unique_lock lock(mu_);
    Known& known = known_[parent->name];
    if (!known.done && !known.busy) {
      known.busy = true;
      lock.unlock();
      Remember(parent->name, FindOut(*parent));
      lock.lock();
    }
    changed_.wait(lock, [&known] { return known.done; });
    if (!known.status.ok()) {
      if (absl::IsCancelled(known.status)) return known.status;
      const bool synced = known.repository != nullptr;
      return MakeError(synced ? Failure::kWaiting : FailureOf(known.status),
                       absl::StrCat(synced ? "waiting for its parent: " : "its parent cannot be read: ", known.status.message()));
    }
    return HopParent<R, C>{known.repository, known.contents};
  }
}

template <Runner R, Clock C>
typename Cascade<R, C>::Known Cascade<R, C>::FindOut(const Repository& repository) {
  Known known;
  known.done = true;
  auto made = Make(repository);
  if (made.ok()) known.status = (*made)->Open(false);
  if (!made.ok()) known.status = made.status();
  if (!known.status.ok()) return known;
  auto contents = SurveyParent(**made);
  known.status = contents.status();
  if (!contents.ok()) return known;
  known.repository = *std::move(made);
  known.contents = std::make_shared<const Contents>(*std::move(contents));
  return known;
}

template <Runner R, Clock C>
absl::StatusOr<std::shared_ptr<RemoteRepository<R, C>>> Cascade<R, C>::Make(const Repository& repository) {
  const std::lock_guard lock(mu_);
  auto& made = made_[repository.name];
  if (made == nullptr) {
    SSHSYNC_ASSIGN_OR_RETURN(RepositoryTemplates templates,
                             RepositoryTemplates::Make(repository, configuration_.Find(repository.parent), context_.run));
    made = std::make_shared<RemoteRepository<R, C>>(context_, repository, std::move(templates));
  }
  return made;
}

template <Runner R, Clock C>
void Cascade<R, C>::AgreeOnDigests(const ResolvedQueue& queue) {
  std::map<const Repository*, std::set<const Repository*>> chains;  // by root: all that take part
  for (const auto& entries : queue.steps) {
    for (const QueueEntry& entry : entries) {
      const Repository* root = entry.repository;
      while (!root->is_root()) root = configuration_.Find(root->parent);
      chains[root].insert({entry.repository, configuration_.Find(entry.repository->parent)});
    }
  }
  for (const auto& [root, members] : chains) {
    std::vector<RemoteRepository<R, C>*> chain;
    for (const Repository* member : members) {
      const auto made = Make(*member);
      if (made.ok()) chain.push_back(made->get());
    }
    AgreeOnDigest<R, C>(chain, root->digest);
  }
}

template <Runner R, Clock C>
void Cascade<R, C>::Remember(const std::string& name, Known known) {
  if (known.contents != nullptr && verb_ != Verb::kVerify) {
    // What failed on the way here is what the descendants wait for.
    auto contents = std::make_shared<Contents>(*known.contents);
    const Repository* const repository = configuration_.Find(name);
    if (!repository->is_root()) {
      for (auto& [path, outcome] : contents->failed) {
        outcome.failure = Failure::kWaiting;
        outcome.message = absl::StrCat("waiting for \"", name, "\": ", outcome.message);
      }
    }
    known.contents = std::move(contents);
  }
  const std::lock_guard lock(mu_);
  known_[name] = std::move(known);
  changed_.notify_all();
}

}  // namespace sshsync

#endif  // SSHSYNC_EXEC_CASCADE_H_
