#include "sshsync/record/report/repository_status.h"

#include "absl/strings/str_cat.h"
#include "sshsync/record/state/state.h"

namespace sshsync {
namespace {

using Records = std::map<std::string, RepositoryRecord>;

Standing StandingOf(const Repository& repository, const Records& records, absl::FunctionRef<bool(int pid)> alive) {
  Standing standing{.repository = repository.name, .parent = repository.parent, .state = "never"};
  const auto found = records.find(repository.name);
  if (found == records.end() || (found->second.parent != repository.parent && !found->second.parent.empty()))
    return standing;
  const RepositoryRecord& record = found->second;
  standing.last_equal = record.last_equal;
  standing.run = record.run;
  if (record.run.empty()) {
    if (record.last_equal != absl::InfinitePast()) standing.state = "equal";
    return standing;
  }
  const RepositoryReport& last = record.last;
  standing.failed = last.failed;
  if (last.ended == absl::InfiniteFuture()) {
    standing.state = alive(record.pid) ? "running" : "interrupted";
  } else if (EndedWell(last)) {
    standing.state = "equal";
  } else {
    standing.state = std::string(OutcomeName(last.outcome));
    standing.failure = last.failure;
    standing.why = last.message;
    if (standing.why.empty() && record.failed_file) {
      standing.failure = record.failed_file->failure;
      standing.why = absl::StrCat(record.failed_file->path, ": ", record.failed_file->message);
    }
  }
  return standing;
}

bool IsWell(const Standing& standing) { return standing.state == "equal"; }

}  // namespace

std::vector<Standing> StandingsOf(const Configuration& configuration,
                                  const std::vector<const Repository*>& repositories, const Records& records,
                                  absl::Time now, absl::optional<absl::Duration> max_age,
                                  absl::FunctionRef<bool(int pid)> alive) {
  std::vector<Standing> standings;
  for (const Repository* repository : repositories) {
    if (repository->is_root()) continue;
    Standing standing = StandingOf(*repository, records, alive);
    standing.overdue = max_age && now - standing.last_equal > *max_age;
    const Repository* above = configuration.Find(repository->parent);
    while (above != nullptr && !above->is_root() && standing.behind.empty()) {
      if (!IsWell(StandingOf(*above, records, alive))) standing.behind = above->name;
      above = configuration.Find(above->parent);
    }
    standings.push_back(std::move(standing));
  }
  return standings;
}

}  // namespace sshsync
