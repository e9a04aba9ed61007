#include "sshsync/record/state/state.h"

#include <dirent.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>

#include "SQLiteCpp/Database.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sshsync/base/status.h"
#include "sshsync/testing/temp_dir.h"

namespace sshsync {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const absl::Time kNow = absl::FromUnixSeconds(1'767'225'600);

std::string Id(int run) { return absl::StrCat("2026010", run, "-000000-abcd"); }

RepositoryReport Ended(absl::string_view name, Outcome outcome, absl::Time at = kNow,
                       Failure failure = Failure::kNone) {
  RepositoryReport report{
      .name = std::string(name), .parent = "m", .step = 1, .outcome = outcome, .started = at, .ended = at};
  report.failure = failure;
  return report;
}

/// A state in which runs are as good as their repositories.
class StateTest : public ::testing::Test {
 protected:
  State Open() {
    auto state = State::OpenForWriting(dir_.path(), kNow);
    EXPECT_TRUE(state.ok()) << state.status();
    return *std::move(state);
  }

  void Begin(State& state, int run, std::vector<std::vector<std::string>> queue) {
    ASSERT_TRUE(state
                    .BeginRun({.report = {.run = Id(run), .verb = "sync", .queue = std::move(queue), .started = kNow},
                               .options = "jobs 3"})
                    .ok());
  }

  void Whole(State& state, int run, const std::vector<RepositoryReport>& reports, int keep_runs = 100) {
    Report report{.run = Id(run),
                  .verb = "sync",
                  .queue = {{}},
                  .started = kNow,
                  .ended = kNow + absl::Seconds(5),
                  .repositories = reports};
    for (const RepositoryReport& repository : reports) report.queue[0].push_back(repository.name);
    Begin(state, run, report.queue);
    for (const RepositoryReport& repository : reports) ASSERT_TRUE(state.EndRepository(report.run, repository).ok());
    ASSERT_TRUE(state.EndRun(report, report.exit_code(), keep_runs).ok());
  }

  std::string Unfinished(const State& state) {
    const auto record = state.LastUnfinished();
    EXPECT_TRUE(record.ok()) << record.status();
    return *record ? (*record)->report.run : "";
  }

  std::vector<std::string> SetAside() {
    std::vector<std::string> names;
    DIR* dir = opendir(dir_.path().c_str());
    while (const dirent* entry = readdir(dir)) {
      if (absl::StrContains(entry->d_name, "corrupt") && !absl::EndsWith(entry->d_name, "-journal"))
        names.push_back(entry->d_name);
    }
    closedir(dir);
    return names;
  }

  mode_t ModeOf(absl::string_view name) {
    struct stat stat = {};
    ::stat(dir_.Path(name).c_str(), &stat);
    return stat.st_mode & 07777;
  }

  TempDir dir_;
};

TEST_F(StateTest, TellsARunAsItWas) {
  {
    State state = Open();
    RepositoryReport p = Ended("p", Outcome::kFailed, kNow, Failure::kNoSpace);
    p.host = "10.0.0.3";
    p.kept = 7;
    p.message = "No space left on device";
    p.files = {{.path = "a\xff\nb", .action = "copy", .bytes = 12, .digest = "abcd", .attempts = 2},
               {.path = "c",
                .action = "replace",
                .failure = Failure::kNoSpace,
                .message = "full",
                .command = "cp x y",
                .output = "no",
                .exit_status = 1}};
    Whole(state, 1, {p, Ended("q", Outcome::kChanged)});
  }
  const State state = *State::OpenForReading(dir_.path());
  const auto found = state.Find(Id(1));
  ASSERT_TRUE(found.ok() && found->has_value());
  const RunRecord& record = **found;
  EXPECT_EQ(record.exit_code, 6);
  EXPECT_EQ(record.options, "jobs 3");
  EXPECT_THAT(record.report.queue, ElementsAre(ElementsAre("p", "q")));
  EXPECT_EQ(record.report.ended, kNow + absl::Seconds(5));
  const RepositoryReport& p = record.report.repositories.at(0);
  EXPECT_EQ(p.host, "10.0.0.3");
  EXPECT_EQ(p.kept, 7);
  EXPECT_EQ(p.failure, Failure::kNoSpace);
  EXPECT_EQ(p.message, "No space left on device");
  ASSERT_EQ(p.files.size(), 2U);
  EXPECT_EQ(p.files[0].path, "a\xff\nb");
  EXPECT_EQ(p.files[0].digest, "abcd");
  EXPECT_EQ(p.files[0].attempts, 2);
  EXPECT_EQ(p.files[1].failure, Failure::kNoSpace);
  EXPECT_EQ(p.files[1].command, "cp x y");
  EXPECT_EQ(p.files[1].exit_status, 1);
  EXPECT_EQ(record.report.exit_code(), 6);
}

TEST_F(StateTest, ARepositoryThatDidNotEndHasTheParentAndHostThatItWasBegunWith) {
  State state = Open();
  ASSERT_TRUE(state
                  .BeginRun({.report = {.run = Id(1),
                                        .verb = "sync",
                                        .queue = {{"p", "q"}},
                                        .started = kNow,
                                        .repositories = {{.name = "q", .parent = "m", .host = "10.0.0.3"}}}})
                  .ok());
  const Report report = (*state.Find(Id(1)))->report;
  EXPECT_EQ(report.repositories.at(0).parent, "");
  EXPECT_EQ(report.repositories.at(1).parent, "m");
  EXPECT_EQ(report.repositories.at(1).host, "10.0.0.3");
}

TEST_F(StateTest, TellsWhichStreamCarriedWhatWhen) {
  State state = Open();
  Begin(state, 1, {{"p"}});
  const MovedBlock late{.repository = "p",
                        .stream = 1,
                        .began = kNow + absl::Milliseconds(1500),
                        .ended = kNow + absl::Seconds(2),
                        .path = "b\xff",
                        .offset = 8,
                        .files = 3,
                        .bytes = 70};
  const MovedBlock early{
      .repository = "p", .began = kNow, .ended = kNow + absl::Seconds(1), .path = "a", .files = 1, .bytes = 5};
  ASSERT_TRUE(state.EndRepository(Id(1), Ended("p", Outcome::kChanged), {late, early}).ok());
  const std::vector<MovedBlock> blocks = (*state.Find(Id(1)))->blocks;
  ASSERT_EQ(blocks.size(), 2U);
  EXPECT_EQ(blocks[0].path, "a");
  EXPECT_EQ(blocks[1].repository, "p");
  EXPECT_EQ(blocks[1].stream, 1);
  EXPECT_EQ(blocks[1].began, late.began);
  EXPECT_EQ(blocks[1].ended, late.ended);
  EXPECT_EQ(blocks[1].path, "b\xff");
  EXPECT_EQ(blocks[1].offset, 8);
  EXPECT_EQ(blocks[1].files, 3);
  EXPECT_EQ(blocks[1].bytes, 70);
  Whole(state, 2, {Ended("p", Outcome::kEqual)}, 1);
  EXPECT_THAT((*state.Find(Id(2)))->blocks, IsEmpty()) << "forgotten with its run, not given to another";
}

TEST_F(StateTest, WhatWasCarriedSoFarIsThereThoughTheRunIsKilled) {
  State state = Open();
  Begin(state, 1, {{"p", "q"}});
  const auto block = [](const char* repository, int bytes) {
    return MovedBlock{.repository = repository, .began = kNow, .ended = kNow, .path = "a", .files = 1, .bytes = bytes};
  };
  ASSERT_TRUE(state.KeepBlocks(Id(1), {block("p", 1), block("q", 2), block("q", 3)}).ok());
  ASSERT_TRUE(state.KeepBlocks(Id(1), {block("q", 4)}).ok());
  EXPECT_EQ((*state.Find(Id(1)))->blocks.size(), 2U) << "replaced, not added";
  ASSERT_TRUE(state.EndRepository(Id(1), Ended("p", Outcome::kChanged), {block("p", 5), block("p", 6)}).ok());
  ASSERT_TRUE(state.KeepBlocks(Id(1), {block("p", 7)}).ok());
  std::vector<int64_t> bytes;
  for (const MovedBlock& kept : (*state.Find(Id(1)))->blocks) bytes.push_back(kept.bytes);
  EXPECT_THAT(bytes, ElementsAre(5, 6, 4)) << "an older picture of what ended is too late";
}

TEST_F(StateTest, ARecordOfTheFirstSchemaIsReadAsItIsAndLedOnByTheNextRun) {
  {
    State state = Open();
    Whole(state, 1, {Ended("p", Outcome::kEqual)});
  }
  {
    SQLite::Database database(dir_.Path("state.db"), SQLite::OPEN_READWRITE);
    database.exec("DROP TABLE blocks; DROP TABLE digests; DROP TABLE remembered; PRAGMA user_version = 1");
  }
  const std::string first = dir_.Read("state.db");
  EXPECT_EQ((*State::OpenForReading(dir_.path())->Find(Id(1)))->report.run, Id(1));
  EXPECT_EQ(dir_.Read("state.db"), first) << "reading changed it";
  State state = Open();
  EXPECT_EQ(state.warning(), "");
  Whole(state, 2, {Ended("p", Outcome::kEqual)});
  EXPECT_EQ(state.Runs(10)->size(), 2U);
  SQLite::Database database(dir_.Path("state.db"), SQLite::OPEN_READONLY);
  EXPECT_EQ(database.execAndGet("PRAGMA user_version").getInt(), State::kSchema);
}

TEST_F(StateTest, ARunThatWasKilledIsSeenAsUnfinished) {
  {
    State state = Open();
    Begin(state, 1, {{"p"}, {"n1", "n2"}});
    ASSERT_TRUE(state.EndRepository(Id(1), Ended("p", Outcome::kChanged)).ok());
  }
  State state = Open();
  EXPECT_EQ(Unfinished(state), Id(1));
  const RunRecord record = **state.Find(Id(1));
  EXPECT_FALSE(record.exit_code.has_value());
  EXPECT_THAT(record.report.queue, ElementsAre(ElementsAre("p"), ElementsAre("n1", "n2")));
  EXPECT_EQ(record.report.repositories.at(0).outcome, Outcome::kChanged);
  EXPECT_EQ(record.report.repositories.at(2).outcome, Outcome::kStopped);
  EXPECT_EQ(record.report.repositories.at(2).ended, absl::InfiniteFuture());
}

TEST_F(StateTest, ALaterRunThatEndedWellForAllRepositoriesFinishesAnEarlierOne) {
  const auto failed = [](absl::string_view name) { return Ended(name, Outcome::kFailed, kNow, Failure::kAuth); };
  const auto well = [](absl::string_view name) { return Ended(name, Outcome::kEqual); };
  State state = Open();
  EXPECT_EQ(Unfinished(state), "");
  Whole(state, 1, {failed("p"), well("n")});
  EXPECT_EQ(Unfinished(state), Id(1));
  Whole(state, 2, {well("p")});
  EXPECT_EQ(Unfinished(state), Id(1)) << "n may hold what p had before";
  Whole(state, 3, {well("n")});
  EXPECT_EQ(Unfinished(state), Id(1));
  Whole(state, 4, {well("p"), failed("q"), well("n")});
  EXPECT_EQ(Unfinished(state), Id(4)) << "1 is finished by it, though it failed elsewhere";
  EXPECT_FALSE(*state.IsUnfinished(Id(1)));
  EXPECT_TRUE(*state.IsUnfinished(Id(4)));
  Whole(state, 5, {well("n"), well("q"), well("p")});
  EXPECT_EQ(Unfinished(state), "");
}

TEST_F(StateTest, RemembersWhenARepositoryLastEqualledItsParent) {
  State state = Open();
  Whole(state, 1, {Ended("p", Outcome::kChanged, kNow)});
  RepositoryReport failed = Ended("p", Outcome::kFailed, kNow + absl::Hours(1));
  failed.failed = 2;
  failed.files = {{.path = "w", .failure = Failure::kWaiting, .message = "waits"},
                  {.path = "x", .failure = Failure::kNoSpace, .message = "full"}};
  Whole(state, 2, {failed, Ended("n", Outcome::kWaiting, kNow, Failure::kWaiting)});
  auto records = *state.Repositories();
  EXPECT_EQ(records["p"].last_equal, kNow);
  EXPECT_EQ(records["p"].run, Id(2));
  EXPECT_EQ(records["p"].last.outcome, Outcome::kFailed);
  EXPECT_EQ(records["p"].failed_file->path, "x");
  EXPECT_EQ(records["n"].last_equal, absl::InfinitePast());
  EXPECT_EQ(records["n"].parent, "m");
}

TEST_F(StateTest, ForgetsTheOldestRunsButNotWhatWasEqual) {
  State state = Open();
  for (int run = 1; run <= 5; ++run) Whole(state, run, {Ended(absl::StrCat("p", run), Outcome::kEqual)}, 2);
  const auto kept = state.Runs(10);
  std::vector<std::string> runs;
  for (const RunRecord& record : *kept) runs.push_back(record.report.run);
  EXPECT_THAT(runs, ElementsAre(Id(5), Id(4)));
  auto records = *state.Repositories();
  EXPECT_EQ(records.size(), 5U);
  EXPECT_EQ(records["p1"].last_equal, kNow);
  EXPECT_EQ(records["p1"].run, "");
}

TEST_F(StateTest, FindsARunByTheBeginningOfItsIdWhereOnlyOneHasIt) {
  State state = Open();
  Whole(state, 1, {Ended("p", Outcome::kEqual)});
  Whole(state, 2, {Ended("p", Outcome::kEqual)});
  EXPECT_EQ((*state.Find("20260102"))->report.run, Id(2));
  EXPECT_FALSE(state.Find("202601")->has_value());
  EXPECT_FALSE(state.Find("")->has_value());
  EXPECT_FALSE(state.Find("2026010%")->has_value());
}

TEST_F(StateTest, SetsADamagedFileAside) {
  {
    State state = Open();
    RepositoryReport p = Ended("p", Outcome::kChanged);
    for (int i = 0; i < 2000; ++i) p.files.push_back({.path = absl::StrCat("some/file/", i), .action = "copy"});
    Whole(state, 1, {p});
  }
  const std::string sound = dir_.Read("state.db");
  ASSERT_GT(sound.size(), 100'000U);
  std::string overwritten = sound;
  overwritten.replace(sound.size() / 2, 4096, std::string(4096, 'x'));
  const std::pair<absl::string_view, std::string> cases[] = {
      {"empty", ""},
      {"garbage", "garbage"},
      {"garbage of a page's size", std::string(8192, '\xa5')},
      {"half", sound.substr(0, sound.size() / 2)},
      {"header only", sound.substr(0, 100)},
      {"a page overwritten", overwritten},
  };
  size_t count = 0;
  for (const auto& [name, bytes] : cases) {
    dir_.Write("state.db", bytes);
    const auto reading = State::OpenForReading(dir_.path());
    EXPECT_EQ(FailureOf(reading.status()), Failure::kState) << name;
    EXPECT_EQ(dir_.Read("state.db"), bytes) << name << ": reading changed it";
    State state = Open();
    EXPECT_THAT(state.warning(), ::testing::HasSubstr("set aside")) << name;
    EXPECT_EQ(SetAside().size(), ++count) << name;
    Whole(state, 2, {Ended("p", Outcome::kEqual)});
    EXPECT_EQ(state.Runs(10)->size(), 1U) << name;
  }
  EXPECT_TRUE(dir_.Exists("state.db.corrupt-20260101T000000Z"));
  EXPECT_EQ(Open().warning(), "");
}

TEST_F(StateTest, DoesNotPlayTheJournalOfADamagedFileIntoTheNextOne) {
  dir_.Write("state.db", "");
  dir_.Write("state.db-journal", "journal");
  Open();
  EXPECT_EQ(dir_.Read("state.db.corrupt-20260101T000000Z-journal"), "journal");
}

TEST_F(StateTest, RefusesANewerSchemaAndLeavesItAlone) {
  { Open(); }
  // user_version is the big-endian word at offset 60.
  std::string bytes = dir_.Read("state.db");
  bytes.replace(60, 4, std::string("\0\0\x03\xe7", 4));
  dir_.Write("state.db", bytes);
  for (const absl::Status& status :
       {State::OpenForWriting(dir_.path(), kNow).status(), State::OpenForReading(dir_.path()).status()}) {
    EXPECT_EQ(FailureOf(status), Failure::kState);
    EXPECT_EQ(InfoOf(FailureOf(status)).exit_code, 6);
    EXPECT_THAT(std::string(status.message()), ::testing::HasSubstr("schema 999"));
  }
  EXPECT_EQ(dir_.Read("state.db"), bytes);
  EXPECT_THAT(SetAside(), IsEmpty());
}

TEST_F(StateTest, SaysWhereNothingCanBeWritten) {
  EXPECT_EQ(FailureOf(State::OpenForWriting(dir_.Path("missing"), kNow).status()), Failure::kPermission);
  EXPECT_EQ(FailureOf(State::OpenForReading(dir_.Path("missing")).status()), Failure::kUsage);
  dir_.Write("victim", "");
  ASSERT_EQ(symlink(dir_.Path("victim").c_str(), dir_.Path("state.db").c_str()), 0);
  EXPECT_EQ(FailureOf(State::OpenForWriting(dir_.path(), kNow).status()), Failure::kObstructed);
  EXPECT_EQ(dir_.Read("victim"), "");
}

TEST_F(StateTest, AFullDiskIsAnErrorAndNoDamage) {
  State state = Open();
  Whole(state, 1, {Ended("p", Outcome::kEqual)});
  signal(SIGXFSZ, SIG_IGN);
  rlimit before = {};
  getrlimit(RLIMIT_FSIZE, &before);
  rlimit small = before;
  small.rlim_cur = dir_.Read("state.db").size() + 8192;
  setrlimit(RLIMIT_FSIZE, &small);
  RepositoryReport p = Ended("p", Outcome::kChanged);
  for (int i = 0; i < 5000; ++i) p.files.push_back({.path = absl::StrCat("some/file/", i), .action = "copy"});
  Begin(state, 2, {{"p"}});
  const absl::Status status = state.EndRepository(Id(2), p);
  setrlimit(RLIMIT_FSIZE, &before);
  EXPECT_FALSE(status.ok());
  EXPECT_NE(FailureOf(status), Failure::kState) << status;
  State again = Open();
  EXPECT_EQ(again.warning(), "");
  EXPECT_EQ(again.Runs(10)->size(), 2U);
}

TEST_F(StateTest, ItsFilesAreItsOwnersAlone) {
  const mode_t mask = umask(0);
  State state = Open();
  Whole(state, 1, {Ended("p", Outcome::kEqual)});
  umask(mask);
  EXPECT_EQ(ModeOf("state.db"), 0600U);
  EXPECT_EQ(ModeOf("state.db-journal"), 0600U) << "truncated, not deleted";
}

TEST_F(StateTest, TextsOfFailuresAreBounded) {
  State state = Open();
  RepositoryReport p = Ended("p", Outcome::kFailed, kNow, Failure::kCommandFailed);
  p.output = std::string(1 << 20, 'x');
  Whole(state, 1, {p});
  EXPECT_LT((*state.Find(Id(1)))->report.repositories[0].output.size(), 20'000U);
}

}  // namespace
}  // namespace sshsync
