#include "tools/cli/init/interview.h"

#include <deque>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sshsync::init {
namespace {

using ::testing::HasSubstr;

/// Gives prepared answers, and hears everything.
struct Person {
  std::deque<std::string> answers;
  std::string heard = {};

  absl::optional<std::vector<NewRepository>> Talk() {
    return Interview(ask(), [this](absl::string_view lines) { absl::StrAppend(&heard, lines); });
  }
  Ask ask() {
    return [this](absl::string_view question) -> absl::optional<std::string> {
      absl::StrAppend(&heard, question);
      if (answers.empty()) return absl::nullopt;
      const std::string answer = answers.front();
      answers.pop_front();
      absl::StrAppend(&heard, answer, "\n");
      return answer;
    };
  }
};

TEST(Interview, AnEmptyAnswerTakesWhatIsProposed) {
  Person person{{"", "192.168.0.1", "deploy", "/srv/app", "repoproxy", "", "192.168.1.1", "", "", ""}};
  const auto repositories = person.Talk();
  ASSERT_TRUE(repositories.has_value()) << person.heard;
  ASSERT_EQ(repositories->size(), 2U);
  EXPECT_EQ((*repositories)[0].name, "repomaster");
  EXPECT_EQ((*repositories)[1].parent, "repomaster");
  EXPECT_EQ((*repositories)[1].user, "deploy");
  EXPECT_EQ((*repositories)[1].path, "/srv/app");
}

TEST(Interview, WhatIsWrongIsSaidAtOnceAndAskedForAgain) {
  Person person{{"m", "h", "", "relative", "m", "h", "", "/p", "n", "nobody", "g", "", "", "n", "m", "g", "", "", ""}};
  const auto repositories = person.Talk();
  ASSERT_TRUE(repositories.has_value()) << person.heard;
  EXPECT_EQ(repositories->size(), 2U);
  EXPECT_THAT(person.heard, HasSubstr("relative"));
  EXPECT_THAT(person.heard, HasSubstr("nobody"));
  EXPECT_THAT(person.heard, HasSubstr("Once more:\n"));
}

TEST(Interview, OneFolderIsNoCascade) {
  Person person{{"m", "h", "", "/p", "", "n", "", "", "/q", ""}};
  const auto repositories = person.Talk();
  ASSERT_TRUE(repositories.has_value()) << person.heard;
  EXPECT_EQ((*repositories)[1].host, "") << "this machine";
  EXPECT_THAT(person.heard, HasSubstr("There has to be one"));
}

TEST(Interview, AnswersThatEndEarlyMakeNothing) {
  Person person{{"m", "h", "", "/p", "n"}};
  EXPECT_FALSE(person.Talk().has_value());
}

TEST(AskYes, AsksUntilItUnderstands) {
  Person person{{"perhaps", "N"}};
  EXPECT_EQ(AskYes(person.ask(), "Well?"), false);
  EXPECT_EQ(person.heard, "Well? [Y/n] perhaps\nWell? [Y/n] N\n");
  EXPECT_FALSE(AskYes(person.ask(), "Well?").has_value());
}

}  // namespace
}  // namespace sshsync::init
