#include "sshsync/model/report.h"

namespace sshsync {

absl::string_view OutcomeName(Outcome outcome) {
  switch (outcome) {
    case Outcome::kEqual: return "equal";
    case Outcome::kChanged: return "changed";
    case Outcome::kFailed: return "failed";
    case Outcome::kWaiting: return "waiting";
    case Outcome::kRefused: return "refused";
    case Outcome::kLocked: return "locked";
    case Outcome::kStopped: return "stopped";
    case Outcome::kPlanned: return "planned";
    case Outcome::kDiffers: return "differs";
    case Outcome::kRestored: return "restored";
  }
  return "failed";
}

int Report::exit_code() const {
  int code = signal > 0 ? 128 + signal : 0;
  for (const RepositoryReport& repository : repositories) {
    if (repository.failure != Failure::kNone) code = WorseExitCode(InfoOf(repository.failure).exit_code, code);
    for (const FileOutcome& file : repository.files) {
      if (file.failure != Failure::kNone) code = WorseExitCode(InfoOf(file.failure).exit_code, code);
    }
  }
  return code;
}

}  // namespace sshsync
