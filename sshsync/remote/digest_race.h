#ifndef SSHSYNC_REMOTE_DIGEST_RACE_H_
#define SSHSYNC_REMOTE_DIGEST_RACE_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "sshsync/host/record_script.h"
#include "sshsync/plan/digest_tool.h"
#include "sshsync/remote/run_context.h"

namespace sshsync {

/// Which of several tools that compute the same digest is the fastest on a host: each digests 16 MiB of zeros, one
/// after the other, and the controller's clock is read between their records (hosts have no portable clock finer than a
/// second). `prefix`: shell text in front. Errors: the transport's. Threads: any.
template <Runner R, Clock C>
absl::StatusOr<DigestTool> FastestDigestTool(RunContext<R, C>& context, const Endpoint& host,
                                             const std::vector<DigestTool>& racers, absl::string_view prefix,
                                             absl::Duration timeout) {
  const std::string mark = RandomMark();
  RecordScript script(mark);
  script.Add("start", ":");
  for (size_t i = 0; i < racers.size(); ++i)
    script.Add(absl::StrCat(i), absl::StrCat("dd if=/dev/zero bs=1048576 count=16 2>/dev/null | ", racers[i].words));
  RecordReader reader(mark, size_t{64} << 10);
  absl::Time before = context.clock.Monotonic();
  absl::Duration best = absl::InfiniteDuration();
  DigestTool winner = racers.front();
  size_t place = 0;
  const auto result = context.runner.RunLong(
      host, {.script = absl::StrCat(prefix, script.text()), .timeout = timeout},
      [&](absl::string_view bytes) {
        return reader.Feed(bytes, [&](const Record& record) {
          const absl::Duration took = context.clock.Monotonic() - std::exchange(before, context.clock.Monotonic());
          if (record.label != "start" && place < racers.size() && record.status == 0 && took < best)
            best = took, winner = racers[place];
          if (record.label != "start") ++place;
          return absl::OkStatus();
        });
      },
      [] { return false; }, context.stop);
  if (!result.ok()) return result.status();
  return winner;
}

}  // namespace sshsync

#endif  // SSHSYNC_REMOTE_DIGEST_RACE_H_
