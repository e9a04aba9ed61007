#include "sshsync/text/real_shell.h"

#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "absl/strings/str_cat.h"

namespace sshsync {
namespace {

[[noreturn]] void Exec(const std::vector<std::string>& command, const std::string& folder) {
  std::vector<char*> argv;
  for (const std::string& word : command) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  if (folder.empty() || chdir(folder.c_str()) == 0) execvp(argv[0], argv.data());
  perror(argv[0]);
  _exit(127);
}

}  // namespace

ShellAnswer RunRealShell(const std::vector<std::string>& command, absl::string_view input, const std::string& folder) {
  // The input goes through an unnamed file: no pipe to fill while the answer waits to be read.
  FILE* file = tmpfile();
  int answer[2];
  if (file == nullptr || fwrite(input.data(), 1, input.size(), file) != input.size() || fflush(file) != 0 ||
      pipe(answer) != 0)
    abort();
  rewind(file);
  const pid_t child = fork();
  if (child < 0) abort();
  if (child == 0) {
    dup2(fileno(file), 0);
    dup2(answer[1], 1);
    close(answer[0]);
    close(answer[1]);
    Exec(command, folder);
  }
  fclose(file);
  close(answer[1]);
  ShellAnswer result;
  char buffer[1 << 16];
  for (ssize_t n; (n = read(answer[0], buffer, sizeof buffer)) > 0;)
    result.output.append(buffer, static_cast<size_t>(n));
  close(answer[0]);
  int status = 0;
  waitpid(child, &status, 0);
  result.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return result;
}

std::vector<RealShell> RealShells() {
  return {{"sh", {"/bin/sh"}, true},       {"dash", {"dash"}, true},
          {"bash", {"bash"}, true},        {"busybox", {"busybox", "sh"}, true},
          {"ksh", {"ksh"}, true},          {"mksh", {"mksh"}, true},
          {"zsh", {"zsh", "-f"}, true},    {"csh", {"csh", "-f"}, false},
          {"tcsh", {"tcsh", "-f"}, false}, {"fish", {"fish", "--no-config"}, false}};
}

bool IsInstalled(const RealShell& shell) {
  return RunRealShell({"/bin/sh", "-c", absl::StrCat("command -v ", shell.command[0], " >/dev/null")}).status == 0;
}

}  // namespace sshsync
