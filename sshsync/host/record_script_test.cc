#include "sshsync/host/record_script.h"

#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sshsync/base/status.h"
#include "sshsync/testing/local_shell.h"

namespace sshsync {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr absl::string_view kMark = "0123456789abcdef0123456789abcdef";

std::string Show(const Record& record) { return absl::StrCat(record.label, "=", record.status, ":", record.output); }

// What comes out when `bytes` arrive in two parts.
std::vector<std::string> ReadIn(absl::string_view bytes, size_t cut, size_t max_output = 1000) {
  std::vector<std::string> shown;
  RecordReader reader(kMark, max_output);
  const auto on_record = [&shown](const Record& record) {
    shown.push_back(Show(record));
    return absl::OkStatus();
  };
  EXPECT_TRUE(reader.Feed(bytes.substr(0, cut), on_record).ok());
  EXPECT_TRUE(reader.Feed(bytes.substr(cut), on_record).ok());
  return shown;
}

// What a real shell answers.
struct Ran {
  std::vector<std::string> records;
  std::string err;
};
Ran RunHere(const RecordScript& script, absl::string_view mark) {
  LocalShell runner;
  Ran ran;
  RecordReader reader(mark, 1000);
  const auto result = runner.RunLong(
      Endpoint{.transport = Transport::kLocal}, {.script = script.text()},
      [&](absl::string_view bytes) {
        return reader.Feed(bytes, [&](const Record& record) {
          ran.records.push_back(Show(record));
          return absl::OkStatus();
        });
      },
      [] { return false; }, StopToken());
  EXPECT_TRUE(result.ok()) << result.status();
  if (result.ok()) ran.err = result->err;
  return ran;
}

TEST(RecordReader, ReadsTheSameWhereverTheStreamIsCut) {
  const std::string stream =
      absl::StrCat("one\ntwo\n", kMark, " a 0\n\n", kMark, " b 7\n", std::string("\0x\n\n", 4), kMark, " 12:S 255\n");
  const std::vector<std::string> whole = {"a=0:one\ntwo", "b=7:", std::string("12:S=255:\0x\n", 12)};
  for (size_t cut = 0; cut <= stream.size(); ++cut) EXPECT_EQ(ReadIn(stream, cut), whole) << cut;
}

TEST(RecordReader, ReadsTheSameByteByByte) {
  const std::string stream = absl::StrCat("one\n", kMark, " a 0\n", kMark.substr(0, 20), "\n", kMark, " b 1\n");
  RecordReader reader(kMark, 1000);
  std::vector<std::string> shown;
  for (const char byte : stream) {
    EXPECT_TRUE(reader
                    .Feed(absl::string_view(&byte, 1),
                          [&](const Record& record) { return shown.push_back(Show(record)), absl::OkStatus(); })
                    .ok());
  }
  EXPECT_EQ(shown, (std::vector<std::string>{"a=0:one", absl::StrCat("b=1:", kMark.substr(0, 20))}));
}

TEST(RecordReader, IsNotTakenInByWhatOnlyLooksLikeAMark) {
  const std::string other(32, 'f');
  // Another mark, the mark in the middle of a line, and the mark without a blank behind it.
  const std::string output = absl::StrCat("\n", other, " a 0\nx", kMark, " a 0\n", kMark, "\n", kMark, "x a 0\n");
  EXPECT_EQ(ReadIn(absl::StrCat(output, "\n", kMark, " a 3\n"), 5),
            std::vector<std::string>{absl::StrCat("a=3:", output)});
}

TEST(RecordReader, EndsACommandThatPrintsMoreThanTheLimit) {
  RecordReader reader(kMark, 100);
  const auto ignore = [](const Record&) { return absl::OkStatus(); };
  EXPECT_TRUE(reader.Feed(std::string(100, 'x'), ignore).ok());
  EXPECT_EQ(FailureOf(reader.Feed("x", ignore)), Failure::kOutputTooLarge);
}

TEST(RecordReader, CountsTheLimitAnewForEachCommand) {
  RecordReader reader(kMark, 100);
  int records = 0;
  for (int i = 0; i < 20; ++i) {
    EXPECT_TRUE(reader
                    .Feed(absl::StrCat(std::string(90, 'x'), "\n", kMark, " a 0\n"),
                          [&](const Record&) { return ++records, absl::OkStatus(); })
                    .ok());
  }
  EXPECT_EQ(records, 20);
}

TEST(RecordReader, RefusesARecordWithoutAStatus) {
  RecordReader reader(kMark, 100);
  EXPECT_EQ(FailureOf(reader.Feed(absl::StrCat("\n", kMark, " a\n"), [](const Record&) { return absl::OkStatus(); })),
            Failure::kInternal);
}

TEST(RecordScript, GivesEachCommandItsOwnAnswer) {
  RecordScript script(kMark);
  script.Add("0", "printf hello");
  script.Add("1", "echo world; exit 4");
  script.Add("2", "cat");
  EXPECT_THAT(RunHere(script, kMark).records, testing::ElementsAre("0=0:hello", "1=4:world\n", "2=0:"));
}

TEST(RecordScript, KeepsACommandsMischiefToItself) {
  RecordScript script(kMark);
  script.Add("0", "cd /; x=1; set -e; false; echo unreached");
  script.Add("1", "if then fi (");
  script.Add("2", "exec echo replaced");
  script.Add("3", "echo 'unclosed");
  script.Add("4", "printf 'nul\\000nul'; trap 'echo late' 0");
  script.Add("5", "echo \"${x-unset} $# still here\"");
  const auto records = RunHere(script, kMark).records;
  ASSERT_THAT(records, SizeIs(6));
  EXPECT_EQ(records[0], "0=1:");
  EXPECT_NE(records[1].substr(0, 4), "1=0:");
  EXPECT_EQ(records[2], "2=0:replaced\n");
  EXPECT_NE(records[3].substr(0, 4), "3=0:");
  EXPECT_EQ(records[4], std::string("4=0:nul\0nullate\n", 16));
  EXPECT_EQ(records[5], "5=0:unset 0 still here\n");
}

TEST(RecordScript, TellsWhatAFailedCommandSaidOnStderr) {
  RecordScript script(kMark);
  script.Add("0", "echo good words >&2");
  script.Add("1", "echo bad words >&2; exit 1");
  script.Add("2", "exit 2");
  script.Add("3", "echo last words >&2; exit 3");
  const std::string err = RunHere(script, kMark).err;
  EXPECT_THAT(StderrOf(err, kMark, "1"), HasSubstr("bad words\n"));
  EXPECT_THAT(StderrOf(err, kMark, "2"), IsEmpty());
  EXPECT_EQ(StderrOf(err, kMark, "3"), "last words\n");
}

TEST(StderrOf, GivesEverythingButTheMarksWhereTheCommandLeftNone) {
  EXPECT_EQ(StderrOf(absl::StrCat("a\n", kMark, " 1\nb\n"), kMark, "7"), "a\nb\n");
}

TEST(RandomMark, IsNeverTheSameTwice) {
  const std::string mark = RandomMark();
  EXPECT_EQ(mark.size(), 32u);
  EXPECT_NE(mark, RandomMark());
}

}  // namespace
}  // namespace sshsync
