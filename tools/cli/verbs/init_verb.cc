#include "tools/cli/verbs/init_verb.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "sshsync/base/status.h"
#include "sshsync/config/settings.h"
#include "sshsync/text/escape.h"
#include "tools/cli/init/interview.h"
#include "tools/cli/init/migration.h"
#include "tools/cli/init/new_configuration.h"
#include "tools/cli/text/probe_text.h"
#include "tools/cli/text/run_text.h"
#include "tools/cli/verbs/config_source.h"
#include "tools/cli/verbs/load_configuration.h"
#include "tools/cli/verbs/signals.h"
#include "tools/cli/view/human_printer.h"
#include "tools/cli/view/screen.h"

namespace sshsync::cli {
namespace {

/// What is to be written, and what was said about it.
struct Draft {
  std::string text;
  mode_t mode = 0644;
  bool probe = true;
};

int Fail(const absl::Status& error, OutputStream& err) {
  err.Write(ErrorText(error));
  return InfoOf(FailureOf(error)).exit_code;
}

absl::Status Errno(const std::string& path) {
  const Failure failure = errno == EROFS                       ? Failure::kReadOnly
                          : errno == ENOSPC || errno == EDQUOT ? Failure::kNoSpace
                                                               : Failure::kPermission;
  return MakeError(failure, absl::StrCat(EscapeForTerminal(path), ": ", strerror(errno)));
}

absl::Status Exists(const std::string& path) {
  return MakeError(
      Failure::kUsage,
      absl::StrCat(EscapeForTerminal(path), " exists, and init never overwrites: name another file with --config"));
}

/// A line of stdin without its newline.
absl::optional<std::string> ReadLine() {
  std::string line;
  char c = 0;
  while (true) {
    const ssize_t got = read(STDIN_FILENO, &c, 1);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return line.empty() ? absl::nullopt : absl::make_optional(line);
    if (c == '\n') return line;
    line += c;
  }
}

/// Writes a file that is not there yet, in a folder that may be new.
absl::Status WriteNew(const std::string& path, absl::string_view bytes, mode_t mode) {
  const std::string folder = path.substr(0, path.rfind('/') == std::string::npos ? 0 : path.rfind('/'));
  if (!folder.empty() && mkdir(folder.c_str(), 0755) != 0 && errno != EEXIST) return Errno(folder);
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
  if (fd < 0) return errno == EEXIST ? Exists(path) : Errno(path);
  absl::Status status;
  while (status.ok() && !bytes.empty()) {
    const ssize_t written = write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno != EINTR) status = Errno(path);
    if (written > 0) bytes.remove_prefix(static_cast<size_t>(written));
  }
  if (status.ok() && fsync(fd) != 0 && errno != EINVAL) status = Errno(path);
  if (close(fd) != 0 && status.ok()) status = Errno(path);
  if (!status.ok()) unlink(path.c_str());
  return status;
}

absl::StatusOr<Draft> Migrated(const CommandLine& line, OutputStream& out) {
  SSHSYNC_ASSIGN_OR_RETURN(const ConfigSource source, ReadConfigSource(line.from));
  const init::Migration migration = init::MigrateOriginal(source.bytes);
  if (!line.quiet) out.Write(absl::StrCat(EscapeForTerminal(line.from), ":\n", init::ChangesText(migration), "\n"));
  return Draft{.text = migration.text,
               .mode = static_cast<mode_t>(migration.has_password ? 0600 : 0644),
               .probe = !line.offline};
}

absl::StatusOr<Draft> FromOptions(const CommandLine& line) {
  std::vector<init::NewRepository> repositories;
  for (const std::string& text : line.new_repositories) {
    SSHSYNC_ASSIGN_OR_RETURN(init::NewRepository one, init::ReadNewRepository(text));
    repositories.push_back(std::move(one));
  }
  return Draft{.text = init::ConfigurationText(repositories), .probe = !line.offline};
}

absl::StatusOr<Draft> Asked(const CommandLine& line, const std::string& path, OutputStream& out) {
  if (isatty(STDIN_FILENO) == 0)
    return MakeError(
        Failure::kUsage,
        "there is nobody to ask: name repositories with --repo, or an original configuration with --from FILE");
  const init::Ask ask = [&out](absl::string_view question) {
    out.Write(question);
    return ReadLine();
  };
  const absl::Status ended = MakeError(Failure::kUsage, "the answers ended too early: nothing was written");
  const auto repositories = init::Interview(ask, [&out](absl::string_view lines) { out.Write(lines); });
  if (!repositories) return ended;
  Draft draft{.text = init::ConfigurationText(*repositories)};
  out.Write(absl::StrCat("\n", draft.text, "\n"));
  const auto write = line.dry_run ? absl::optional<bool>(true)
                                  : init::AskYes(ask, absl::StrCat("Write this to ", EscapeForTerminal(path), "?"));
  if (!write || !*write) return write ? MakeError(Failure::kUsage, "nothing was written") : ended;
  if (line.offline || line.dry_run) return Draft{.text = draft.text, .probe = false};
  const auto probe = init::AskYes(ask, "Connect to the hosts now, and try what they can do?");
  if (!probe) return ended;
  draft.probe = *probe;
  return draft;
}

/// Tries every repository; the exit status of what came of it.
int Try(const Configuration& configuration, const EngineApi& engine, OutputStream& out, OutputStream& err) {
  std::vector<std::string> names;
  for (const Repository& one : configuration.repositories) names.push_back(one.name);
  Screen screen(out, err);
  HumanPrinter printer(screen, {.quiet = true, .problems = false, .warnings = false});
  StopSource stop;
  const StopOnSignals catcher(stop);
  const auto probes = engine.probe(configuration, names, printer, stop.token());
  if (!probes.ok()) return Fail(probes.status(), err);
  out.Write(ProbeText(*probes, false));
  const int reason = stop.token().reason();
  return WorseExitCode(ProbeExitCode(*probes), reason > 0 ? 128 + reason : 0);
}

std::string NextText(const Configuration& configuration, const std::string& path, bool tried) {
  const std::string file = absl::StrCat("sshsync -c ", EscapeForTerminal(path), " ");
  std::string root;
  for (const Repository& one : configuration.repositories) {
    if (root.empty() && one.parent.empty()) root = EscapeForTerminal(one.name);
  }
  std::string text = "Next:\n";
  if (!tried)
    absl::StrAppend(&text, "    ", file, "probe ", EscapeForTerminal(configuration.repositories[0].name),
                    "   # do the hosts answer, do their commands work?\n");
  return absl::StrCat(text, "    ", file, "plan --cascade ", root, "   # what would be done, and why?\n    ", file,
                      "--cascade ", root, "   # do it\n");
}

}  // namespace

