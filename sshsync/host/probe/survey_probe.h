#ifndef SSHSYNC_HOST_PROBE_SURVEY_PROBE_H_
#define SSHSYNC_HOST_PROBE_SURVEY_PROBE_H_

#include <map>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "sshsync/host/host_tools.h"
#include "sshsync/host/probe/digest_probe.h"
#include "sshsync/model/remote_command.h"

namespace sshsync {

/// Finds out with which of the presets' commands a host is surveyed (listing, and digests of many files), and which
/// digest tools it has. Each is tried on a scratch folder with a file that has a hard name, and counts if its answer,
/// which the controller reads as it will read the real ones, is right. It is the first thing that is asked of a host,
/// and the only one of a run that finds nothing to do: about ten processes, tried in the order of speed, and the first
/// that ends well is the last that is started. One that ended well and was wrong is left out in a further question.
/// Ownership: refers to the tools. Threads: one.
///
///     SurveyProbe probe(tools, {"sha256", "sha1"}, SurveyProbe::Extent::kFirst);
///     while (!probe.done()) probe.Read(runner.Run(host, probe.Next(), stop)...);
class SurveyProbe {
 public:
  enum class Extent {
    kFirst,  ///< tools for the first algorithm that has any, two of them at most
    kAll,    ///< tools for each algorithm
  };
  SurveyProbe(HostTools& tools, std::vector<std::string> algorithms, Extent extent);

  bool done() const { return done_; }

  /// The next question.
  RemoteCommand Next();

  /// Takes the answer, and chooses in the tools what it settles. A host on which nothing can be tried gets what POSIX
  /// promises.
  void Read(const RemoteResult& result);

  /// The digest tools that were seen to be right: the first is the one to use, the others compute the same.
  const DigestTools& digests() const { return digests_; }

 private:
  struct Trial {
    std::string action;     // list, digests; digest: a tool
    const Preset* preset;   // for list and digests
    std::string algorithm;  // for digest
    std::string words;
  };
  bool Passes(const Trial& trial, absl::string_view output) const;

  HostTools& tools_;
  const Extent extent_;
  std::vector<Trial> trials_;
  DigestTools digests_;
  std::string mark_;
  bool done_ = false;
};

}  // namespace sshsync

#endif  // SSHSYNC_HOST_PROBE_SURVEY_PROBE_H_
