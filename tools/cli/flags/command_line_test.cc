#include "tools/cli/flags/command_line.h"

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "sshsync/base/status.h"

namespace sshsync::cli {
namespace {

using Arguments = std::vector<std::string>;

TEST(CommandLine, AStepIsAcceptedInEverySpelling) {
  for (const Arguments& arguments :
       {Arguments{"--sync", "a,b"}, {"--sync=a,b"}, {"-s", "a,b"}, {"-sa,b"}, {"-nsa,b"}}) {
    const auto line = ParseCommandLine(arguments);
    ASSERT_TRUE(line.ok()) << line.status();
    EXPECT_EQ(line->steps, (std::vector<Arguments>{{"a", "b"}}));
  }
}

TEST(CommandLine, StepsKeepTheirOrderAndListsGrow) {
  const auto line =
      ParseCommandLine(Arguments{"-s", "p", "--cascade", "m", "--sync=n1,n2", "-x", "n2", "--cascade=q", "-xn3,n4"});
  ASSERT_TRUE(line.ok()) << line.status();
  EXPECT_EQ(line->steps, (std::vector<Arguments>{{"p"}, {"n1", "n2"}}));
  EXPECT_EQ(line->cascade, (Arguments{"m", "q"}));
  EXPECT_EQ(line->exclude_repos, (Arguments{"n2", "n3", "n4"}));
}

TEST(CommandLine, OptionsMayStandBeforeAndAfterTheVerb) {
  const auto line = ParseCommandLine(Arguments{"-c", "f", "verify", "--json", "a", "-v", "b", "-v"});
  ASSERT_TRUE(line.ok()) << line.status();
  EXPECT_EQ(line->verb, VerbId::kVerify);
  EXPECT_EQ(line->words, (Arguments{"a", "b"}));
  EXPECT_EQ(line->config, "f");
  EXPECT_TRUE(line->json);
  EXPECT_EQ(line->verbose, 2);
}

TEST(CommandLine, ValuesAreReadAndTheLastOneCounts) {
  const auto line = ParseCommandLine(Arguments{"-sa", "-j4", "--jobs=8", "--timeout", "5m", "--wait=0", "--retries",
                                               "0", "--bwlimit", "2M", "--lock-wait", "1h", "--log-level", "debug",
                                               "--progress", "never", "--events", "-"});
  ASSERT_TRUE(line.ok()) << line.status();
  EXPECT_EQ(line->jobs, 8);
  EXPECT_EQ(line->timeout, absl::Minutes(5));
  EXPECT_EQ(line->wait, absl::ZeroDuration());
  EXPECT_EQ(line->retries, 0);
  EXPECT_EQ(line->bwlimit, "2M");
  EXPECT_EQ(line->lock_wait, absl::Hours(1));
  EXPECT_EQ(line->log_level, LogLevel::kDebug);
  EXPECT_EQ(line->progress, Progress::kNever);
  EXPECT_EQ(line->events, "-");
}

TEST(CommandLine, PatternsKeepTheirOrder) {
  const auto line = ParseCommandLine(
      Arguments{"-sa", "--exclude", "*.tmp", "--include=b", "--exclude", "/c/", "--delete", "--max-delete", "5%"});
  ASSERT_TRUE(line.ok()) << line.status();
  EXPECT_EQ(line->filter, (Arguments{"- *.tmp", "+ b", "- /c/"}));
  EXPECT_TRUE(line->del);
  ASSERT_TRUE(line->max_delete);
  EXPECT_EQ(line->max_delete->value, 5);
  EXPECT_TRUE(line->max_delete->percent);
}

TEST(CommandLine, HelpIsGivenWhateverElseIsThere) {
  EXPECT_EQ(ParseCommandLine(Arguments{"-h"})->help, HelpKind::kShort);
  EXPECT_EQ(ParseCommandLine(Arguments{"--help", "-c", "/no/such"})->help, HelpKind::kLong);
  EXPECT_EQ(ParseCommandLine(Arguments{"graph", "-h"})->verb, VerbId::kGraph);
  EXPECT_EQ(ParseCommandLine(Arguments{"--version"})->help, HelpKind::kVersion);
}

struct BadLine {
  Arguments arguments;
  Failure failure;
  std::string message;
};

class Refused : public testing::TestWithParam<BadLine> {};

TEST_P(Refused, WithItsReason) {
  const auto line = ParseCommandLine(GetParam().arguments);
  ASSERT_FALSE(line.ok());
  EXPECT_EQ(line.status().message(), GetParam().message);
  EXPECT_EQ(FailureOf(line.status()), GetParam().failure);
}

const auto kOption = Failure::kOption;
const auto kUsage = Failure::kUsage;

INSTANTIATE_TEST_SUITE_P(
    CommandLine, Refused,
    testing::Values(
        BadLine{{"--synk", "a"}, kOption, "unknown option --synk: did you mean --sync?"},
        BadLine{{"--snyc=a"}, kOption, "unknown option --snyc: did you mean --sync?"},
        BadLine{{"--zzzzzz"}, kOption, "unknown option --zzzzzz"}, BadLine{{"-Z"}, kOption, "unknown option -Z"},
        BadLine{{"--\xff\n"}, kOption, "unknown option --\\xff\\n"},
        BadLine{{"-\xff"}, kOption, "unknown option -\\xff"},
        BadLine{{"--sync"}, kOption, "--sync lacks its value: --sync REPO[,REPO...]"},
        BadLine{{"-s"}, kOption, "--sync lacks its value: --sync REPO[,REPO...]"},
        BadLine{{"-sa", "--dry-run=yes"}, kOption, "--dry-run takes no value"},
        BadLine{{"-sa", "--dry-run=true"}, kOption, "--dry-run takes no value"},
        BadLine{{"-sa", "--dry-run="}, kOption, "--dry-run takes no value"},
        BadLine{{"-sa", "-j", "0"}, kOption, "--jobs 0: that is no N"},
        BadLine{{"-sa", "--jobs="}, kOption, "--jobs : that is no N"},
        BadLine{{"-sa", "--progress=often"}, kOption, "--progress often: that is no auto or always or never"},
        BadLine{{"-sa", "--timeout", "0"}, kOption, "--timeout 0: that is no SECONDS"},
        BadLine{{"-sa", "--config="}, kOption, "--config : that is no FILE"},
        BadLine{{"-sa", "--stop-at", "25:00"}, kOption, "--stop-at 25:00: that is no HH:MM"},
        BadLine{{"-sa", "--max-delete", "x"}, kOption, "--max-delete x: that is no N[%]"},
        BadLine{{"-sa", "--bwlimit", "x"}, kOption, "--bwlimit x: that is no RATE"},
        BadLine{{}, kUsage, "nothing to do: name repositories with --sync REPO"},
        BadLine{{"--"}, kUsage, "nothing to do: name repositories with --sync REPO"},
        BadLine{{"plan"}, kUsage, "nothing to do: name repositories with --sync REPO"},
        BadLine{{"--sync", ""}, kUsage, "--sync : a name is missing: --sync REPO[,REPO...]"},
        BadLine{{"--sync="}, kUsage, "--sync : a name is missing: --sync REPO[,REPO...]"},
        BadLine{{"--sync", "a,,b"}, kUsage, "--sync a,,b: a name is missing: --sync REPO[,REPO...]"},
        BadLine{{"--sync", ","}, kUsage, "--sync ,: a name is missing: --sync REPO[,REPO...]"},
        BadLine{{"-sa", "-x,"}, kUsage, "--exclude-repo ,: a name is missing: --exclude-repo REPO[,REPO...]"},
        BadLine{{"repoproxy"}, kUsage, "unknown word repoproxy: a repository is synchronized with --sync REPO"},
        BadLine{{"verfy", "a"}, kUsage, "unknown word verfy: did you mean verify?"},
        BadLine{{"verify"}, kUsage, "something is missing: sshsync verify REPO..."},
        BadLine{{"check", "a"}, kUsage, "a: surplus word after check"},
        BadLine{{"check", "--sync", "a"}, kUsage, "--sync does not go with check"},
        BadLine{{"restore", "1"}, kUsage, "something is missing: sshsync restore RUN REPO"},
        BadLine{{"restore", "1", "a", "--delete"}, kUsage, "--delete does not go with restore"},
        BadLine{{"-sa", "--exclude", "a/../b"},
                kOption,
                "--exclude: `a/../b` can never match at column 3: a path has no empty, `.` or `..` component"},
        BadLine{{"-sa", "--stop-at", "6:00"}, kOption, "--stop-at 6:00: that is no HH:MM"},
        BadLine{
            {"-sa", "--json", "--events", "-"}, kUsage, "--json and --events - both want stdout: give --events a file"},
        BadLine{{"-sa", "-qv"}, kUsage, "--quiet and --verbose contradict each other"}));

TEST(CommandLine, TenThousandStepsAndALongArgumentAreTaken) {
  Arguments arguments;
  for (int i = 0; i < 10'000; ++i) arguments.insert(arguments.end(), {"--sync", absl::StrCat("node", i)});
  EXPECT_EQ(ParseCommandLine(arguments)->steps.size(), 10'000U);
  EXPECT_EQ(ParseCommandLine(Arguments{"-s", std::string(1 << 20, 'a')})->steps[0][0].size(), size_t{1} << 20);
}

TEST(CommandLine, MessagesAreBoundedWhateverTheArgument) {
  for (const char* prefix : {"--", "-", "--sync=,", ""}) {
    const auto line = ParseCommandLine(Arguments{absl::StrCat(prefix, std::string(1 << 20, '\x01'))});
    ASSERT_FALSE(line.ok());
    EXPECT_LT(line.status().message().size(), 600U);
  }
}

TEST(CommandLine, ReadsWhatConcernsTheRecordOfRuns) {
  EXPECT_EQ(ParseCommandLine({"resume", "20260101"})->words, std::vector<std::string>{"20260101"});
  EXPECT_EQ(ParseCommandLine({"resume", "--stop-at", "06:00"})->stop_at, "06:00");
  EXPECT_EQ(ParseCommandLine({"status", "--max-age", "2d", "a", "b"})->max_age, absl::Hours(48));
  EXPECT_TRUE(ParseCommandLine({"log", "--json"})->json);
}

}  // namespace
}  // namespace sshsync::cli
