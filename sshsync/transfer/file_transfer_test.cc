#include "sshsync/transfer/file_transfer.h"

#include <algorithm>
#include <filesystem>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sshsync/base/status.h"
#include "sshsync/testing/local_hop.h"

namespace sshsync {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class FileMoverTest : public ::testing::Test {
 protected:
  absl::Status Bring(const Task& task) { return FileTransfer(hop_.parts()).Bring(task, hop_.stream()); }
  Task Take() {
    Task task = hop_.Take();
    EXPECT_EQ(static_cast<int>(task.kind), static_cast<int>(Task::Kind::kFiles));
    return task;
  }
  void Write(std::initializer_list<const char*> names) {
    for (const char* name : names) hop_.dir.Write(absl::StrCat("m/", name), absl::StrCat("of ", name));
  }
  void ByCommand() { hop_.child_config.templates["synccmd"] = "cp -p ${REMOTEDIR}/${FILE} ${LOCALDIR}/${FILE}"; }
  /// Cuts an output behind its first so many records; a record ends in a line with the mark, which the script has, too.
  static void Keep(std::string& output, const std::string& script, int records) {
    const size_t begin = script.find("echo; echo \"") + 12;
    const std::string mark = "\n" + script.substr(begin, 32) + " ";
    size_t at = 0;
    for (int i = 0; i < records; ++i) {
      at = output.find(mark, at);
      ASSERT_NE(at, std::string::npos) << output;
      at = output.find('\n', at + 1) + 1;
    }
    output.resize(at);
  }
  std::vector<std::string> Open() {
    std::vector<std::string> open;
    for (size_t i = 0; i < hop_.states->items().size(); ++i) {
      if (hop_.queue->item(i).state == FileState::State::kOpen) open.push_back(hop_.queue->item(i).wanted.path);
    }
    return open;
  }

