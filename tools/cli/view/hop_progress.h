#ifndef SSHSYNC_TOOLS_CLI_VIEW_HOP_PROGRESS_H_
#define SSHSYNC_TOOLS_CLI_VIEW_HOP_PROGRESS_H_

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <utility>

#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "sshsync/model/event.h"

namespace sshsync::cli {

/// How far one hop is, as its events tell. Bytes are of content that arrived; a file counts when it is published.
class HopProgress {
 public:
  enum class Phase { kComparing, kMoving, kEnded };

  explicit HopProgress(std::string name) : name_(std::move(name)) {}

  void On(const Event& event);

  const std::string& name() const { return name_; }
  Phase phase() const { return phase_; }
  const std::string& outcome() const { return outcome_; }  ///< once ended
  bool failed() const { return failed_ > 0 || ended_badly_; }
  int64_t files() const { return files_; }
  int64_t total_files() const { return total_files_; }
  int64_t bytes() const;
  int64_t total_bytes() const { return total_bytes_; }

  /// Bytes per second over the last ten seconds before `now`; 0 while that is not known.
  double Rate(absl::Time now) const;
  /// What is left at that rate.
  absl::optional<absl::Duration> Remaining(absl::Time now) const;

 private:
  void Sample(absl::Time now);

  std::string name_;
  Phase phase_ = Phase::kComparing;
  std::string outcome_;
  bool ended_badly_ = false;
  int64_t files_ = 0, total_files_ = 0, failed_ = 0;
  int64_t done_bytes_ = 0, total_bytes_ = 0;
  std::map<std::string, int64_t> under_way_;            // path -> bytes so far
  int64_t under_way_bytes_ = 0;                         // their sum
  std::deque<std::pair<absl::Time, int64_t>> samples_;  // at most two a second, the last ten seconds
};

}  // namespace sshsync::cli

#endif  // SSHSYNC_TOOLS_CLI_VIEW_HOP_PROGRESS_H_
