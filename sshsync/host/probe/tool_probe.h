#ifndef SSHSYNC_HOST_PROBE_TOOL_PROBE_H_
#define SSHSYNC_HOST_PROBE_TOOL_PROBE_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "sshsync/host/host_tools.h"
#include "sshsync/model/remote_command.h"
#include "sshsync/plan/digest_tool.h"

namespace sshsync {

/// Finds out which of the presets' commands for moving files work on a host, in one question: each is tried in a
/// scratch folder below /tmp, on a name that is hard to handle, and must give the known answer (presets/test.conf). The
/// first that does is taken. The last one of each action is taken untried, for there is nothing left to fall back on.
/// Ownership: refers to the tools. Threads: one.
///
///     ToolProbe probe(tools, ToolProbe::Extent::kOpen, tool);
///     probe.Read(runner.Run(host, probe.command(), stop)...);   // tools.text("write") is now what the host can do
class ToolProbe {
 public:
  enum class Extent {
    kOpen,    ///< what `preset = auto` leaves open, and no more than is needed to choose
    kChunks,  ///< the same of `chunks` alone, for a run that digests big files and may find nothing to move
    kTaken,   ///< what is in force, every action, to be shown
  };
  /// `tool`: of the digest that `chunks` is to compute, with its algorithm; without it `chunks` is not tried.
  ToolProbe(HostTools& tools, Extent extent, const DigestTool& tool = {});

  /// Whether there is anything to ask.
  bool empty() const { return trials_.empty(); }
  const RemoteCommand& command() const { return command_; }

  /// Chooses by the answer (kOpen). An action whose trials were not seen to pass gets its last candidate.
  void Read(const RemoteResult& result);

  /// What became of the trials, by action: true = it passed. For kTaken.
  const std::map<std::string, bool>& passed() const { return passed_; }

 private:
  struct Trial {
    std::string action;
    const Preset* preset;  // nullptr: what is in force
  };

  std::vector<const Preset*> Candidates(absl::string_view action) const;
  std::string TestOf(const Trial& trial, const HostTools& tools) const;

  HostTools& tools_;
  const Extent extent_;
  const DigestTool tool_;
  std::string mark_;
  std::vector<Trial> trials_;
  std::map<std::string, bool> passed_;
  RemoteCommand command_;
};

}  // namespace sshsync

#endif  // SSHSYNC_HOST_PROBE_TOOL_PROBE_H_
