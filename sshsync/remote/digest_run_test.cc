#include "sshsync/remote/digest_run.h"

#include <unistd.h>

#include <atomic>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "sshsync/process/clock.h"
#include "sshsync/ssh/ssh_runner.h"
#include "sshsync/testing/temp_dir.h"

namespace sshsync {
namespace {

// A runner over this machine's shell that counts long sessions.
class CountingRunner : public Runner {
 public:
  absl::StatusOr<RemoteResult> Run(const Endpoint& host, const RemoteCommand& command, const StopToken& stop) override {
    return runner_.Run(host, command, stop);
  }
  absl::StatusOr<RemoteResult> RunLong(const Endpoint& host, const RemoteCommand& command, OutputSink sink,
                                       ProgressProbe moved, const StopToken& stop) override {
    ++sessions;
    return runner_.RunLong(host, command, sink, moved, stop);
  }
  absl::StatusOr<std::unique_ptr<RemoteSession>> Open(const Endpoint& host, const StopToken& stop) override {
    return runner_.Open(host, stop);
  }

  std::atomic<int> sessions = 0;

 private:
  SshRunner runner_;
};

struct Silent : EventSink {
  void On(const Event&) override {}
};

class DigestRunTest : public ::testing::Test {
 protected:
  static constexpr int64_t kMuch = int64_t{256} << 20;
  static constexpr absl::string_view kChunks =
      "i=0; while [ \"$i\" -lt \"$NCHUNK\" ]; do dd if=\"$FILEPATH\" bs=131072 skip=\"$((SKIP + i * BLOCKS))\" "
      "count=\"$BLOCKS\" 2>/dev/null | sha256sum; i=$((i + 1)); done";

  DigestRunTest() {
    repository_.endpoint.transport = Transport::kLocal;
    repository_.templates["digestcmd"] = "sha1sum ${FILEPATH} | cut -d' ' -f1";
    templates_.emplace(*RepositoryTemplates::Make(repository_, nullptr, "run", absl::UnixEpoch()));
    facts_.root = dir_.path();
  }
  DigestRun Make(int cpus) { return {context_, repository_, cpus, ""}; }
  // Small files that are said to be big.
  std::vector<DigestRequest> Questions(int count) {
    std::vector<DigestRequest> questions;
    for (int i = 0; i < count; ++i) {
      dir_.Write(absl::StrCat("f", i), absl::StrCat("content ", i));
      questions.push_back({absl::StrCat("f", i), kMuch});
    }
    return questions;
  }
  DigestSession Session(absl::Span<const DigestRequest> some, const std::string& tool) {
    return DigestSession(
        facts_, &*templates_,
        tool.empty() ? absl::nullopt : absl::optional<DigestTool>({.words = tool, .algorithm = "sha1"}), some);
  }

  TempDir dir_;
  CountingRunner runner_;
  RealClock clock_;
  Silent events_;
  Backoff backoff_{1, absl::Milliseconds(1)};
  RunContext context_{.runner = runner_,
                      .clock = clock_,
                      .events = events_,
                      .stop = {},
                      .drain = {},
                      .run = "run",
                      .controller = "c",
                      .backoff = backoff_};
  Repository repository_;
  HostFacts facts_;
  absl::optional<RepositoryTemplates> templates_;
};

TEST_F(DigestRunTest, SessionsShareTheFilesAndAnswersKeepTheirOrder) {
  const auto questions = Questions(40);
  const auto make = [&](absl::Span<const DigestRequest> some, bool) { return Session(some, ""); };
  const auto alone = Make(1).Ask(questions, 1, make);
  ASSERT_TRUE(alone.ok()) << alone.status();
  EXPECT_EQ(runner_.sessions.exchange(0), 1);
  const auto shared = Make(4).Ask(questions, 1, make);
  ASSERT_TRUE(shared.ok()) << shared.status();
  EXPECT_EQ(runner_.sessions, 4);
  ASSERT_EQ(shared->size(), questions.size());
  for (size_t i = 0; i < questions.size(); ++i) EXPECT_EQ((*shared)[i]->digest, (*alone)[i]->digest) << i;
  EXPECT_NE((*shared)[0]->digest, (*shared)[1]->digest);
}

TEST_F(DigestRunTest, LittleWorkIsOneSession) {
  auto questions = Questions(40);
  for (DigestRequest& question : questions) question.size = 10;
  const auto answers =
      Make(8).Ask(questions, 1, [&](absl::Span<const DigestRequest> some, bool) { return Session(some, ""); });
  ASSERT_TRUE(answers.ok()) << answers.status();
  EXPECT_EQ(runner_.sessions, 1);
}

TEST_F(DigestRunTest, OneDifferenceDiscardsWhatTheBatchesOfAllSessionsSaid) {
  // It agrees with the template on all files but the last, in whose session that is one of the samples.
  const auto questions = Questions(40);
  dir_.Write("f39", std::string(1000, 'x'));
  dir_.Write("tool",
             "#!/bin/sh\nfor f in \"$@\"; do case $f in */f39) echo \"0000000000000000000000000000000000000000  $f\" "
             ";; *) sha1sum \"$f\" ;; esac; done\n");
  ASSERT_EQ(system(absl::StrCat("chmod +x ", dir_.Path("tool")).c_str()), 0);
  auto run = Make(2);
  std::atomic<int> by_template = 0;
  auto bigger = questions;
  bigger[39].size += 1;
  const auto answers = run.Ask(bigger, 1, [&](absl::Span<const DigestRequest> some, bool batch) {
    if (!batch) ++by_template;
    return Session(some, batch ? dir_.Path("tool") : "");
  });
  ASSERT_TRUE(answers.ok()) << answers.status();
  EXPECT_TRUE(run.batch_discarded());
  EXPECT_EQ(by_template, 1) << "the other session is asked again, the one that saw it has done so by itself";
  EXPECT_NE((*answers)[39]->digest.text(), std::string(40, '0'));
}

TEST_F(DigestRunTest, ABigFileIsDividedByItsChunks) {
  dir_.Write("big", "");
  ASSERT_EQ(truncate(dir_.Path("big").c_str(), 2 * kMuch + 5), 0);
  const std::vector<DigestRun::BigFile> files = {{dir_.Path("big"), 2 * kMuch + 5}, {dir_.Path("gone"), kMuch}};
  const auto alone = Make(1).AskChunks(files, kMuch / 8, "sha256", kChunks);
  ASSERT_TRUE(alone.ok()) << alone.status();
  EXPECT_EQ(runner_.sessions.exchange(0), 1);
  const auto shared = Make(3).AskChunks(files, kMuch / 8, "sha256", kChunks);
  ASSERT_TRUE(shared.ok()) << shared.status();
  EXPECT_EQ(runner_.sessions, 3);
  ASSERT_TRUE((*shared)[0].ok()) << (*shared)[0].status();
  EXPECT_EQ((*shared)[0]->digest, (*alone)[0]->digest);
  EXPECT_EQ((*shared)[0]->chunks->digests.size(), 17u);
  EXPECT_TRUE((*shared)[1]->missing);
}

}  // namespace
}  // namespace sshsync
