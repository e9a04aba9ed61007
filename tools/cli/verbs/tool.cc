#include "tools/cli/verbs/tool.h"

#include <unistd.h>

#include <exception>

#include "absl/strings/str_cat.h"
#include "sshsync/base/status.h"
#include "sshsync/base/version.h"
#include "tools/cli/flags/command_line.h"
#include "tools/cli/flags/help.h"
#include "tools/cli/text/run_text.h"
#include "tools/cli/verbs/history_verbs.h"
#include "tools/cli/verbs/init_verb.h"
#include "tools/cli/verbs/offline_verbs.h"
#include "tools/cli/verbs/run_verbs.h"
#include "tools/cli/verbs/signals.h"
#include "tools/cli/view/output_stream.h"

namespace sshsync::cli {
namespace {

int Dispatch(const CommandLine& line, const EngineApi& engine, OutputStream& out, OutputStream& err) {
  switch (line.help) {
    case HelpKind::kNone:
      break;
    case HelpKind::kShort:
      return out.Write(ShortHelp(line.verb)), 0;
    case HelpKind::kLong:
      return out.Write(LongHelp(line.verb)), 0;
    case HelpKind::kVersion:
      return out.Write(absl::StrCat("sshsync ", Version(), "\n")), 0;
  }
  switch (line.verb) {
    case VerbId::kCheck:
      return RunCheck(line, out, err);
    case VerbId::kCommands:
      return RunCommands(line, out, err);
    case VerbId::kGraph:
      return RunGraph(line, out, err);
    case VerbId::kStatus:
      return RunStatus(line, out, err);
    case VerbId::kInit:
      return RunInit(line, engine, out, err);
    case VerbId::kReport:
      return RunReport(line, out, err);
    case VerbId::kLog:
      return RunLog(line, out, err);
    default:
      return RunVerb(line, engine, out, err);
  }
}

}  // namespace

int RunTool(absl::Span<const std::string> arguments, const EngineApi& engine) {
  OpenClosedStreams();
  CatchBrokenPipes();
  OutputStream out(STDOUT_FILENO), err(STDERR_FILENO);
  int code = 0;
  const auto line = ParseCommandLine(arguments);
  if (!line.ok()) {
    err.Write(ErrorText(line.status()));
    return InfoOf(FailureOf(line.status())).exit_code;
  }
  try {
    code = Dispatch(*line, engine, out, err);
  } catch (const std::exception& error) {
    // Only a bug, or memory that ran out, comes here: the engine's own errors are values.
    const absl::Status bug = MakeError(Failure::kInternal, error.what());
    err.Write(ErrorText(bug));
    code = InfoOf(Failure::kInternal).exit_code;
  }
  if (!out.status().ok()) {
    err.Write(absl::StrCat("sshsync: ", out.status().message(), "\n"));
    code = WorseExitCode(code, InfoOf(Failure::kPermission).exit_code);
  }
  return code;
}

}  // namespace sshsync::cli
