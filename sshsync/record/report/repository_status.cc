#include "sshsync/record/report/repository_status.h"

#include "absl/strings/str_cat.h"
#include "sshsync/record/state/state.h"

namespace sshsync {
namespace {

using Records = std::map<std::string, RepositoryRecord>;

RepositoryStatus StandingOf(const Repository& repository, const Records& records,
                            absl::FunctionRef<bool(int pid)> alive) {
  RepositoryStatus status{.repository = repository.name, .parent = repository.parent, .state = "never"};
  const auto found = records.find(repository.name);
  if (found == records.end() || (found->second.parent != repository.parent && !found->second.parent.empty()))
    return status;
  const RepositoryRecord& record = found->second;
  status.last_equal = record.last_equal;
  status.run = record.run;
  if (record.run.empty()) {
    if (record.last_equal != absl::InfinitePast()) status.state = "equal";
    return status;
  }
  const RepositoryReport& last = record.last;
  status.failed = last.failed;
  if (last.ended == absl::InfiniteFuture()) {
    status.state = alive(record.pid) ? "running" : "interrupted";
  } else if (EndedWell(last)) {
    status.state = "equal";
  } else {
    status.state = std::string(OutcomeName(last.outcome));
    status.failure = last.failure;
    status.why = last.message;
    if (status.why.empty() && record.failed_file) {
      status.failure = record.failed_file->failure;
      status.why = absl::StrCat(record.failed_file->path, ": ", record.failed_file->message);
    }
  }
  return status;
}

bool IsWell(const RepositoryStatus& status) { return status.state == "equal"; }

}  // namespace

std::vector<RepositoryStatus> RepositoryStatusesOf(const Configuration& configuration,
                                                   const std::vector<const Repository*>& repositories,
                                                   const Records& records, absl::Time now,
                                                   absl::optional<absl::Duration> max_age,
                                                   absl::FunctionRef<bool(int pid)> alive) {
  std::vector<RepositoryStatus> statuses;
  for (const Repository* repository : repositories) {
    if (repository->is_root()) continue;
    RepositoryStatus status = StandingOf(*repository, records, alive);
    status.overdue = max_age && now - status.last_equal > *max_age;
    const Repository* above = configuration.Find(repository->parent);
    while (above != nullptr && !above->is_root() && status.behind.empty()) {
      if (!IsWell(StandingOf(*above, records, alive))) status.behind = above->name;
      above = configuration.Find(above->parent);
    }
    statuses.push_back(std::move(status));
  }
  return statuses;
}

}  // namespace sshsync
