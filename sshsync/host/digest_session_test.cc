#include "sshsync/host/digest_session.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"
#include "sshsync/base/status.h"

namespace sshsync {
namespace {

constexpr absl::string_view kOne = "1111111111111111111111111111111111111111";
constexpr absl::string_view kTwo = "2222222222222222222222222222222222222222";

class DigestSessionTest : public testing::Test {
 protected:
  DigestSessionTest() {
    facts_.root = "/srv";
    repository_.name = "m";
    repository_.templates["digestcmd"] = "sha1sum ${FILEPATH}";
    templates_ = std::make_unique<RepositoryTemplates>(
        *RepositoryTemplates::Make(repository_, nullptr, "r1", absl::UnixEpoch()));
  }
  static std::vector<DigestRequest> Questions(size_t count, size_t length = 0) {
    std::vector<DigestRequest> questions;
    for (size_t i = 0; i < count; ++i) questions.push_back({absl::StrCat("f", i, std::string(length, 'x')), 1});
    return questions;
  }
  static std::string MarkOf(const std::string& script) {
    const size_t at = script.find("echo \"") + 6;
    return script.substr(at, 32);
  }
  // What an honest host prints for a script, in which `odd` gets another digest of the template than of the batch.
  static std::string Answer(const std::string& script, absl::string_view odd = "") {
    const std::string mark = MarkOf(script);
    std::string out, before;
    for (const absl::string_view line : absl::StrSplit(script, '\n')) {
      const size_t at = line.find("; _ss_mark ");
      absl::StrAppend(&before, line, "\n");
      if (at == absl::string_view::npos) continue;
      const absl::string_view label = line.substr(at + 11, line.find(' ', at + 11) - at - 11);
      if (label[0] == 't') {
        absl::StrAppend(&out, !odd.empty() && before.find(std::string(odd)) != std::string::npos ? kTwo : kOne, "\n");
      } else {
        for (const absl::string_view word : absl::StrSplit(before, ' ')) {
          const size_t name = word.find("./f");
          if (name != absl::string_view::npos)
            absl::StrAppend(&out, kOne, "  ", word.substr(name, word.find('\'', name) - name), "\n");
        }
      }
      absl::StrAppend(&out, "\n", mark, " ", label, " 0\n");
      before.clear();
    }
    return out;
  }

  HostFacts facts_;
  Repository repository_;
  std::unique_ptr<RepositoryTemplates> templates_;
  const DigestTool tool_{"sha1sum"};
};

TEST_F(DigestSessionTest, RefusesAnswersToWhatWasNotAsked) {
  for (const absl::string_view label : {"", "t", "t:", "t:7", "t:99999999999999999999", "b:0", "x:0"}) {
    const auto questions = Questions(2);
    DigestSession session(facts_, templates_.get(), absl::nullopt, questions);
    const std::string mark = MarkOf(session.NextScript());
    EXPECT_EQ(FailureOf(session.Feed(absl::StrCat("\n", mark, " ", label, " 0\n"))), Failure::kBadDigest) << label;
  }
}

TEST_F(DigestSessionTest, SaysWhenASessionBroughtNothing) {
  const auto questions = Questions(2);
  DigestSession session(facts_, templates_.get(), absl::nullopt, questions);
  const std::string mark = MarkOf(session.NextScript());
  EXPECT_FALSE(session.EndSession(""));
  session.NextScript();
  EXPECT_FALSE(session.LoseSession(MakeError(Failure::kUnreachable, "lost")));
  const std::string script = session.NextScript();
  ASSERT_TRUE(session.Feed(absl::StrCat(kOne, "\n\n", MarkOf(script), " t:0 0\n")).ok());
  EXPECT_TRUE(session.LoseSession(MakeError(Failure::kUnreachable, "lost")));
  EXPECT_EQ(session.unanswered(), 1u);
  session.NextScript();
  EXPECT_FALSE(session.LoseSession(MakeError(Failure::kTimeout, "silent"))) << "a patience was spent";
  EXPECT_EQ(session.unanswered(), 0u);
}

TEST_F(DigestSessionTest, AsksForAMillionNamesInManyScripts) {
  const auto questions = Questions(12'000, 400);
  DigestSession session(facts_, templates_.get(), tool_, questions);
  int sessions = 0;
  for (; session.unanswered() > 0; ++sessions) {
    ASSERT_LT(sessions, 10);
    const std::string script = session.NextScript();
    EXPECT_LT(script.size(), size_t{4} << 20);
    ASSERT_TRUE(session.Feed(Answer(script)).ok());
    EXPECT_TRUE(session.EndSession(""));
  }
  EXPECT_GT(sessions, 1);
  EXPECT_FALSE(session.batch_discarded());
  EXPECT_EQ((**session.answers()[11'999]).digest.text(), kOne);
}

TEST_F(DigestSessionTest, OneDifferenceDiscardsWhatEarlierSessionsSaid) {
  const auto questions = Questions(8'000, 400);
  DigestSession session(facts_, templates_.get(), tool_, questions);
  ASSERT_TRUE(session.Feed(Answer(session.NextScript())).ok());
  EXPECT_TRUE(session.EndSession(""));
  const size_t rest = session.unanswered();
  ASSERT_LT(rest, 8'000u);
  ASSERT_TRUE(session.Feed(Answer(session.NextScript(), "f7")).ok());
  EXPECT_TRUE(session.EndSession(""));
  EXPECT_TRUE(session.batch_discarded());
  EXPECT_GT(session.unanswered(), 7'000u) << "only what the template itself said stays";
  EXPECT_EQ(session.NextScript().find("_ss_mark b:"), std::string::npos);
}

TEST_F(DigestSessionTest, TheBatchMayNotKnowMoreThanTheTemplate) {
  const auto questions = Questions(20);
  DigestSession session(facts_, templates_.get(), tool_, questions);
  std::string answer = Answer(session.NextScript());
  for (size_t at = 0; (at = answer.find(absl::StrCat(kOne, "\n\n"), at)) != std::string::npos; ++at) {
    if (answer[answer.find(" t:", at) + 1] == 't')
      answer.replace(answer.find('\n', at + 45) - 1, 1, "1");  // each sample fails
  }
  ASSERT_TRUE(session.Feed(answer).ok());
  session.EndSession("");
  EXPECT_TRUE(session.batch_discarded());
}

TEST(DigestPiece, PrintsNoMoreThanIsReadOfACommand) {
  Repository repository;
  repository.preset = "gnu";
  const HostTools tools = *HostTools::Make(repository);
  for (const auto& [length, least] : {std::pair<size_t, size_t>{10, 10'000}, {1'000, 900}}) {
    const std::vector<std::string> operands(20'000, absl::StrCat("./", std::string(length, '\xff')));
    const size_t count = DigestPiece(tools, operands);
    EXPECT_GT(count, least);
    EXPECT_LT(count * (4 * operands[0].size() + 160), size_t{4} << 20) << "four bytes for each of a name";
  }
}

}  // namespace
}  // namespace sshsync