  LocalHop hop_;
};

TEST_F(FileMoverTest, BringsSmallFilesInOneArchiveEachReadBack) {
  Write({"a", "b c", "d/e", "-rf"});
  hop_.Survey();
  EXPECT_TRUE(Bring(Take()).ok());
  EXPECT_THAT(hop_.Verified(), ElementsAre("-rf: of -rf", "a: of a", "b c: of b c", "d/e: of d/e"));
  EXPECT_EQ(hop_.runner.scripts().size(), 1U);
  EXPECT_FALSE(std::filesystem::exists(hop_.dir.Path("p/a"))) << "publishing is another's";
}

TEST_F(FileMoverTest, WhatNoArchiveHoldsGoesAloneInTheSameSession) {
  Write({"plain", "and so", "a\001", "b\001", "d/c\001"});
  hop_.dir.Write("m/empty\001", "");
  hop_.Survey();
  EXPECT_TRUE(Bring(Take()).ok());
  EXPECT_THAT(hop_.Verified(), ElementsAre("a\001: of a\001", "and so: of and so", "b\001: of b\001",
                                           "d/c\001: of d/c\001", "empty\001: ", "plain: of plain"));
  ASSERT_EQ(hop_.runner.scripts().size(), 1U);
  const std::vector<std::string> transfers = absl::StrSplit(hop_.runner.scripts().back(), "\n_ss_transfer '");
  EXPECT_EQ(transfers.size() - 1, 5U) << "one archive, and four files";
}

TEST_F(FileMoverTest, BringsFilesOneByOneByTheOperatorsCommand) {
  ByCommand();
  Write({"a", "b"});
  hop_.Survey();
  EXPECT_TRUE(Bring(Take()).ok());
  EXPECT_THAT(hop_.Verified(), ElementsAre("a: of a", "b: of b"));
}

TEST_F(FileMoverTest, OfALostSessionWhatArrivedCountsWhatItWasAtFailsAndTheRestGoesOn) {
  ByCommand();
  Write({"a", "b", "c"});
  hop_.Survey();
  const Task task = Take();
  ASSERT_EQ(task.indices.size(), 3U);
  // A file has three records: the transfer, its state, its digest.
  hop_.runner.Next([&](std::string& output) {
    Keep(output, hop_.runner.scripts().back(), 3);
    return MakeError(Failure::kUnreachable, "connection lost");
  });
  EXPECT_EQ(FailureOf(Bring(task)), Failure::kUnreachable);
  hop_.Lose();
  EXPECT_THAT(hop_.Verified(), ElementsAre("a: of a"));
  EXPECT_THAT(Open(), ElementsAre("b", "c"));
  EXPECT_EQ(hop_.queue->item(task.indices[1]).tries, 1);
  EXPECT_EQ(hop_.queue->item(task.indices[2]).tries, 0) << "nobody tried it";
  while (!Open().empty()) ASSERT_TRUE(Bring(Take()).ok());
  EXPECT_THAT(hop_.Verified(), ElementsAre("b: of b", "c: of c"));
}

TEST_F(FileMoverTest, OfALostSessionNothingOfAnArchiveCounts) {
  Write({"a", "b"});
  hop_.Survey();
  const Task task = Take();
  hop_.runner.Next([](std::string& output) {
    output.clear();
    return MakeError(Failure::kUnreachable, "connection lost");
  });
  EXPECT_FALSE(Bring(task).ok());
  hop_.Lose();
  EXPECT_THAT(Open(), ElementsAre("a", "b"));
  for (const size_t index : task.indices) EXPECT_EQ(hop_.queue->item(index).tries, 1);
  EXPECT_TRUE(Bring(Take()).ok()) << "now each alone, in attempts of their own";
  EXPECT_THAT(hop_.Verified(), ElementsAre("a: of a", "b: of b"));
}

TEST_F(FileMoverTest, WhatFailedInABigArchiveGoesInSmallerOnesAndAtItsLastTryAlone) {
  std::vector<std::string> names;
  for (char c = 'a'; c < 'a' + 24; ++c) names.emplace_back(1, c);
  for (const std::string& name : names) Write({name.c_str()});
  hop_.Survey();
  const auto lose = [this] {
    hop_.runner.Next([](std::string& output) {
      output.clear();
      return MakeError(Failure::kUnreachable, "connection lost");
    });
    EXPECT_FALSE(Bring(Take()).ok());
    hop_.Lose();
    const std::vector<std::string> transfers = absl::StrSplit(hop_.runner.scripts().back(), "\n_ss_transfer '");
    return transfers.size() - 1;
  };
  EXPECT_EQ(lose(), 1u) << "all in one";
  EXPECT_EQ(lose(), 8u) << "three in each; the first of these is lost again";
  EXPECT_EQ(std::count_if(names.begin(), names.end(),
                          [this, i = size_t{0}](const auto&) mutable { return hop_.queue->item(i++).tries == 2; }),
            3);
  EXPECT_EQ(lose(), 3u + 7u) << "those have one try left: each goes alone";
}

TEST_F(FileMoverTest, ASessionThatEndsBeforeItsLastRecordIsLost) {
  ByCommand();
  Write({"a"});
  hop_.Survey();
  hop_.runner.Next([&](std::string& output) {
    Keep(output, hop_.runner.scripts().back(), 2);
    return absl::OkStatus();  // and a frame with a good end
  });
  const absl::Status status = Bring(Take());
  EXPECT_EQ(FailureOf(status), Failure::kUnreachable);
  EXPECT_THAT(std::string(status.message()), HasSubstr("ended early"));
  EXPECT_THAT(Open(), ElementsAre("a"));
}

TEST_F(FileMoverTest, ALineThatIsLostOnTheWayCostsATryWhicheverItIs) {
  // Of a's three records and b's three: the first that is lost, and how many. No file is taken for another, and none is
  // forgotten.
  for (const auto& [lost, count] : {std::pair{0, 1}, std::pair{2, 1}, std::pair{0, 2}, std::pair{2, 2}}) {
    LocalHop hop;
    hop.child_config.templates["synccmd"] = "cp -p ${REMOTEDIR}/${FILE} ${LOCALDIR}/${FILE}";
    hop.dir.Write("m/a", "of a");
    hop.dir.Write("m/b", "of b");
    hop.Survey();
    hop.runner.Next([&, first = lost, last = lost + count](std::string& output) {
      std::string before = output, until = output;
      Keep(before, hop.runner.scripts().back(), first);
      Keep(until, hop.runner.scripts().back(), last);
      output = before + output.substr(until.size());
      return absl::OkStatus();
    });
    using HopTransfer = FileTransfer;
    const absl::Status status = HopTransfer(hop.parts()).Bring(hop.Take(), hop.stream());
    EXPECT_TRUE(status.ok() || absl::IsUnavailable(status)) << status;
    hop.Lose();
    for (int tries = 0; tries < 4 && hop.states->AnyOpen(); ++tries) {
      ASSERT_FALSE(hop.queue->item(0).in_flight || hop.queue->item(1).in_flight)
          << "nobody is at it; lost: " << lost << ", " << count;
      EXPECT_TRUE(HopTransfer(hop.parts()).Bring(hop.Take(), hop.stream()).ok());
    }
    EXPECT_FALSE(hop.states->AnyOpen());
    EXPECT_THAT(hop.Verified(), ElementsAre("a: of a", "b: of b")) << "lost: " << lost << ", " << count;
  }
}

TEST_F(FileMoverTest, WhatIsReadBackAsSomethingElseIsNotVerified) {
  Write({"a", "b"});
  hop_.Survey();
  const Task task = Take();
  hop_.runner.Next([&](std::string& output) {
    const std::string digest(hop_.queue->item(0).wanted.digest.text());
    const size_t at = output.find(digest);
    EXPECT_NE(at, std::string::npos) << output;
    if (at != std::string::npos) output[at] = output[at] == '0' ? '1' : '0';
    return absl::OkStatus();
  });
  EXPECT_TRUE(Bring(task).ok());
  EXPECT_THAT(hop_.Verified(), ElementsAre("b: of b"));
  EXPECT_TRUE(hop_.queue->item(0).mismatched);
  EXPECT_TRUE(Bring(Take()).ok());
  EXPECT_THAT(hop_.Verified(), ElementsAre("a: of a"));
}

TEST_F(FileMoverTest, TakesFromTheStageWhatAnEarlierRunBroughtAndReadsItBack) {
  Write({"a", "b"});
  hop_.Survey();
  hop_.dir.Write("p/.sshsync/in/earlier/a", "of a");
  hop_.dir.Write("p/.sshsync/in/earlier/b", "damaged");
  for (const size_t index : {0, 1})
    hop_.states->at(index).partial_files = {hop_.child().facts().root + "/.sshsync/in/earlier/" +
                                            hop_.states->at(index).wanted.path};
  std::filesystem::remove(hop_.dir.Path("m/a"));  // nobody can bring it
  EXPECT_TRUE(Bring(Take()).ok());
  EXPECT_THAT(hop_.Verified(), ElementsAre("a: of a"));
  EXPECT_TRUE(Bring(Take()).ok());
  EXPECT_THAT(hop_.Verified(), ElementsAre("b: of b")) << "what lay there was no good";
}

TEST_F(FileMoverTest, AFileThatTheParentCannotReadFailsWithItsWordsAndTheOthersArrive) {
  ByCommand();
  Write({"a", "b"});
  hop_.Survey();
  std::filesystem::remove(hop_.dir.Path("m/a"));
  EXPECT_TRUE(Bring(Take()).ok());
  EXPECT_THAT(hop_.Verified(), ElementsAre("b: of b"));
  EXPECT_THAT(hop_.Reported("try 1 failed"), HasSubstr("No such file"));
}

TEST_F(FileMoverTest, AMissingToolStopsAll) {
  hop_.child_config.templates["synccmd"] = "no-such-tool ${REMOTEDIR}/${FILE} ${LOCALDIR}/${FILE}";
  Write({"a", "b"});
  hop_.Survey();
  const absl::Status status = Bring(Take());
  EXPECT_EQ(FailureOf(status), Failure::kCommandNotFound) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("repository \"p\""));
}

}  // namespace
}  // namespace sshsync