int RunInit(const CommandLine& line, const EngineApi& engine, OutputStream& out, OutputStream& err) {
  const std::string path = ConfigPlace(line.config, getenv("SSHSYNC_CONFIG"));
  struct stat stat = {};
  if (!line.dry_run && lstat(path.c_str(), &stat) == 0) return Fail(Exists(path), err);
  const auto draft = !line.from.empty()               ? Migrated(line, out)
                     : !line.new_repositories.empty() ? FromOptions(line)
                                                      : Asked(line, path, out);
  if (!draft.ok()) return Fail(draft.status(), err);

  const LoadedConfiguration loaded = ReadConfiguration(path, draft->text);
  if (!loaded.ok()) {
    err.Write(absl::StrCat(ErrorsOf(loaded), "sshsync: nothing was written: the configuration would not be accepted",
                           line.from.empty() ? "" : "; the lines are those of the new one", "\n"));
    return InfoOf(FailureOf(loaded.status())).exit_code;
  }
  if (loaded.configuration.repositories.empty())
    return Fail(MakeError(Failure::kConfig, "there is no repository in it: nothing was written"), err);
  if (line.dry_run) {
    if (!line.quiet)
      out.Write(line.from.empty() && line.new_repositories.empty()
                    ? "nothing was written\n"
                    : absl::StrCat(draft->text, "\nnothing was written\n"));
    return 0;
  }
  if (const absl::Status written = WriteNew(path, draft->text, draft->mode); !written.ok()) return Fail(written, err);
  if (!line.quiet) {
    out.Write(absl::StrCat(EscapeForTerminal(path), " is written\n"));
    for (const ConfigDiagnostic& diagnostic : loaded.diagnostics)
      out.Write(absl::StrCat(RenderWithCaret(diagnostic), "\n"));
    out.Write(absl::StrCat("\n", init::KeysText(loaded.configuration), "\n"));
  }
  const int code = draft->probe ? Try(loaded.configuration, engine, out, err) : 0;
  if (!line.quiet)
    out.Write(absl::StrCat(draft->probe ? "\n" : "", NextText(loaded.configuration, path, draft->probe && code == 0)));
  return code;
}

}  // namespace sshsync::cli
