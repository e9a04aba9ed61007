#include "sshsync/process/descriptor_limit.h"

#include <sys/resource.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "sshsync/process/local_command.h"

namespace sshsync {
namespace {

rlimit Limit() {
  rlimit limit = {};
  EXPECT_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
  return limit;
}

// Whether a process that we start may have that many open, in a moment.
bool ChildMayOpen(int count) {
  const LocalCommandResult result =
      RunHook(absl::StrCat("i=0; while [ $i -lt 2000 ]; do i=$((i+1)); [ \"`ulimit -S -n`\" = ", count,
                           " ] && exit 0; done; exit 1"),
              {}, absl::Seconds(50));
  return result.status.ok();
}

TEST(DescriptorLimit, GoesUpForThisProcessAndStaysForThoseItStarts) {
  rlimit limit = Limit();
  ASSERT_GT(limit.rlim_max, 128U);
  limit.rlim_cur = 128;
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
  EXPECT_TRUE(ChildMayOpen(128));
  RaiseDescriptorLimit();
  EXPECT_EQ(Limit().rlim_cur, std::min<rlim_t>(limit.rlim_max, 65'536));
  EXPECT_TRUE(ChildMayOpen(128));
  RaiseDescriptorLimit();  // nothing is left to raise, and what it began with is not forgotten
  EXPECT_TRUE(ChildMayOpen(128));
}

}  // namespace
}  // namespace sshsync
