#include "sshsync/config/logging/log_format.h"

#include "absl/strings/match.h"
#include "gtest/gtest.h"
#include "sshsync/base/status.h"

namespace sshsync {
namespace {

LogFields Fields() {
  LogFields fields;
  fields.time = absl::FromUnixMillis(1767225600123);
  fields.program_start = fields.time - absl::Milliseconds(1500);
  fields.zone = absl::FixedTimeZone(2 * 60 * 60);
  fields.name = "sshsync";
  fields.levelno = 20;
  fields.levelname = "INFO";
  fields.message = "repoproxy: caf\xc3\xa9 published";
  fields.process = 4711;
  fields.thread = 42;
  return fields;
}

std::string Render(absl::string_view format, absl::string_view datefmt = "") {
  const auto parsed = LogFormat::Parse(format, datefmt);
  EXPECT_TRUE(parsed.ok()) << parsed.status();
  return parsed->Render(Fields());
}

std::string ErrorOf(absl::string_view format) {
  const auto parsed = LogFormat::Parse(format, "");
  EXPECT_EQ(FailureOf(parsed.status()), Failure::kConfig) << format;
  return std::string(parsed.status().message());
}

TEST(LogFormat, TheUsualLineIsPythons) {
  EXPECT_EQ(Render("%(asctime)s %(name)s[%(process)d] %(levelname)-8s %(message)s"),
            "2026-01-01 02:00:00,123 sshsync[4711] INFO     repoproxy: caf\xc3\xa9 published");
}

TEST(LogFormat, WithoutFormatTheMessageStandsAlone) {
  EXPECT_EQ(LogFormat().Render(Fields()), Fields().message);
  EXPECT_EQ(Render(""), Fields().message);
}

TEST(LogFormat, ADatefmtReplacesTheWholeTime) {
  EXPECT_EQ(Render("%(asctime)s|%(message).4s", "%d.%m.%Y %H:%M %z"), "01.01.2026 02:00 +0200|repo");
  EXPECT_EQ(Render("%(msecs)03d %(created).3f %(relativeCreated)d"), "123 1767225600.123 1500");
}

TEST(LogFormat, WidthAndPrecisionCountCharacters) {
  EXPECT_EQ(Render("[%(message).15s]"), "[repoproxy: caf\xc3\xa9]");
  EXPECT_EQ(Render("[%(levelname)6s|%(levelno)-5d|%(levelno)+05d|%(levelno)#x|%(msecs)s]"),
            "[  INFO|20   |+0020|0x14|123.0]");
}

TEST(LogFormat, APercentSignIsWrittenTwice) { EXPECT_EQ(Render("100%% %(levelname)s"), "100% INFO"); }

TEST(LogFormat, AnUnknownNameIsAnErrorThatNamesTheNearest) {
  EXPECT_TRUE(absl::StrContains(ErrorOf("%(levelnam)s"), "did you mean `levelname`?"));
  EXPECT_TRUE(absl::StrContains(ErrorOf("%(nosuch)s"), "one of message, asctime"));
}

TEST(LogFormat, WhatWouldFailForEveryRecordFailsBefore) {
  for (const absl::string_view format : {"%(message)d", "%(message)", "%(message", "%(msecs)x", "%s", "%",
                                         "%(levelno)*d", "%(levelno)c", "just text", "%(levelno)99999d"}) {
    EXPECT_NE(ErrorOf(format), "");
  }
}

}  // namespace
}  // namespace sshsync
