#include "sshsync/model/report.h"

#include <algorithm>

namespace sshsync {

absl::string_view OutcomeName(Outcome outcome) {
  switch (outcome) {
    case Outcome::kEqual:
      return "equal";
    case Outcome::kChanged:
      return "changed";
    case Outcome::kFailed:
      return "failed";
    case Outcome::kWaiting:
      return "waiting";
    case Outcome::kRefused:
      return "refused";
    case Outcome::kLocked:
      return "locked";
    case Outcome::kStopped:
      return "stopped";
    case Outcome::kPlanned:
      return "planned";
    case Outcome::kDiffers:
      return "differs";
    case Outcome::kRestored:
      return "restored";
  }
  return "failed";
}

void Conclude(Verb verb, const absl::Status& status, bool refused, bool incomplete, RepositoryReport* report) {
  const int64_t changed = report->copied + report->replaced + report->deleted;
  if (!status.ok()) {
    report->failure = FailureOf(status);
    report->message = std::string(status.message());
    switch (InfoOf(report->failure).exit_code) {
      case 7:
        report->outcome = Outcome::kLocked;
        break;
      case 8:
        report->outcome = Outcome::kRefused;
        break;
      default:
        report->outcome = absl::IsCancelled(status) ? Outcome::kStopped : Outcome::kFailed;
    }
    if (report->failure == Failure::kWaiting) report->outcome = Outcome::kWaiting;
  } else if (refused) {
    report->outcome = Outcome::kRefused;
  } else if (report->failed > 0 || incomplete) {
    const bool waits = std::all_of(report->files.begin(), report->files.end(), [](const FileOutcome& file) {
      return file.failure == Failure::kNone || file.failure == Failure::kWaiting;
    });
    report->outcome = waits && !incomplete ? Outcome::kWaiting : Outcome::kFailed;
  } else if (changed > 0) {
    report->outcome = verb == Verb::kVerify ? Outcome::kDiffers
                      : verb == Verb::kPlan ? Outcome::kPlanned
                                            : Outcome::kChanged;
  }
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
