// Prints what each configuration named on the command line makes of one record, for the comparison with Python.
//   logging_conf_lines MILLISECONDS LEVEL MESSAGE FILE...
// For each file: `FILE`, then `error`, or one line `HANDLER<tab>PATH<tab>TEXT` for each handler that the record
// reaches.

#include <cstdio>
#include <fstream>
#include <iterator>

#include "absl/strings/numbers.h"
#include "sshsync/base/log.h"
#include "sshsync/config/logging/logging_conf.h"

namespace sshsync {
namespace {

void Print(const char* file, const LogFields& record) {
  std::ifstream stream(file, std::ios::binary);
  const std::string bytes(std::istreambuf_iterator<char>(stream), {});
  DiagnosticCollector diagnostics(file, bytes);
  const LoggingConf conf = ReadLoggingConf(bytes, diagnostics);
  printf("%s\n", file);
  if (const absl::Status status = FirstError(diagnostics.Take()); !status.ok()) {
    printf("error\n");
    fprintf(stderr, "%s\n", std::string(status.message()).c_str());
    return;
  }
  LogFields fields = record;
  fields.name = conf.logger;
  for (const LoggingHandler& handler : conf.handlers) {
    if (fields.levelno < conf.level || fields.levelno < handler.level || handler.kind == LoggingHandler::Kind::kNull)
      continue;
    printf("%s\t%s\t%s\n", handler.name.c_str(), handler.path.c_str(), handler.format.Render(fields).c_str());
  }
}

}  // namespace
}  // namespace sshsync

int main(int argc, char** argv) {
  int64_t milliseconds = 0;
  const auto level = argc > 4 ? sshsync::ParseLogLevel(argv[2]) : absl::nullopt;
  if (!level || !absl::SimpleAtoi(argv[1], &milliseconds)) return 2;
  sshsync::LogFields record;
  record.time = absl::FromUnixMillis(milliseconds);
  record.program_start = record.time - absl::Milliseconds(2500);
  record.zone = absl::LocalTimeZone();
  record.levelno = static_cast<int>(*level);
  record.levelname = std::string(sshsync::LogLevelName(*level));
  record.message = argv[3];
  record.process = 4711;
  record.thread = 42;
  for (int i = 4; i < argc; ++i) sshsync::Print(argv[i], record);
}
