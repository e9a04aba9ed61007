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
#include "absl/types/optional.h"
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
    bool busy = false;  // a survey is under way
    bool synced = false;  // it was a child of this run
    absl::optional<absl::Status> listed, digested;
    std::shared_ptr<RemoteRepository<R, C>> repository;
    std::shared_ptr<const Contents> contents;
  };

  // A hop's view of its parent.
  class Source : public HopSource<R, C> {
   public:
    Source(Cascade& cascade, const Repository& parent) : cascade_(cascade), parent_(parent) { cascade_.StartSurvey(parent_); }
    absl::StatusOr<HopParent<R, C>> Listed() override { return cascade_.Wait(parent_, &Known::listed); }
    absl::StatusOr<HopParent<R, C>> Digested() override { return cascade_.Wait(parent_, &Known::digested); }

   private:
    Cascade& cascade_;
    const Repository& parent_;
  };

  void RunStep(int step, const std::vector<QueueEntry>& entries, std::vector<RepositoryReport>& reports);
  void RunHop(const Repository& repository, RepositoryReport& report);
  void StartSurvey(const Repository& repository);
  void Survey(const Repository& repository);
  absl::StatusOr<HopParent<R, C>> Wait(const Repository& parent, absl::optional<absl::Status> Known::*half);
  void RememberHop(const Repository& repository, std::shared_ptr<RemoteRepository<R, C>> made, absl::StatusOr<Contents> contents);
  absl::StatusOr<std::shared_ptr<RemoteRepository<R, C>>> Make(const Repository& repository);
  void AgreeOnDigests(const ResolvedQueue& queue);

  RunContext<R, C>& context_;
  const Configuration& configuration_;
  const Verb verb_;
  const int jobs_;

  std::mutex mu_;
  std::condition_variable changed_;
  std::map<std::string, std::shared_ptr<RemoteRepository<R, C>>> made_;  // Protected by mu_.
  std::map<std::string, Known> known_;  // Protected by mu_.
  bool failed_ = false;                 // Protected by mu_.
  std::vector<std::jthread> surveys_;   // Protected by mu_; last, so that they end before the rest goes.
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
  absl::Status status = context_.closing.status();
  std::shared_ptr<RemoteRepository<R, C>> child;
  absl::StatusOr<Contents> contents = absl::UnknownError("");
  {
    std::unique_lock lock(mu_);
    // It was somebody's parent in an earlier step, and nobody waited for the end of its survey.
    changed_.wait(lock, [&] { return !known_[repository.name].busy || known_[repository.name].digested; });
    if (status.ok() && context_.fail_fast && failed_) status = MakeError(Failure::kStopped, "not started: an earlier repository failed (--fail-fast)");
  }
  if (status.ok()) {
    context_.events.On(event(EventKind::kRepositoryStarted));
    auto made = Make(repository);
    status = made.status();
    if (made.ok()) {
      child = *std::move(made);
      Source source(*this, *configuration_.Find(repository.parent));
      contents = Hop<R, C>(context_, verb_, *child, report).Run(source);
      status = contents.status();
    }
  }
  if (!status.ok()) {
    contents = status;
    if (report.failure == Failure::kNone) {
      report.failure = FailureOf(status);
      report.message = std::string(status.message());
      report.outcome = absl::IsCancelled(status) ? Outcome::kStopped : Outcome::kFailed;
      report.started = report.ended = context_.clock.Now();
    }
  }
  ConcealSecrets(context_.secrets, &report);
  if (context_.repository_ended) context_.repository_ended(report);
  RememberHop(repository, std::move(child), std::move(contents));
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
void Cascade<R, C>::StartSurvey(const Repository& repository) {
  const std::lock_guard lock(mu_);
  Known& known = known_[repository.name];
  if (known.busy || known.digested) return;
  known.busy = true;
  surveys_.emplace_back([this, &repository] { Survey(repository); });
}

