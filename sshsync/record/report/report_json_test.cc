#include "sshsync/record/report/report_json.h"

#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace sshsync {
namespace {

using nlohmann::json;

constexpr int64_t kMilliseconds = 1767225600123;

Report ReportOfOneFailure() {
  Report report;
  report.run = "20260101-000000-1";
  report.verb = "sync";
  report.queue = {{"repoproxy"}, {"appnode1", "appnode2"}};
  report.started = absl::FromUnixMillis(kMilliseconds);
  report.ended = report.started + absl::Milliseconds(2500);
  RepositoryReport repository;
  repository.name = "repoproxy";
  repository.outcome = Outcome::kFailed;
  repository.copied = 1;
  FileOutcome good;
  good.path = "app/new.jar";
  good.action = "copy";
  good.bytes = int64_t{5} << 30;
  FileOutcome bad;
  bad.path = "caf\xe9\n";
  bad.failure = Failure::kNoSpace;
  bad.message = "No space left on device";
  bad.command = "cat > x";
  bad.output = "cat: \xff";
  bad.exit_status = 1;
  repository.files = {good, bad};
  report.repositories = {repository};
  return report;
}

TEST(ReportJson, HoldsTheRunItsTimesAndItsExitCode) {
  const json report = json::parse(ReportToJson(ReportOfOneFailure()));
  EXPECT_EQ(report["run"], "20260101-000000-1");
  EXPECT_EQ(report["queue"], json::parse(R"([["repoproxy"], ["appnode1", "appnode2"]])"));
  EXPECT_EQ(report["started"], "2026-01-01T00:00:00.123Z");
  EXPECT_EQ(report["seconds"], 2.5);
  EXPECT_EQ(report["ok"], false);
  EXPECT_EQ(report["exit_code"], 6);
  EXPECT_EQ(report["repositories"][0]["started"], nullptr);
  EXPECT_EQ(report["repositories"][0]["outcome"], "failed");
}

TEST(ReportJson, AFileThatWentWellHasNoWordAboutFailure) {
  const json file = json::parse(ReportToJson(ReportOfOneFailure()))["repositories"][0]["files"][0];
  EXPECT_EQ(file["path"], "app/new.jar");
  EXPECT_EQ(file["bytes"], 5368709120);
  EXPECT_FALSE(file.contains("failure"));
  EXPECT_FALSE(file.contains("path_b64"));
}

TEST(ReportJson, AFileThatFailedSaysWhyAndHasItsExactBytes) {
  const json file = json::parse(ReportToJson(ReportOfOneFailure()))["repositories"][0]["files"][1];
  EXPECT_EQ(file["path"], "caf\xef\xbf\xbd\n");
  EXPECT_EQ(file["path_b64"], "Y2Fm6Qo=");
  EXPECT_EQ(file["failure"], "no_space");
  EXPECT_NE(file["hint"], "");
  EXPECT_EQ(file["exit_status"], 1);
}

TEST(ReportJson, NoByteOfAnyNameReachesTheOutputAsItIs) {
  Report report = ReportOfOneFailure();
  std::string all;
  for (int byte = 1; byte < 256; ++byte) all.push_back(static_cast<char>(byte));
  report.repositories[0].files[0].path = all;
  report.repositories[0].message = "\xc2\x9b\xe2\x80\xae\x7f";
  for (const unsigned char c : ReportToJson(report)) ASSERT_TRUE(c == '\n' || (c >= ' ' && c < 0x7f)) << int{c};
}

TEST(ReportJson, AUtf8NameNeedsNoSecondForm) {
  Report report = ReportOfOneFailure();
  report.repositories[0].files[0].path = "caf\xc3\xa9";
  const json file = json::parse(ReportToJson(report))["repositories"][0]["files"][0];
  EXPECT_EQ(file["path"], "caf\xc3\xa9");
  EXPECT_FALSE(file.contains("path_b64"));
}

TEST(EventJson, IsOneLineOfTheMembersThatMeanSomething) {
  Event event;
  event.kind = EventKind::kFilePublished;
  event.time = absl::FromUnixMillis(kMilliseconds);
  event.repository = "repoproxy";
  event.path = "a\nb";
  event.action = "replace";
  event.bytes = 7;
  EXPECT_EQ(
      EventToJsonLine(event),
      R"({"event":"file_published","time":"2026-01-01T00:00:00.123Z","repository":"repoproxy","path":"a\nb",)"
       R"("action":"replace","bytes":7})"
      "\n");
}

TEST(EventJson, WhatHasEndedHasAnOutcomeAndItsFailure) {
  Event event;
  event.kind = EventKind::kRepositoryEnded;
  event.action = "refused";
  event.failure = Failure::kSafety;
  event.message = "empty listing";
  const json line = json::parse(EventToJsonLine(event));
  EXPECT_EQ(line["outcome"], "refused");
  EXPECT_EQ(line["failure"], "safety");
  EXPECT_EQ(line["message"], "empty listing");
  EXPECT_FALSE(line.contains("action"));
}

TEST(EventJson, AMovedBlockHasItsPlaceItsStreamAndItsBeginAndEnd) {
  Event event;
  event.kind = EventKind::kBlockMoved;
  event.repository = "p";
  event.path = "big.bin";
  event.files = 1;
  event.bytes = 8 << 20;
  event.offset = 16 << 20;
  event.stream = 3;
  event.began = absl::FromUnixSeconds(1767225600);
  event.time = event.began + absl::Milliseconds(2500);
  const json line = json::parse(EventToJsonLine(event));
  EXPECT_EQ(line["path"], "big.bin");
  EXPECT_EQ(line["bytes"], 8 << 20);
  EXPECT_EQ(line["offset"], 16 << 20);
  EXPECT_EQ(line["stream"], 3);
  EXPECT_FALSE(line.contains("route"));
  event.action = "push";
  EXPECT_EQ(json::parse(EventToJsonLine(event))["route"], "push");
  EXPECT_EQ(line["began"], "2026-01-01T00:00:00.000Z");
  EXPECT_EQ(line["time"], "2026-01-01T00:00:02.500Z");
}

TEST(EventJson, EveryKindGivesOneLineUnderItsName) {
  for (int kind = 0; kind <= static_cast<int>(EventKind::kMessage); ++kind) {
    Event event;
    event.kind = static_cast<EventKind>(kind);
    const std::string line = EventToJsonLine(event);
    EXPECT_EQ(line.find('\n'), line.size() - 1);
    EXPECT_EQ(json::parse(line)["event"], std::string(EventKindName(event.kind)));
  }
}

TEST(RunToJson, TellsWhatTheRunWasAskedAndWhetherItEnded) {
  RunRecord record{.report = {.run = "r1", .verb = "sync", .queue = {{"p"}}},
                   .options = "jobs 4\nfail-fast yes",
                   .config = "/etc/s.conf"};
  record.report.repositories = {{.name = "p", .files = {{.path = "a"}}}};
  const auto killed = nlohmann::json::parse(RunToJson(record));
  EXPECT_EQ(killed["finished"], false);
  EXPECT_EQ(killed["ok"], false);
  EXPECT_TRUE(killed["exit_code"].is_null());
  EXPECT_TRUE(killed["resumes"].is_null());
  EXPECT_EQ(killed["options"], (nlohmann::json{{"jobs", "4"}, {"fail-fast", "yes"}}));
  EXPECT_EQ(killed["repositories"][0]["files"].size(), 1U);
  record.exit_code = 9;
  const auto runs = nlohmann::json::parse(RunsToJson({record}))["runs"];
  EXPECT_EQ(runs[0]["exit_code"], 9);
  EXPECT_FALSE(runs[0]["repositories"][0].contains("files"));
}

TEST(StandingsToJson, TellsSinceWhenAndWhy) {
  const absl::Time now = absl::FromUnixSeconds(1'767'225'600);
  const auto json = nlohmann::json::parse(StandingsToJson(
      {{.repository = "p", .parent = "m", .state = "equal", .last_equal = now - absl::Seconds(90), .run = "r1"},
       {.repository = "n",
        .parent = "p",
        .state = "failed",
        .overdue = true,
        .failure = Failure::kNoSpace,
        .why = "full",
        .behind = "p"}},
      "r1", now));
  EXPECT_EQ(json["unfinished_run"], "r1");
  EXPECT_EQ(json["overdue"], true);
  EXPECT_EQ(json["repositories"][0]["age_seconds"], 90.0);
  EXPECT_EQ(json["repositories"][0]["last_equal"], "2025-12-31T23:58:30.000Z");
  EXPECT_TRUE(json["repositories"][1]["last_equal"].is_null());
  EXPECT_TRUE(json["repositories"][1]["age_seconds"].is_null());
  EXPECT_EQ(json["repositories"][1]["failure"], "no_space");
  EXPECT_EQ(json["repositories"][1]["message"], "full");
  EXPECT_EQ(json["repositories"][1]["behind"], "p");
}

}  // namespace
}  // namespace sshsync
