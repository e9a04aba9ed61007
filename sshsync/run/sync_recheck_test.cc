#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sshsync/testing/local_cascade.h"

namespace sshsync {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;

constexpr int64_t kLongAgo = 1'600'000'000;

// The cascade with `recheck`, and a digestcmd that writes down what it reads. What the hosts hold has come to rest:
// their clock goes ahead.
class RecheckTest : public ::testing::Test {
 protected:
  RecheckTest() {
    local_.Write("aside/bin/date", "#!/bin/sh\nexec /bin/date -d '+1 hour' \"$@\"\n");
    chmod(local_.Path("aside/bin/date").c_str(), 0755);
    setenv("PATH", absl::StrCat(local_.Path("aside/bin"), ":", path_).c_str(), 1);
    for (const absl::string_view name : {"m", "p", "n"}) {
      local_[name].recheck = absl::Hours(24);
      Digest(name, "");
    }
    for (const absl::string_view name : {"m/a", "m/d/b", "m/c"}) {
      local_.Write(name, name);
      local_.SetTime(name, kLongAgo);
    }
  }
  ~RecheckTest() override { setenv("PATH", path_.c_str(), 1); }

  void Digest(absl::string_view name, absl::string_view more) {
    local_[name].templates["digestcmd"] =
        absl::StrCat("echo ${FILEPATH} >>", local_.Path("aside/read"),
                     "; if [ -f ${FILEPATH} ]; then sha1sum ${FILEPATH} | cut -d' ' -f1; else echo NONE; fi", more);
  }

  // One run that ends well, and what was read in it, as REPOSITORY/PATH.
  std::vector<std::string> Reads(Verb verb = Verb::kSync) {
    local_.Write("aside/read", "");
    EXPECT_EQ(local_.Run(verb, {{"p"}, {"n"}}).exit_code(), 0);
    return Read();
  }
  std::vector<std::string> Read() const {
    std::vector<std::string> read;
    for (const absl::string_view line : absl::StrSplit(local_.Read("aside/read"), '\n', absl::SkipEmpty())) {
      read.emplace_back(line.substr(local_.Path("").size()));
    }
    std::sort(read.begin(), read.end());
    return read;
  }
  void Touch(absl::string_view name) const { local_.SetTime(name, kLongAgo + 1), local_.SetTime(name, kLongAgo); }