template <Runner R, Clock C>
void Cascade<R, C>::Survey(const Repository& repository) {
  const auto remember = [&](absl::optional<absl::Status> Known::*half, const absl::Status& status, auto made, std::shared_ptr<const Contents> contents) {
    const std::lock_guard lock(mu_);
    Known& known = known_[repository.name];
    known.*half = status;
    known.repository = std::move(made);
    known.contents = std::move(contents);
    if (!status.ok()) known.listed = known.digested = status;  // nobody gets a listing whose digests failed
    changed_.notify_all();
  };
  Known child;
  {
    const std::lock_guard lock(mu_);
    child = known_[repository.name];
  }
  if (child.synced) {
    auto rest = DigestRest(*child.repository, *child.contents);
    return remember(&Known::digested, rest.status(), child.repository, rest.ok() ? std::make_shared<const Contents>(*std::move(rest)) : nullptr);
  }
  auto made = Make(repository);
  if (!made.ok()) return remember(&Known::listed, made.status(), nullptr, nullptr);
  const absl::Status opened = (*made)->Open(false);
  auto listed = opened.ok() ? ListParent(**made) : opened;
  if (!listed.ok()) return remember(&Known::listed, listed.status(), *made, nullptr);
  remember(&Known::listed, absl::OkStatus(), *made, std::make_shared<const Contents>(*listed));
  auto digested = DigestParent(**made, *std::move(listed));
  if (!digested.ok()) return remember(&Known::digested, digested.status(), *made, nullptr);
  remember(&Known::digested, absl::OkStatus(), *made, std::make_shared<const Contents>(*std::move(digested)));
}

template <Runner R, Clock C>
absl::StatusOr<HopParent<R, C>> Cascade<R, C>::Wait(const Repository& parent, absl::optional<absl::Status> Known::*half) {
  std::unique_lock lock(mu_);
  const Known& known = known_[parent.name];
  changed_.wait(lock, [&] { return (known.*half).has_value(); });
  const absl::Status& status = *(known.*half);
  if (status.ok()) return HopParent<R, C>{known.repository, known.contents};
  if (absl::IsCancelled(status)) return status;
  if (known.synced) return MakeError(Failure::kWaiting, absl::StrCat("waiting for \"", parent.name, "\": ", status.message()));
  return MakeError(FailureOf(status), absl::StrCat("its parent cannot be read: ", status.message()));
}

template <Runner R, Clock C>
void Cascade<R, C>::RememberHop(const Repository& repository, std::shared_ptr<RemoteRepository<R, C>> made, absl::StatusOr<Contents> contents) {
  Known after{.synced = true, .listed = contents.status(), .repository = std::move(made)};
  if (!contents.ok() || contents->undigested.empty()) after.digested = contents.status();
  if (contents.ok()) {
    // What failed on the way here is what the descendants wait for.
    for (auto& [path, outcome] : contents->failed) {
      outcome.failure = Failure::kWaiting;
      outcome.message = absl::StrCat("waiting for \"", repository.name, "\": ", outcome.message);
    }
    after.contents = std::make_shared<const Contents>(*std::move(contents));
  }
  const std::lock_guard lock(mu_);
  // Verifying brings nothing in line: the next level is compared with what is there.
  if (verb_ != Verb::kVerify || !after.listed->ok()) known_[repository.name] = std::move(after);
  changed_.notify_all();
}

template <Runner R, Clock C>
absl::StatusOr<std::shared_ptr<RemoteRepository<R, C>>> Cascade<R, C>::Make(const Repository& repository) {
  const std::lock_guard lock(mu_);
  auto& made = made_[repository.name];
  if (made == nullptr) {
    SSHSYNC_ASSIGN_OR_RETURN(RepositoryTemplates templates,
                             RepositoryTemplates::Make(repository, configuration_.Find(repository.parent), context_.run, context_.clock.Now()));
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

}  // namespace sshsync

#endif  // SSHSYNC_EXEC_CASCADE_H_
