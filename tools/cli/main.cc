#include <string>
#include <vector>

#include "sshsync/probe.h"
#include "sshsync/process/descriptor_limit.h"
#include "sshsync/sync.h"
#include "tools/cli/verbs/tool.h"

int main(int argc, char** argv) {
  sshsync::RaiseDescriptorLimit();
  return sshsync::cli::RunTool(std::vector<std::string>(argv + (argc > 0 ? 1 : 0), argv + argc),
                               {.synchronize = sshsync::Synchronize, .probe = sshsync::Probe});
}
