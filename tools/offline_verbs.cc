#include "tools/offline_verbs.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sshsync/base/status.h"
#include "sshsync/plan/queue.h"
#include "sshsync/text/escape.h"
#include "tools/graph.h"
#include "tools/load_configuration.h"
#include "tools/open_log.h"
#include "tools/run_text.h"
#include "tools/template_text.h"

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
  bool clean = true;
  for (const ConfigDiagnostic& diagnostic : all) {
    if (line.quiet && diagnostic.severity != Severity::kError) continue;
    out.Write(absl::StrCat(RenderWithCaret(diagnostic), "\n"));
    clean = false;
  }
  if (const absl::Status status = FirstError(all); !status.ok()) return InfoOf(FailureOf(status)).exit_code;
  const size_t count = loaded->configuration.repositories.size();
  if (!line.quiet && (line.verbose > 0 || out.is_terminal())) {
    out.Write(absl::StrCat(EscapeForTerminal(loaded->configuration.file), ": ", count, count == 1 ? " repository, " : " repositories, ",
                           clean ? "nothing to complain about\n" : "usable\n"));
  }
  return 0;
}

int RunCommands(const CommandLine& line, OutputStream& out, OutputStream& err) {
  const auto loaded = LoadConfiguration(line);
  if (!loaded.ok()) return Fail(loaded.status(), err);
  if (!loaded->ok()) return FailOn(*loaded, err);
  const auto repositories = ResolveNames(loaded->configuration, line.words);
  if (!repositories.ok()) return Fail(repositories.status(), err);
  for (const Repository* repository : *repositories) out.Write(CommandsText(*repository));
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
