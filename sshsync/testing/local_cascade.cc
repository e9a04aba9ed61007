#include "sshsync/testing/local_cascade.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "sshsync/base/status.h"
#include "sshsync/text/shell_quote.h"

namespace sshsync {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void End(absl::string_view why) {
  fprintf(stderr, "LocalCascade: %s\n", std::string(why).c_str());
  abort();
}

}  // namespace

LocalCascade::LocalCascade() {
  Add("m", "");
  Add("p", "m");
  Add("n", "p");
}

Repository& LocalCascade::Add(absl::string_view name, absl::string_view parent) {
  Repository repository;
  repository.name = std::string(name);
  repository.parent = std::string(parent);
  repository.endpoint.transport = Transport::kLocal;
  repository.path = Path(name);
  repository.templates["listcmd"] = "find ${REPOPATH} -type f";
  repository.templates["digestcmd"] =
      "if [ -f ${FILEPATH} ]; then sha1sum ${FILEPATH} | cut -d' ' -f1; else echo NONE; fi";
  if (!parent.empty()) repository.templates["synccmd"] = "cp -p ${REMOTEDIR}/${FILE} ${LOCALDIR}/${FILE}";
  repository.nice = 0;
  repository.timeout = absl::Seconds(20);
  repository.wait = absl::Seconds(2);
  repository.retries = 2;
  fs::create_directories(repository.path);
  configuration_.repositories.push_back(std::move(repository));
  return configuration_.repositories.back();
}

Repository& LocalCascade::operator[](absl::string_view name) {
  for (Repository& repository : configuration_.repositories) {
    if (repository.name == name) return repository;
  }
  End(absl::StrCat("no repository ", name));
}

void LocalCascade::SetTime(absl::string_view name, int64_t seconds) const {
  const std::array<timespec, 2> times{timespec{seconds, 0}, timespec{seconds, 0}};
  if (utimensat(AT_FDCWD, Path(name).c_str(), times.data(), AT_SYMLINK_NOFOLLOW) != 0)
    End(absl::StrCat("cannot set the time of ", name));
}

std::string LocalCascade::Shell(absl::string_view script) const {
  const std::string command = absl::StrCat("cd ", ShellLiteral(dir_.path()), " || exit 1\n", script);
  FILE* const pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) End("no shell");
  std::string out;
  std::array<char, 4096> buffer;
  for (size_t got; (got = fread(buffer.data(), 1, buffer.size(), pipe)) > 0;) out.append(buffer.data(), got);
  if (pclose(pipe) != 0) End(absl::StrCat("failed: ", script));
  return out;
}

std::map<std::string, std::string> LocalCascade::TreeOf(absl::string_view repository, bool whole) const {
  std::map<std::string, std::string> tree;
  const fs::path root = Path(repository);
  for (fs::recursive_directory_iterator it(root), end; it != end; ++it) {
    const std::string name = it->path().lexically_relative(root).string();
    if (!whole && it->path().filename() == ".sshsync") {
      it.disable_recursion_pending();
      continue;
    }
    struct stat info;
    if (lstat(it->path().c_str(), &info) != 0) End(absl::StrCat("cannot look at ", name));
    tree[name] = absl::StrFormat("%o inode %d size %d time %d.%09d", info.st_mode, info.st_ino,
                                 S_ISDIR(info.st_mode) ? 0 : info.st_size, info.st_mtim.tv_sec, info.st_mtim.tv_nsec);
    if (it->is_symlink()) absl::StrAppend(&tree[name], " -> ", fs::read_symlink(it->path()).string());
  }
  return tree;
}

std::map<std::string, std::string> LocalCascade::Files(absl::string_view repository) const {
  std::map<std::string, std::string> files;
  const fs::path root = Path(repository);
  for (fs::recursive_directory_iterator it(root), end; it != end; ++it) {
    if (it->path().filename() == ".sshsync") {
      it.disable_recursion_pending();
    } else if (it->is_regular_file() && !it->is_symlink()) {
      std::ifstream file(it->path(), std::ios::binary);
      files[it->path().lexically_relative(root).string()] = std::string(std::istreambuf_iterator<char>(file), {});
    }
  }
  return files;
}

absl::StatusOr<Report> LocalCascade::TryRun(SyncOptions options) {
  options.state_dir = Path("state");
  options.pid_file = Path("state/pid");
  fs::create_directories(options.state_dir);
  options.first_pause = absl::Milliseconds(1);
  return Synchronize(configuration_, options, sink_, stop_.token());
}

Report LocalCascade::Sync(std::vector<std::vector<std::string>> queue, SyncOptions options) {
  options.queue = std::move(queue);
  auto report = TryRun(std::move(options));
  if (!report.ok()) End(report.status().message());
  return *std::move(report);
}

Report LocalCascade::Run(Verb verb, std::vector<std::vector<std::string>> queue) {
  return Sync(std::move(queue), {.verb = verb});
}

std::vector<std::string> LocalCascade::Messages(LogLevel level) const {
  std::vector<std::string> messages;
  for (const Event& event : events()) {
    if (event.kind == EventKind::kMessage && event.level >= level)
      messages.push_back(absl::StrCat(event.repository, ": ", event.message));
  }
  return messages;
}

const RepositoryReport& Of(const Report& report, absl::string_view repository) {
  for (const RepositoryReport& one : report.repositories) {
    if (one.name == repository) return one;
  }
  End(absl::StrCat("the report does not mention ", repository));
}

const FileOutcome* FileOf(const RepositoryReport& report, absl::string_view path) {
  for (const FileOutcome& file : report.files) {
    if (file.path == path) return &file;
  }
  return nullptr;
}

std::vector<std::string> Failures(const RepositoryReport& report) {
  std::vector<std::string> failures;
  for (const FileOutcome& file : report.files) {
    if (file.failure != Failure::kNone) failures.push_back(absl::StrCat(file.path, ": ", InfoOf(file.failure).name));
  }
  return failures;
}

}  // namespace sshsync
