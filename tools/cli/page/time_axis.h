#ifndef SSHSYNC_TOOLS_CLI_PAGE_TIME_AXIS_H_
#define SSHSYNC_TOOLS_CLI_PAGE_TIME_AXIS_H_

#include <string>
#include <vector>

#include "absl/time/time.h"

namespace sshsync::page {

/// The time of a run as a width of 1000 units: pictures are stretched to the width of the page, their texts are not.
/// (Text within a stretched SVG was rejected: it is unreadable on a phone.)
class TimeAxis {
 public:
  static constexpr double kWidth = 1000;

  /// A run without a duration is given a millisecond.
  TimeAxis(absl::Time begin, absl::Time end);

  /// Units from the left; times outside are moved to the edge.
  double At(absl::Time time) const;
  absl::Duration length() const { return length_; }
  absl::Time begin() const { return begin_; }

  /// Round times since the begin, the first zero, at most nine.
  std::vector<absl::Duration> Ticks() const;
  /// Thin vertical lines at the ticks, for a picture of that height.
  std::string Lines(double height) const;
  /// The ticks' texts: markup that takes the width of the picture.
  std::string Labels() const;

 private:
  absl::Time begin_;
  absl::Duration length_;
};

}  // namespace sshsync::page

#endif  // SSHSYNC_TOOLS_CLI_PAGE_TIME_AXIS_H_