  const std::string path_ = getenv("PATH");
  LocalCascade local_;
};

const std::vector<std::string> kAll = {"m/a", "m/c", "m/d/b", "n/a", "n/c", "n/d/b", "p/a", "p/c", "p/d/b"};

TEST_F(RecheckTest, ReadsNothingASecondTime) {
  EXPECT_EQ(Reads().size(), 3U + 6U) << "the root's files, and on each child what was brought";
  EXPECT_THAT(Reads(), IsEmpty());
  EXPECT_THAT(Reads(), IsEmpty());
}

TEST_F(RecheckTest, ReadsAllEachTimeWithoutTheKey) {
  for (const absl::string_view name : {"m", "p", "n"}) local_[name].recheck.reset();
  Reads();
  EXPECT_EQ(Reads(), kAll);
  EXPECT_EQ(Reads(), kAll);
}

TEST_F(RecheckTest, ReadsWhatWasTouchedAndOnlyThat) {
  Reads();
  Touch("m/a");
  EXPECT_THAT(Reads(), ElementsAre("m/a")) << "size, mtime and inode are the same: it is seen by its ctime";
  Touch("n/d/b");
  EXPECT_THAT(Reads(), ElementsAre("n/d/b"));
  EXPECT_THAT(Reads(), IsEmpty());
}

TEST_F(RecheckTest, BringsWhatChangedWithTheSizeAndTimeItHad) {
  Reads();
  local_.Shell("printf X | dd of=m/a conv=notrunc status=none");
  local_.SetTime("m/a", kLongAgo);
  Reads();
  EXPECT_EQ(local_.Read("p/a"), "X/a");
  EXPECT_EQ(local_.Read("n/a"), "X/a");
}

TEST_F(RecheckTest, MendsWhatWasDamagedOnAChild) {
  Reads();
  local_.Shell("printf X | dd of=n/c conv=notrunc status=none");
  local_.SetTime("n/c", kLongAgo);
  Reads();
  EXPECT_EQ(local_.Read("n/c"), "m/c");
}

TEST_F(RecheckTest, ReadsAllWhenTheAgeIsReached) {
  Reads();
  for (const absl::string_view name : {"m", "p", "n"}) local_[name].recheck = absl::Nanoseconds(1);
  EXPECT_EQ(Reads(), kAll);
  EXPECT_EQ(Reads(), kAll) << "and what was read is remembered for as long";
}

TEST_F(RecheckTest, ReadsAllAgainAfterAChangeOfTheDigestcmd) {
  Reads();
  Digest("p", "; :");
  EXPECT_THAT(Reads(), ElementsAre("p/a", "p/c", "p/d/b"));
  EXPECT_THAT(Reads(), IsEmpty());
}

TEST_F(RecheckTest, ReadsAllAgainInAnotherFolder) {
  Reads();
  local_.Shell("cp -a n other; rm -rf other/.sshsync");
  local_["n"].path = local_.Path("other");
  EXPECT_THAT(Reads(), ElementsAre("other/a", "other/c", "other/d/b"));
  // The same configuration, but the link leads elsewhere by now.
  local_.Shell("ln -s other link");
  local_["n"].path = local_.Path("link");
  Reads();
  EXPECT_THAT(Reads(), IsEmpty());
  local_.Shell("cp -a other third; rm -rf third/.sshsync link; ln -s third link");
  EXPECT_THAT(Reads(), ElementsAre("third/a", "third/c", "third/d/b"));
}

TEST_F(RecheckTest, ReadsAllAgainWithoutARecordOrWithADamagedOne) {
  Reads();
  const std::string state = local_.Shell("find . -name state.db | head -n 1");
  local_.Shell(absl::StrCat("rm ", state));
  EXPECT_EQ(Reads(), kAll);
  EXPECT_THAT(Reads(), IsEmpty());
  local_.Shell(absl::StrCat("echo garbage >", state));
  EXPECT_EQ(Reads(), kAll);
}

TEST_F(RecheckTest, ReadsAgainWhatHadJustBeenChangedWhenItWasRead) {
  setenv("PATH", path_.c_str(), 1);  // with the true clock all of this is younger than a few seconds
  Reads();
  EXPECT_THAT(Reads(), ElementsAre("m/a", "m/c", "m/d/b"))
      << "the root's may be changed again without another ctime; the children's were brought with an old mtime";
  local_.Write("m/a", "another");
  Reads();
  EXPECT_THAT(Reads(), ElementsAre("m/a", "m/c", "m/d/b", "n/a", "p/a"))
      << "of a new mtime nobody can tell what is written next";
}

TEST_F(RecheckTest, ReadsAllAgainWhereTheHostsClockWasSetBack) {
  Reads();
  local_.Write("aside/bin/date", "#!/bin/sh\nexec /bin/date -d '+30 minutes' \"$@\"\n");
  EXPECT_EQ(Reads(), kAll);
  EXPECT_THAT(Reads(), IsEmpty());
}

TEST_F(RecheckTest, AVerificationReadsAllAndAPlanWhatARunWouldRead) {
  Reads();
  EXPECT_THAT(Reads(Verb::kVerify), IsSupersetOf(kAll));
  EXPECT_THAT(Reads(Verb::kPlan), IsEmpty());
  Touch("p/a");
  EXPECT_THAT(Reads(Verb::kPlan), ElementsAre("p/a"));
  EXPECT_THAT(Reads(Verb::kPlan), ElementsAre("p/a")) << "a plan changes nothing";
  EXPECT_THAT(Reads(), ElementsAre("p/a"));
}

TEST_F(RecheckTest, ForgetsWhatIsGone) {
  for (const absl::string_view name : {"p", "n"})
    local_[name].del = true, local_[name].max_delete = {.value = 100, .percent = true};
  Reads();
  local_.Shell("rm m/a");
  EXPECT_THAT(Reads(), IsEmpty());
  EXPECT_FALSE(local_.Exists("n/a"));
  local_.Write("m/a", "m/a");
  local_.SetTime("m/a", kLongAgo);
  EXPECT_THAT(Reads().front(), "m/a");
}

TEST_F(RecheckTest, RemembersWhatOurOwnToolsComputeAndTheChunksOfBigFiles) {
  for (const absl::string_view name : {"m", "p", "n"}) {
    Repository& one = local_[name];
    one.templates.clear();
    one.transfer = Transfer::kStream;
    one.chunk = 1 << 20;
    one.digest = {"sha256"};
  }
  local_.Shell(
      "head -c 3500000 /dev/urandom >m/big; touch -d @1600000000 m/big; cp -p m/a m/c m/big p; mkdir p/d n/d; cp -p "
      "m/d/b p/d; cp -p p/a p/c p/big n; cp -p p/d/b n/d");
  const auto digested = [this] {
    EXPECT_EQ(local_.Run(Verb::kSync, {{"p"}, {"n"}}).exit_code(), 0);
    int known = 0;
    for (const std::string& message : local_.Messages(LogLevel::kInfo))
      known += message.find("4 of 4 files are as they were") != std::string::npos;
    return known;
  };
  EXPECT_EQ(digested(), 0);
  EXPECT_EQ(digested(), 3);
  for (const absl::string_view name : {"m", "p", "n"}) local_[name].chunk = 2 << 20;
  EXPECT_EQ(digested(), 3) << "another size of chunks: all are read again";
  for (const absl::string_view name : {"m", "p", "n"}) local_[name].digest = {"sha1"};
  EXPECT_EQ(digested(), 3);
  EXPECT_EQ(digested(), 6);
}

}  // namespace
}  // namespace sshsync
