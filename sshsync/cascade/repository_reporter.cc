#include "sshsync/cascade/repository_reporter.h"

#include <string>
#include <utility>

#include "sshsync/base/status.h"
#include "sshsync/schedule/file_states.h"

namespace sshsync {

Event RepositoryReporter::MakeEvent(EventKind kind, absl::string_view path) const {
  return {.kind = kind,
          .run = context_.run,
          .step = report_.step,
          .repository = report_.name,
          .parent = report_.parent,
          .path = std::string(path)};
}

void RepositoryReporter::NotBegun(const absl::Status& why) {
  report_.failure = FailureOf(why);
  report_.message = std::string(why.message());
  report_.outcome = absl::IsCancelled(why) ? Outcome::kStopped : Outcome::kFailed;
  report_.started = report_.ended = context_.clock.Now();
}

void RepositoryReporter::Ended() {
  ConcealSecrets(context_.secrets, &report_);
  if (context_.repository_ended) context_.repository_ended(report_);
  Event ended = MakeEvent(EventKind::kRepositoryEnded);
  ended.action = std::string(OutcomeName(report_.outcome));
  ended.files = report_.copied + report_.replaced + report_.deleted;
  ended.bytes = report_.bytes;
  ended.failure = report_.failure;
  ended.message = report_.message;
  ended.command = report_.command;
  ended.output = report_.output;
  context_.events.On(ended);
}

void RepositoryReporter::FilePublished(FileOutcome outcome) {
  Event event = MakeEvent(EventKind::kFilePublished, outcome.path);
  event.action = outcome.action;
  event.bytes = event.total = outcome.bytes;
  context_.events.On(event);
  report_.files.push_back(std::move(outcome));
}

void RepositoryReporter::EmitFailed(const FileOutcome& outcome) const {
  Event event = MakeEvent(EventKind::kFileFailed, outcome.path);
  event.failure = outcome.failure;
  event.message = outcome.message;
  event.action = outcome.action;
  event.level = LogLevel::kError;
  context_.events.On(event);
}

void RepositoryReporter::FileFailed(FileOutcome outcome) {
  EmitFailed(outcome);
  ++report_.failed;
  report_.files.push_back(std::move(outcome));
}

}  // namespace sshsync
