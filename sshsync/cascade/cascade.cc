#include "sshsync/cascade/cascade.h"

namespace sshsync {

std::vector<Cascade::Entry> Cascade::Entries(const ResolvedQueue& queue) const {
  std::vector<Entry> entries;
  std::map<std::string, size_t> at;
  int step = 0;
  for (const auto& of_step : queue.steps) {
    ++step;
    for (const QueueEntry& entry : of_step) {
      const auto parent = at.find(entry.repository->parent);
      // What is verified is compared with what is there.
      const bool awaited = parent != at.end() && verb_ != Verb::kVerify;
      if (awaited) entries[parent->second].has_children = true;
      at[entry.repository->name] = entries.size();
      const Repository* const source =
          awaited ? entries[parent->second].source : configuration_.Find(entry.repository->parent);
      entries.push_back({.repository = entry.repository,
                         .step = step,
                         .after_parent = awaited,
                         .has_children = false,
                         .source = source});
    }
  }
  return entries;
}

std::vector<RepositoryReport> Cascade::Run(const ResolvedQueue& queue) {
  AgreeOnDigests(queue);
  entries_ = Entries(queue);
  reports_.resize(entries_.size());
  for (size_t i = 0; i < entries_.size(); ++i) {
    ++open_[entries_[i].step];
    for (const std::string& name : {entries_[i].repository->name, entries_[i].repository->parent}) {
      ++uses_[name];
      ++accounts_[configuration_.Find(name)->endpoint];
    }
    reports_[i].name = entries_[i].repository->name;
    reports_[i].parent = entries_[i].repository->parent;
    reports_[i].host = entries_[i].repository->endpoint.host;
    reports_[i].step = entries_[i].step;
  }
  {
    // A parent that is awaited is always begun before its children: there is always one that does not wait.
    std::vector<std::jthread> workers;
    for (size_t i = 0; i < std::min(entries_.size(), static_cast<size_t>(std::max(jobs_, 1))); ++i)
      workers.push_back(StartThread([this] { Work(); }));
  }
  return std::move(reports_);
}

void Cascade::Work() {
  for (;;) {
    size_t index = 0;
    Event started{.kind = EventKind::kStepStarted, .run = context_.run};
    {
      std::unique_lock lock(mu_);
      if (next_ == entries_.size()) return;
      index = next_++;
      const int step = entries_[index].step;
      if (context_.fail_fast) {
        changed_.wait(lock, [&] {
          return std::all_of(open_.begin(), open_.end(),
                             [step](const auto& open) { return open.first >= step || open.second == 0; });
        });
      }
      if (step > told_steps_) {
        told_steps_ = started.step = step;
        for (const Entry& entry : entries_) {
          if (entry.step == step)
            absl::StrAppend(&started.message, started.message.empty() ? "" : ", ", entry.repository->name);
        }
      }
    }
    if (started.step > 0) context_.events.On(started);
    RepositoryReport& report = reports_[index];
    RunHop(entries_[index], report);
    DropUnused(entries_[index]);
    const std::lock_guard lock(mu_);
    const bool failed =
        (report.failure != Failure::kNone || report.failed > 0) && (failed_step_ == 0 || report.step < failed_step_);
    if (failed) failed_step_ = report.step;
    if (--open_[report.step] == 0 || failed) turns_.Notify();
    changed_.notify_all();
  }
}

// What no other hop needs goes: what a repository holds, and the connections to its account. A run over many hosts has
// open what is under way.
void Cascade::DropUnused(const Entry& ended) {
  std::vector<Known> contents;
  std::vector<std::shared_ptr<RemoteRepository>> repositories;
  std::vector<const Endpoint*> accounts;
  {
    const std::lock_guard lock(mu_);
    for (const std::string& name : {ended.repository->name, ended.repository->parent}) {
      Known& known = known_[name];
      // A survey may be under way for which nobody waits any more, as its hops have failed: what it has is its own.
      if (--uses_[name] == 0 && (!known.busy || known.digested)) {
        contents.push_back(std::exchange(known, Known()));
        repositories.push_back(std::move(made_[name]));
      }
      const Endpoint& account = configuration_.Find(name)->endpoint;
      if (--accounts_[account] == 0) accounts.push_back(&account);
    }
  }
  for (const Endpoint* account : accounts) context_.runner.Release(*account);
}

TaskQueue::Turn Cascade::TurnOf(int step) {
  const std::lock_guard lock(mu_);
  if (context_.fail_fast && failed_step_ > 0 && failed_step_ <= step) return TaskQueue::Turn::kNever;
  for (const auto& [number, open] : open_) {
    if (number < step && open > 0) return TaskQueue::Turn::kNotYet;
  }
  return TaskQueue::Turn::kYes;
}

void Cascade::RunHop(const Entry& entry, RepositoryReport& report) {
  const Repository& repository = *entry.repository;
  RepositoryReporter reporter(context_, report);
  absl::Status status = context_.drain.status();
  std::shared_ptr<RemoteRepository> child;
  absl::StatusOr<RepositorySnapshot> contents = absl::UnknownError("");
  {
    std::unique_lock lock(mu_);
    // It was somebody's parent in an earlier step, and nobody waited for the end of its survey.
    changed_.wait(lock, [&] { return !known_[repository.name].busy || known_[repository.name].digested; });
    if (status.ok() && context_.fail_fast && failed_step_ > 0)
      status = MakeError(Failure::kStopped, "not started: an earlier repository failed (--fail-fast)");
  }
  if (status.ok()) {
    reporter.Started();
    auto made = Make(repository);
    status = made.status();
    if (made.ok()) {
      child = *std::move(made);
      Source source(*this, *configuration_.Find(repository.parent), entry);
      const Repository* root = &repository;
      while (!root->is_root()) root = configuration_.Find(root->parent);
      Hop::Options options{.relays = relays_,
                           .has_children = entry.has_children,
                           .cut = {.algorithms = root->digest, .chunk = root->chunk},
                           .turn = [this, step = entry.step] { return TurnOf(step); },
                           .turns = &turns_,
                           .announce =
                               [&](RepositorySnapshot planned, std::shared_ptr<const SourceFiles> source_files) {
                                 Remember(repository, child, std::move(planned), std::move(source_files));
                               }};
      contents = Hop(context_, verb_, *child, report, std::move(options)).Run(source);
      status = contents.status();
    }
  }
  if (!status.ok()) {
    contents = status;
    if (report.failure == Failure::kNone) reporter.NotBegun(status);
  }
  reporter.Ended();
  Remember(repository, std::move(child), std::move(contents), nullptr);
}

void Cascade::StartSurvey(const Repository& repository) {
  const std::lock_guard lock(mu_);
  StartSurveyLocked(repository);
}

void Cascade::StartSurveyLocked(const Repository& repository) {
  Known& known = known_[repository.name];
  if (known.busy || known.digested) return;
  known.busy = true;
  surveys_.push_back(StartThread([this, &repository] { Survey(repository); }));
}

void Cascade::Survey(const Repository& repository) {
  const auto remember = [&](absl::optional<absl::Status> Known::*half, const absl::Status& status, auto made,
                            std::shared_ptr<const RepositorySnapshot> contents) {
    const std::lock_guard lock(mu_);
    Known& known = known_[repository.name];
    known.*half = status;
    known.repository = std::move(made);
    known.contents = std::move(contents);
    if (!known.source_files && known.repository)
      known.source_files = std::make_shared<SettledSourceFiles>(known.repository->facts().root);
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
    return remember(&Known::digested, rest.status(), child.repository,
                    rest.ok() ? std::make_shared<const RepositorySnapshot>(*std::move(rest)) : nullptr);
  }
  auto made = Make(repository);
  if (!made.ok()) return remember(&Known::listed, made.status(), nullptr, nullptr);
  const absl::Status opened = (*made)->Open(false);
  auto listed = opened.ok() ? ListParent(**made) : opened;
  if (!listed.ok()) return remember(&Known::listed, listed.status(), *made, nullptr);
  remember(&Known::listed, absl::OkStatus(), *made, std::make_shared<const RepositorySnapshot>(*listed));
  auto digested = DigestParent(**made, *std::move(listed));
  if (!digested.ok()) return remember(&Known::digested, digested.status(), *made, nullptr);
  remember(&Known::digested, absl::OkStatus(), *made, std::make_shared<const RepositorySnapshot>(*std::move(digested)));
}

// Nothing where its survey has not begun, or is over and forgotten.
std::shared_ptr<const RepositorySnapshot> Cascade::Expected(const Repository& source) {
  std::unique_lock lock(mu_);
  const Known& known = known_[source.name];
  changed_.wait(lock, [&] { return known.listed || !known.busy; });
  return known.listed && known.listed->ok() ? known.contents : nullptr;
}

absl::StatusOr<HopParent> Cascade::Wait(const Repository& parent, bool awaited,
                                        absl::optional<absl::Status> Known::*half) {
  std::unique_lock lock(mu_);
  const Known& known = known_[parent.name];
  changed_.wait(lock, [&] {
    if (awaited && !known.synced) return false;
    if ((known.*half).has_value()) return true;
    // What only its children need is digested for them; anew, where the end of the hop has changed what it holds.
    if (awaited && !known.busy && !known.digested) StartSurveyLocked(parent);
    return false;
  });
  const absl::Status& status = *(known.*half);
  if (status.ok()) return HopParent{known.repository, known.contents, known.source_files};
  if (absl::IsCancelled(status)) return status;
  if (known.synced)
    return MakeError(Failure::kWaiting, absl::StrCat("waiting for \"", parent.name, "\": ", status.message()));
  return MakeError(FailureOf(status), absl::StrCat("its parent cannot be read: ", status.message()));
}

// Called when it is known what a child will hold (`source_files`: what it has of it by now), and again when it has
// ended.
void Cascade::Remember(const Repository& repository, std::shared_ptr<RemoteRepository> made,
                       absl::StatusOr<RepositorySnapshot> contents, std::shared_ptr<const SourceFiles> source_files) {
  Known after{.synced = true,
              .listed = contents.status(),
              .repository = std::move(made),
              .source_files = std::move(source_files)};
  if (!contents.ok() || contents->undigested.empty()) after.digested = contents.status();
  if (contents.ok()) {
    // What failed on the way here is what the descendants wait for.
    for (auto& [path, outcome] : contents->failed) {
      outcome.failure = Failure::kWaiting;
      outcome.message = absl::StrCat("waiting for \"", repository.name, "\": ", outcome.message);
    }
    after.contents = std::make_shared<const RepositorySnapshot>(*std::move(contents));
    if (!after.source_files) after.source_files = std::make_shared<SettledSourceFiles>(after.repository->facts().root);
  }
  std::unique_lock lock(mu_);
  // A survey of the rest may be under way on behalf of its children: it speaks of the same files.
  changed_.wait(lock, [&] { return !known_[repository.name].busy || known_[repository.name].digested; });
  // Verifying brings nothing in line: the next level is compared with what is there.
  if (verb_ != Verb::kVerify || !after.listed->ok()) known_[repository.name] = std::move(after);
  changed_.notify_all();
}

absl::StatusOr<std::shared_ptr<RemoteRepository>> Cascade::Make(const Repository& repository) {
  const std::lock_guard lock(mu_);
  auto& made = made_[repository.name];
  if (made == nullptr) {
    SSHSYNC_ASSIGN_OR_RETURN(RepositoryTemplates templates,
                             RepositoryTemplates::Make(repository, configuration_.Find(repository.parent), context_.run,
                                                       context_.clock.Now()));
    made = std::make_shared<RemoteRepository>(context_, repository, std::move(templates));
  }
  return made;
}

void Cascade::AgreeOnDigests(const ResolvedQueue& queue) {
  std::map<const Repository*, std::set<const Repository*>> chains;  // by root: all that take part
  std::set<Endpoint> soon;                                          // whose hops begin at once
  int hops = 0;
  for (const auto& entries : queue.steps) {
    for (const QueueEntry& entry : entries) {
      const Repository* root = entry.repository;
      while (!root->is_root()) root = configuration_.Find(root->parent);
      const Repository* const parent = configuration_.Find(entry.repository->parent);
      chains[root].insert({entry.repository, parent});
      if (hops++ < jobs_) soon.insert({entry.repository->endpoint, parent->endpoint});
    }
  }
  for (const auto& [root, members] : chains) {
    std::vector<RemoteRepository*> chain;
    for (const Repository* member : members) {
      const auto made = Make(*member);
      if (made.ok()) chain.push_back(made->get());
    }
    AgreeOnDigest(chain, root->digest, root->chunk,
                  {.at_once = jobs_, .soon = [&soon](const Endpoint& account) { return soon.contains(account); }});
  }
}

}  // namespace sshsync
