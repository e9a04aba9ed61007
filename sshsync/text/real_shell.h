#ifndef SSHSYNC_TEXT_REAL_SHELL_H_
#define SSHSYNC_TEXT_REAL_SHELL_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace sshsync {

/// What a shell printed on standard output, and its exit status (128+N after signal N).
struct ShellAnswer {
  std::string output;
  int status = 0;
};

/// Runs a real program of this machine to its end, for tests that compare our reading of a script with the shell's.
/// Standard input is `input`, standard error is the test's own, the working folder is `folder` where one is given.
/// Aborts where it cannot be started.
ShellAnswer RunRealShell(const std::vector<std::string>& command, absl::string_view input = {},
                         const std::string& folder = {});

/// A shell that tests look for.
struct RealShell {
  std::string name;                  ///< `dash`; the word for test names
  std::vector<std::string> command;  ///< `busybox sh`: program and first arguments
  bool is_posix;                     ///< reads what POSIX says; else a login shell of another make
};

/// All of them, installed or not.
std::vector<RealShell> RealShells();

/// Whether the program is there. A test of one that is not says so by GTEST_SKIP; `sh`, `dash` and `bash` are always
/// there.
bool IsInstalled(const RealShell& shell);

}  // namespace sshsync

#endif  // SSHSYNC_TEXT_REAL_SHELL_H_
