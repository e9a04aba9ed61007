#include "tools/cli/verbs/offline_verbs.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sshsync/base/status.h"
#include "sshsync/plan/queue.h"
#include "sshsync/text/escape.h"
#include "tools/cli/text/graph_text.h"
#include "tools/cli/text/run_text.h"
#include "tools/cli/text/template_text.h"
#include "tools/cli/verbs/load_configuration.h"
#include "tools/cli/verbs/open_log.h"

namespace sshsync::cli {
namespace {

int Fail(const absl::Status& error, OutputStream& err) {
  err.Write(ErrorText(error));
  return InfoOf(FailureOf(error)).exit_code;
}

int FailOn(const LoadedConfiguration& loaded, OutputStream& err) {
  err.Write(ErrorsOf(loaded));
  return InfoOf(FailureOf(loaded.status())).exit_code;
}

}  // namespace

int RunCheck(const CommandLine& line, OutputStream& out, OutputStream& err) {
  const auto loaded = LoadConfiguration(line);
  if (!loaded.ok()) return Fail(loaded.status(), err);
  const auto logging = ReadLogging(line);
  if (!logging.ok()) return Fail(logging.status(), err);
  std::vector<ConfigDiagnostic> all = loaded->diagnostics;
  all.insert(all.end(), logging->diagnostics.begin(), logging->diagnostics.end());
  bool clean = true, strict_failure = false;
  for (const ConfigDiagnostic& diagnostic : all) {
    const bool counts =
        diagnostic.severity == Severity::kError || (line.strict && diagnostic.severity == Severity::kWarning);
    strict_failure |= counts;
    if (line.quiet && !counts) continue;
    out.Write(absl::StrCat(RenderWithCaret(diagnostic), "\n"));
    clean = false;
  }
  if (const absl::Status status = FirstError(all); !status.ok()) return InfoOf(FailureOf(status)).exit_code;
  if (strict_failure) return InfoOf(Failure::kConfig).exit_code;
  const size_t count = loaded->configuration.repositories.size();
  if (!line.quiet && (line.verbose > 0 || out.is_terminal())) {
    out.Write(absl::StrCat(EscapeForTerminal(loaded->configuration.file), ": ", count,
                           count == 1 ? " repository, " : " repositories, ",
                           clean ? "nothing to complain about\n" : "usable\n"));
  }
  return 0;
}

int RunCommands(const CommandLine& line, OutputStream& out, OutputStream& err) {
  const auto loaded = LoadConfiguration(line);
  if (!loaded.ok()) return Fail(loaded.status(), err);
  if (!loaded->ok()) return FailOn(*loaded, err);
  if (line.words.empty()) {
    const auto queue = ResolveQueue(loaded->configuration,
                                    {.steps = line.steps, .cascade = line.cascade, .exclude = line.exclude_repos});
    if (!queue.ok()) return Fail(queue.status(), err);
    for (const std::string& warning : queue->warnings) err.Write(absl::StrCat(EscapeForTerminal(warning), "\n"));
    out.Write(CommandsText(loaded->configuration, *queue));
    return 0;
  }
  const auto repositories = ResolveNames(loaded->configuration, line.words);
  if (!repositories.ok()) return Fail(repositories.status(), err);
  for (const Repository* repository : *repositories)
    out.Write(absl::StrCat(CommandsText(*repository), ActionsText(*repository)));
  return 0;
}

int RunGraph(const CommandLine& line, OutputStream& out, OutputStream& err) {
  const auto loaded = LoadConfiguration(line);
  if (!loaded.ok()) return Fail(loaded.status(), err);
  if (!loaded->ok()) return FailOn(*loaded, err);
  out.Write(RenderGraph(loaded->configuration, line.format));
  return 0;
}

}  // namespace sshsync::cli
