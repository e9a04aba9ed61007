#ifndef SSHSYNC_RECORD_REPORT_EVENT_LOG_H_
#define SSHSYNC_RECORD_REPORT_EVENT_LOG_H_

#include <string>

#include "sshsync/base/log.h"
#include "sshsync/model/event.h"

namespace sshsync {

/// Writes a run's events to a log, as sentences that begin with the repository, so that a grep for the name is its
/// history:
///
///     repoproxy: listed 20 files, 74.3 MB
///     repoproxy: app/new.jar published (replace, 12.3 MB)
///     repoproxy: app/big.bin failed: No space left on device [no_space]; command: cat > ...; output: ...
///
/// Ended runs and failures are for everybody (INFO, ERROR), single files are INFO, files in progress are not logged. A
/// failure names repository and file, and the remote command with what it printed stays on the same physical line.
/// Names, messages and output from outside are escaped here (text/escape.h); what a command printed is cut in the
/// middle after 4 KiB.
///
/// Does not own the sink. Threads: as EventSink says, one at a time.
///
///     EventLog log(sink);
///     log.On({.kind = EventKind::kFilePublished, .repository = "repoproxy", .path = "app/new.jar", .action =
///     "replace"});
class EventLog : public EventSink {
 public:
  explicit EventLog(LogSink& sink) : sink_(sink) {}

  void On(const Event& event) override;
  bool watches() const override { return false; }

 private:
  LogSink& sink_;
};

/// The level and the sentence of one event; what is about files and blocks in progress has level kDebug.
LogLevel EventLevel(const Event& event);
std::string EventSentence(const Event& event);

/// `12.3 MB`, `512 bytes`: powers of 1000, one digit after the point.
std::string HumanBytes(int64_t bytes);

}  // namespace sshsync

#endif  // SSHSYNC_RECORD_REPORT_EVENT_LOG_H_
