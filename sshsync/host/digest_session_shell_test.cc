#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sshsync/base/status.h"
#include "sshsync/host/digest_session.h"
#include "sshsync/testing/local_shell.h"
#include "sshsync/testing/temp_dir.h"

namespace sshsync {
namespace {

using ::testing::HasSubstr;

constexpr absl::string_view kTemplate =
    "if [ -f ${FILEPATH} ]; then sha1sum ${FILEPATH} | cut -d' ' -f1; else echo NONE; fi";

// A folder with files, and sessions over a real shell.
class DigestSessionInShell : public testing::Test {
 protected:
  void WriteMany(int count) {
    for (int i = 0; i < count; ++i) Write(absl::StrCat("file-", i));
  }
  void Write(absl::string_view name) {
    dir_.Write(name, absl::StrCat("content of ", name));
    questions_.push_back({std::string(name), static_cast<int64_t>(name.size())});
  }
  DigestSession Make(absl::string_view digestcmd, absl::optional<DigestTool> tool) {
    facts_.root = dir_.path();
    Repository repository;
    repository.name = "r";
    repository.templates["digestcmd"] = std::string(digestcmd);
    templates_.emplace(*RepositoryTemplates::Make(repository, nullptr, "run", absl::UnixEpoch()));
    return DigestSession(facts_, &*templates_, std::move(tool), questions_);
  }
  // One session; functions in front of the script stand for tools.
  void Run(DigestSession& session, absl::string_view before = "") {
    const std::string script = absl::StrCat(before, session.NextScript());
    const auto result = runner_.RunLong(
        Endpoint{.transport = Transport::kLocal}, {.script = script},
        [&session](absl::string_view bytes) { return session.Feed(bytes); }, [] { return false; }, StopToken());
    EXPECT_TRUE(result.ok() ? session.EndSession(result->err) : session.LoseSession(result.status()))
        << result.status();
  }
  int RunAll(DigestSession& session, absl::string_view before = "") {
    int sessions = 0;
    for (; session.unanswered() > 0 && sessions < 10; ++sessions) Run(session, before);
    EXPECT_EQ(session.unanswered(), 0u);
    return sessions;
  }
  // The files whose answer is not the digest of their content.
  std::vector<std::string> Wrong(const DigestSession& session) {
    std::vector<std::string> wrong;
    for (size_t i = 0; i < questions_.size(); ++i) {
      const auto& answer = *session.answers()[i];
      const std::string content = absl::StrCat("content of ", questions_[i].path);
      if (!answer.ok() || answer->missing || answer->digest.text() != Sha1Of(content))
        wrong.push_back(questions_[i].path);
    }
    return wrong;
  }
  std::string Sha1Of(absl::string_view content) {
    dir_.Write(".sshsync/scratch", content);
    const auto result = runner_.Run(Endpoint{.transport = Transport::kLocal},
                                    {.script = absl::StrCat("sha1sum <", dir_.Path(".sshsync/scratch"))}, StopToken());
    return result.ok() ? result->out.substr(0, 40) : "";
  }

