#include <cstdio>
#include <string>

#include "absl/strings/string_view.h"
#include "tools/cli/flags/completions.h"
#include "tools/cli/flags/man_page.h"

int main(int argc, char** argv) {
  using namespace sshsync::cli;  // NOLINT: the whole of a short main
  const absl::string_view name = argc == 2 ? argv[1] : "";
  const std::string text = name == "sshsync.1"        ? CommandManPage()
                           : name == "sshsync.conf.5" ? ConfigManPage()
                           : name == "sshsync.bash"   ? BashCompletion()
                           : name == "_sshsync"       ? ZshCompletion()
                           : name == "sshsync.fish"   ? FishCompletion()
                                                      : "";
  if (text.empty()) return 2;
  return std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fclose(stdout) == 0 ? 0 : 1;
}
