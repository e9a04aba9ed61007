#include "tools/cli/log/log_sinks.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <mutex>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "sshsync/base/status.h"
#include "sshsync/text/escape.h"
#include "tools/cli/log/log_file.h"
#include "tools/cli/log/log_syslog.h"

namespace sshsync {
namespace {

using Kind = LoggingHandler::Kind;

/// stdout or stderr, which it does not own.
class StreamTarget : public LogTarget {
 public:
  explicit StreamTarget(int fd) : fd_(fd) {}
  absl::Status Write(absl::string_view line, LogLevel, absl::Time) override { return WriteLine(fd_, line); }

 private:
  const int fd_;
};

/// One line without control characters; tabs, which a format may have for columns, stay.
std::string OneLine(absl::string_view text) {
  return absl::StrJoin(absl::StrSplit(text, '\t'), "\t",
                       [](std::string* out, absl::string_view cell) { out->append(CleanForTerminal(cell)); });
}

std::string PlaceOf(const LoggingHandler& handler) {
  if (handler.kind == Kind::kStream) return handler.to_stdout ? "stdout" : "stderr";
  return EscapeForTerminal(handler.host.empty() ? handler.path : absl::StrCat(handler.host, ":", handler.port));
}

class ConfiguredSink : public LogSink {
 public:
  explicit ConfiguredSink(const LoggingConf& conf) : logger_(conf.logger), level_(conf.level) {}

  absl::Status Add(const LoggingHandler& handler) {
    Output output = {
        .handler = handler, .target = nullptr, .lowest = std::max(level_, handler.level), .reported = false};
    if (handler.kind == Kind::kNull) return absl::OkStatus();
    if (handler.kind == Kind::kStream) {
      output.target = std::make_unique<StreamTarget>(handler.to_stdout ? STDOUT_FILENO : STDERR_FILENO);
    } else if (handler.kind == Kind::kSysLog) {
      output.target = std::make_unique<LogSyslog>(handler);
    } else {
      SSHSYNC_ASSIGN_OR_RETURN(output.target, LogFile::Open(handler, zone_));
    }
    outputs_.push_back(std::move(output));
    return absl::OkStatus();
  }

  bool Enabled(LogLevel level) const override {
    return std::any_of(outputs_.begin(), outputs_.end(),
                       [level](const Output& output) { return static_cast<int>(level) >= output.lowest; });
  }

  void Write(const LogRecord& record) override {
    LogFields fields;
    fields.time = record.time;
    fields.zone = zone_;
    fields.program_start = program_start_;
    fields.name = logger_;
    fields.levelno = static_cast<int>(record.level);
    fields.levelname = std::string(LogLevelName(record.level));
    fields.message = record.message;
    fields.process = getpid();
    fields.thread = syscall(SYS_gettid);
    const std::lock_guard<std::mutex> lock(mu_);
    for (Output& output : outputs_) {
      if (fields.levelno < output.lowest) continue;
      const absl::Status status =
          output.target->Write(OneLine(output.handler.format.Render(fields)), record.level, record.time);
      if (!status.ok() && !std::exchange(output.reported, true)) Report(output.handler, status);
    }
  }

 private:
  struct Output {
    LoggingHandler handler;
    std::unique_ptr<LogTarget> target;
    int lowest = 0;
    bool reported = false;
  };

  static void Report(const LoggingHandler& handler, const absl::Status& status) {
    // Nothing is left to tell if stderr fails, too.
    WriteLine(STDERR_FILENO, absl::StrCat("sshsync: the log ", PlaceOf(handler),
                                          " is not written: ", CleanForTerminal(status.message()), "; the run goes on"))
        .IgnoreError();
  }

  // Constant after construction.
  const std::string logger_;
  const int level_;
  const absl::TimeZone zone_ = absl::LocalTimeZone();
  const absl::Time program_start_ = absl::Now();

  // Protected by mu_, but for what `Add` sets before there is a second thread.
  std::mutex mu_;
  std::vector<Output> outputs_;
};

/// A configuration of one handler whose format is known to be right.
LoggingConf Single(Kind kind, const std::string& path, absl::string_view format, LogLevel level) {
  LoggingConf conf;
  conf.level = static_cast<int>(level);
  LoggingHandler& handler = conf.handlers.emplace_back();
  handler.kind = kind;
  handler.path = path;
  handler.format = LogFormat::Parse(format, "").value();
  return conf;
}

}  // namespace

absl::StatusOr<std::unique_ptr<LogSink>> OpenLogSink(const LoggingConf& conf, const std::string& file) {
  auto sink = std::make_unique<ConfiguredSink>(conf);
  for (const LoggingHandler& handler : conf.handlers) {
    if (const absl::Status added = sink->Add(handler); !added.ok()) {
      return MakeError(FailureOf(added), absl::StrCat(file, handler.line > 0 ? absl::StrCat(":", handler.line) : "",
                                                      file.empty() ? "" : ": ", added.message()));
    }
  }
  return sink;
}

std::unique_ptr<LogSink> StderrLogSink(LogLevel level) {
  return *OpenLogSink(Single(Kind::kStream, "", "sshsync: %(levelname)s: %(message)s", level), "");
}

absl::StatusOr<std::unique_ptr<LogSink>> OpenLogFile(const std::string& path, LogLevel level) {
  return OpenLogSink(Single(Kind::kWatchedFile, path, "%(asctime)s %(process)d %(levelname)s %(message)s", level), "");
}

}  // namespace sshsync