  TempDir dir_;
  LocalShell runner_;
  HostFacts facts_;
  absl::optional<RepositoryTemplates> templates_;
  std::vector<DigestRequest> questions_;
};

TEST_F(DigestSessionInShell, AnswersOddNamesByBatchAsByTemplate) {
  for (const char* name : {"plain",
                           " lead",
                           "trail ",
                           "new\nline",
                           "trailing\n",
                           "\n",
                           "-rf",
                           "--",
                           "'q' \"d\"",
                           "$(touch pwn)",
                           "`id`",
                           "*",
                           "a?[b]{c,d}",
                           "\\",
                           "ends\\",
                           "\\n",
                           "\xff\xfe",
                           "sub/a b",
                           "-d/-f",
                           "%s%n",
                           "!x",
                           "tab\t",
                           "cr\r",
                           "~",
                           "..a",
                           "a..",
                           "\xc3\xa9",
                           "e\xcc\x81",
                           "#",
                           ";",
                           "&",
                           "|",
                           "<",
                           ">",
                           "=x",
                           "@h",
                           "a:b",
                           "$$",
                           "${FILE}",
                           "(x)",
                           "x\n1111111111111111111111111111111111111111  ./plain",
                           "SHA1 (plain) = 1111111111111111111111111111111111111111"}) {
    Write(name);
  }
  WriteMany(20);
  DigestSession session = Make(kTemplate, DigestTool{"sha1sum"});
  EXPECT_EQ(RunAll(session), 1);
  EXPECT_FALSE(session.batch_discarded());
  EXPECT_THAT(Wrong(session), testing::IsEmpty());
  EXPECT_FALSE(dir_.Exists("pwn"));

  DigestSession one_by_one = Make(kTemplate, absl::nullopt);
  EXPECT_EQ(RunAll(one_by_one), 1);
  EXPECT_THAT(Wrong(one_by_one), testing::IsEmpty());
}

TEST_F(DigestSessionInShell, DoesWithoutATemplateWhereTheToolIsTheOnlyWay) {
  WriteMany(3);
  questions_.push_back({"missing", 0});
  facts_.root = dir_.path();
  DigestSession session(facts_, nullptr, DigestTool{"sha1sum"}, questions_);
  EXPECT_EQ(RunAll(session), 1);
  EXPECT_THAT(Wrong(session), testing::ElementsAre("missing"));
}

TEST_F(DigestSessionInShell, WhatTheToolSaidOfAFileIsItsReason) {
  for (const char* name : {"a", "ab", "b"}) questions_.push_back({name, 1});
  facts_.root = dir_.path();
  dir_.Write("b", "content of b");
  DigestSession session(facts_, nullptr, DigestTool{"sha1sum"}, questions_);
  RunAll(session,
         "sha1sum() { command sha1sum ./b; echo 'sha1sum: ./ab: Is gone' >&2; echo \"sha1sum: can't open './a': "
         "Permission denied\" >&2; }\n");
  EXPECT_EQ(session.answers()[0]->status(),
            MakeError(Failure::kPermission,
                      "sha1sum gave no digest of it; it said: sha1sum: can't open './a': Permission denied"));
  EXPECT_EQ(session.answers()[1]->status(),
            MakeError(Failure::kBadDigest, "sha1sum gave no digest of it; it said: sha1sum: ./ab: Is gone"));
  EXPECT_TRUE(session.answers()[2]->ok());
}

TEST_F(DigestSessionInShell, ListsTakeWhatTheyCanHoldAndTheRestGoesAsOperands) {
  for (const char* name : {"plain", "new\nline", "one\001more", "it's", "end\n"}) Write(name);
  facts_.root = dir_.path();
  for (const absl::string_view preset : {"gnu", "busybox", "toybox", "posix"}) {
    Repository repository;
    repository.preset = std::string(preset);
    DigestSession session(facts_, nullptr, DigestTool{"sha1sum"}, questions_, *HostTools::Make(repository));
    EXPECT_EQ(RunAll(session), 1);
    EXPECT_THAT(Wrong(session), testing::IsEmpty()) << preset;
  }
}

TEST_F(DigestSessionInShell, DiscardsABatchThatDisagreesWithTheTemplate) {
  WriteMany(100);
  // The tool is right about every file but one kind: the samples must see that.
  for (const char* tool : {"sha1sum() { command sha1sum \"$@\" | sed '2~3s/^..../0000/'; }\n",  // other digests
                           "sha1sum() { [ $# = 1 ] || { echo rubbish; return; }; command sha1sum \"$@\"; }\n"}) {
    DigestSession session = Make("sha1sum <${FILEPATH}", DigestTool{"sha1sum"});
    // The template's own call has no operand; the tool's has many.
    const std::string script =
        absl::StrCat("sha1sum() { [ $# -gt 0 ] || { command sha1sum; return; }; many \"$@\"; }\n",
                     absl::StrReplaceAll(tool, {{"sha1sum() ", "many() "}}));
    EXPECT_EQ(RunAll(session, script), 2);
    EXPECT_TRUE(session.batch_discarded());
    EXPECT_THAT(Wrong(session), testing::IsEmpty());
  }
}

TEST_F(DigestSessionInShell, DiscardsABatchThatKnowsADigestOfAMissingFile) {
  WriteMany(40);
  DigestSession session = Make("sha1sum <${FILEPATH}", DigestTool{"sha1sum"});
  EXPECT_EQ(RunAll(session,
                   "sha1sum() { [ $# -gt 0 ] || { command sha1sum; return; }; for f do if [ -f \"$f\" ]; then command "
                   "sha1sum \"$f\"; else echo "
                   "\"1111111111111111111111111111111111111111  $f\"; fi; done; }\n"),
            2);
  EXPECT_TRUE(session.batch_discarded());
  EXPECT_THAT(Wrong(session), testing::IsEmpty());
}

TEST_F(DigestSessionInShell, AsksTheTemplateForWhatTheBatchLeavesOut) {
  WriteMany(40);
  questions_.push_back({"gone", 5});
  DigestSession session = Make(kTemplate, DigestTool{"sha1sum"});
  RunAll(session);
  EXPECT_FALSE(session.batch_discarded());
  EXPECT_TRUE((*session.answers().back())->missing);
  EXPECT_THAT(Wrong(session), testing::ElementsAre("gone"));
}

TEST_F(DigestSessionInShell, GoesOnWithTheUnansweredAfterALostSession) {
  WriteMany(5);
  DigestSession session = Make(kTemplate, absl::nullopt);
  const std::string script = session.NextScript();
  const auto result = runner_.Run(Endpoint{.transport = Transport::kLocal}, {.script = script}, StopToken());
  const size_t second_end = result->out.find(" t:1 0\n") + 7;
  EXPECT_TRUE(session.Feed(result->out.substr(0, second_end)).ok());
  EXPECT_EQ(session.unanswered(), 3u);
  EXPECT_TRUE(session.LoseSession(MakeError(Failure::kUnreachable, "lost")));
  const std::string next = session.NextScript();
  EXPECT_FALSE(absl::StrContains(next, "file-1"));
  EXPECT_TRUE(absl::StrContains(next, "file-2"));
  RunAll(session);
  EXPECT_THAT(Wrong(session), testing::IsEmpty());
}

TEST_F(DigestSessionInShell, FailsTheOneCommandThatPrintsTooMuch) {
  WriteMany(4);
  DigestSession session = Make(
      absl::StrCat("case ${FILEPATH} in */file-2) dd if=/dev/zero bs=1048576 count=6 2>/dev/null;; esac; ", kTemplate),
      absl::nullopt);
  EXPECT_EQ(RunAll(session), 2);
  EXPECT_THAT(Wrong(session), testing::ElementsAre("file-2"));
  EXPECT_EQ(FailureOf(session.answers()[2]->status()), Failure::kOutputTooLarge);
}

TEST_F(DigestSessionInShell, FailsUnsafeNamesByName) {
  WriteMany(2);
  Write("a b");
  DigestSession session = Make("sh -c \"sha1sum ${FILEPATH}\" | cut -d' ' -f1", absl::nullopt);
  RunAll(session);
  EXPECT_THAT(Wrong(session), testing::ElementsAre("a b"));
  EXPECT_EQ(FailureOf(session.answers()[2]->status()), Failure::kUnsafeName);
}

TEST_F(DigestSessionInShell, ToldWhatACommandSaidBelongsToItsAnswer) {
  WriteMany(3);
  DigestSession session = Make(
      absl::StrCat("case ${FILEPATH} in */file-1) echo sha1sum: Permission denied >&2; exit 1;; esac; ", kTemplate),
      absl::nullopt);
  RunAll(session);
  EXPECT_THAT(Wrong(session), testing::ElementsAre("file-1"));
  EXPECT_EQ(FailureOf(session.answers()[1]->status()), Failure::kPermission);
  EXPECT_THAT(std::string(session.answers()[1]->status().message()), HasSubstr("Permission denied"));
}

}  // namespace
}  // namespace sshsync
