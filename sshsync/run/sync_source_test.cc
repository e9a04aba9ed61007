#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sshsync/base/status.h"
#include "sshsync/sync.h"
#include "sshsync/testing/local_cascade.h"

namespace sshsync {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr absl::string_view kCopy = "cp -p ${REMOTEDIR}/${FILE} ${LOCALDIR}/${FILE}";

// A synccmd that does `script` at its first `times` calls, with the file's path at the parent in $s, before or after it
// copies.
std::string Meanwhile(const LocalCascade& local, int times, absl::string_view before, absl::string_view after = ":") {
  const std::string calls = local.Path("calls");
  return absl::StrCat("s=${REMOTEDIR}/${FILE}; n=`cat ", calls, " 2>/dev/null || echo 0`; n=`expr $n + 1`; echo $n >",
                      calls, "; if [ $n -le ", times, " ]; then ", before, "; fi; ", kCopy, " || exit; if [ $n -le ",
                      times, " ]; then ", after, "; fi");
}

TEST(Source, ThatIsReplacedBeforeItIsCopiedArrivesInItsNewVersion) {
  LocalCascade local;
  local.Write("m/a", "first");
  local.Write("p/a", "old");
  local["p"].templates["synccmd"] = Meanwhile(local, 1, "echo second >$s.new; mv $s.new $s");
  const Report report = local.Sync({{"p"}, {"n"}});
  EXPECT_EQ(report.exit_code(), 0) << testing::PrintToString(Failures(Of(report, "p")));
  EXPECT_EQ(local.Read("p/a"), "second\n");
  EXPECT_EQ(local.Read("n/a"), "second\n");
}

TEST(Source, ThatIsReplacedAfterItWasCopiedArrivesInItsNewVersion) {
  LocalCascade local;
  local.Write("m/a", "first");
  local["p"].templates["synccmd"] = Meanwhile(local, 1, ":", "echo second, and longer >$s");
  EXPECT_EQ(local.Sync({{"p"}, {"n"}}).exit_code(), 0);
  EXPECT_EQ(local.Read("n/a"), "second, and longer\n");
}

TEST(Source, ThatChangesThreeTimesIsPlannedAgainEachTime) {
  for (const bool before : {true, false}) {
    LocalCascade local;
    local.Write("m/a", "first");
    const std::string change = "echo more >>$s";
    local["p"].templates["synccmd"] = Meanwhile(local, 3, before ? change : ":", before ? ":" : change);
    const Report report = local.Sync({{"p"}});
    EXPECT_EQ(report.exit_code(), 0) << testing::PrintToString(Failures(Of(report, "p")));
    EXPECT_EQ(local.Read("p/a"), local.Read("m/a"));
  }
}

TEST(Source, ThatKeepsChangingFailsAsSuchAndTheOthersArrive) {
  for (const bool before : {true, false}) {
    LocalCascade local;
    local.Write("m/a", "first");
    local.Write("m/b", "b");
    local.Write("p/a", "old");
    const std::string change = "[ ${FILE} != a ] || echo more >>$s";
    local["p"].templates["synccmd"] = Meanwhile(local, 1000, before ? change : ":", before ? ":" : change);
    const Report report = local.Sync({{"p"}, {"n"}});
    EXPECT_EQ(report.exit_code(), 6);
    EXPECT_THAT(Failures(Of(report, "p")), ElementsAre("a: source_changed"));
    EXPECT_THAT(FileOf(Of(report, "p"), "a")->message, HasSubstr("keeps changing"));
    EXPECT_EQ(local.Read("p/a"), "old");
    EXPECT_EQ(local.Read("n/b"), "b");
    EXPECT_THAT(Failures(Of(report, "n")), ElementsAre("a: waiting"));
  }
}

TEST(Source, ThatOnlyChangesItsTimeArrivesWithItsNewTime) {
  LocalCascade local;
  local.Write("m/a", "same");
  local["p"].templates["synccmd"] = Meanwhile(local, 1, ":", "touch -d 2020-01-01T00:00:00Z $s");
  EXPECT_EQ(local.Sync({{"p"}}).exit_code(), 0);
  EXPECT_EQ(local.Read("p/a"), "same");
  EXPECT_EQ(local.Shell("stat -c %Y p/a"), "1577836800\n");
}

TEST(Source, ThatBecomesWhatTheChildHasIsKept) {
  LocalCascade local;
  local.Write("m/a", "new");
  local.Write("p/a", "old");
  const auto before = local.Tree("p");
  local["p"].templates["synccmd"] = Meanwhile(local, 1, "printf old >$s");
  const Report report = local.Sync({{"p"}, {"n"}});
  EXPECT_EQ(report.exit_code(), 0);
  EXPECT_EQ(local.Tree("p"), before);
  EXPECT_EQ(Of(report, "p").kept, 1);
  EXPECT_EQ(local.Read("n/a"), "old");
}

TEST(Source, ThatGoesAwayIsAWarningAndTheChildsCopyStays) {
  for (const bool before : {true, false}) {
    LocalCascade local;
    local.Write("m/a", "new");
    local.Write("m/b", "b");
    local.Write("p/a", "old");
    const std::string change = "[ ${FILE} != a ] || rm -f $s";
    local["p"].templates["synccmd"] = Meanwhile(local, 1000, before ? change : ":", before ? ":" : change);
    const Report report = local.Sync({{"p"}, {"n"}});
    EXPECT_EQ(report.exit_code(), 0) << before << testing::PrintToString(Failures(Of(report, "p")));
    EXPECT_EQ(local.Read("p/a"), "old");
    EXPECT_EQ(local.Read("n/b"), "b");
    EXPECT_THAT(local.Messages(LogLevel::kWarning), Contains(HasSubstr("went away")));
  }
}

TEST(Source, ThatCannotBeReadFailsAloneAndTheChildsCopyStays) {
  LocalCascade local;
  for (const char* name : {"m/a", "m/b", "m/c"}) local.Write(name, "new");
  local.Write("p/a", "old");
  // Root reads everything: the tool that cannot is played.
  local["m"].templates["digestcmd"] =
      "case ${FILEPATH} in */a) echo sha1sum: a: Permission denied >&2; exit 1;; esac; sha1sum ${FILEPATH}";
  const Report report = local.Sync({{"p"}, {"n"}});
  EXPECT_EQ(report.exit_code(), 6);
  EXPECT_THAT(Failures(Of(report, "p")), ElementsAre("a: permission"));
  EXPECT_THAT(FileOf(Of(report, "p"), "a")->message, HasSubstr("Permission denied"));
  EXPECT_EQ(local.Read("p/a"), "old");
  EXPECT_EQ(local.Read("n/c"), "new");
  EXPECT_FALSE(local.Exists("n/a"));
}

TEST(Source, IsNeverWrittenTo) {
  LocalCascade local;
  local.Write("m/sub/a", "new");
  const auto before = local.WholeTree("m");
  EXPECT_EQ(local.Sync({{"p"}, {"n"}}).exit_code(), 0);
  EXPECT_EQ(local.WholeTree("m"), before);
}

// What its digests say is more than what it was listed with.
TEST(Source, ThatGrowsBetweenItsListingAndItsDigestArrivesWhole) {
  LocalCascade local;
  for (const char* name : {"m", "p", "n"}) local[name].templates.clear(), local[name].chunk = 131'072;
  local.Write("m/big", std::string(3 * 131'072 + 7, 'a'));
  local["m"].templates["chunks"] = absl::StrCat("[ -f ", local.Path("grown"), " ] || { printf b >>",
                                                local.Path("m/big"), "; : >", local.Path("grown"), R"(; }
s=${SKIP} n=${NCHUNK} b=${BLOCKS} i=0
while [ $i -lt $n ]; do
  dd if=${FILEPATH} bs=131072 skip=$((s + i * b)) count=$b 2>/dev/null | sha256sum; i=$((i + 1)); done)");
  EXPECT_EQ(local.Sync({{"p"}, {"n"}}).exit_code(), 0);
  EXPECT_EQ(local.Read("p/big"), std::string(3 * 131'072 + 7, 'a') + "b");
  EXPECT_EQ(local.Read("n/big"), local.Read("p/big"));
}

}  // namespace
}  // namespace sshsync
