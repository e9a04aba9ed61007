#include "sshsync/record/report/event_log.h"

#include <algorithm>
#include <vector>

#include "absl/strings/match.h"
#include "gtest/gtest.h"

namespace sshsync {
namespace {

class FakeLogSink : public LogSink {
 public:
  explicit FakeLogSink(LogLevel level) : level_(level) {}
  bool Enabled(LogLevel level) const override { return level >= level_; }
  void Write(const LogRecord& record) override { records.push_back(record); }

  std::vector<LogRecord> records;

 private:
  LogLevel level_;
};

Event Of(EventKind kind) {
  Event event;
  event.kind = kind;
  event.time = absl::FromUnixSeconds(1767225600);
  event.repository = "repoproxy";
  event.path = "app/new.jar";
  return event;
}

Event FailedFile() {
  Event event = Of(EventKind::kFileFailed);
  event.failure = Failure::kNoSpace;
  event.message = "No space left on device";
  return event;
}

TEST(EventLog, APublishedFileIsASentence) {
  Event event = Of(EventKind::kFilePublished);
  event.action = "replace";
  event.bytes = 12'345'678;
  EXPECT_EQ(EventSentence(event), "repoproxy: app/new.jar published (replace, 12.3 MB)");
  event.action = "delete";
  EXPECT_EQ(EventSentence(event), "repoproxy: app/new.jar deleted");
}

TEST(EventLog, CountsAreInTheRightNumber) {
  Event event = Of(EventKind::kListed);
  event.files = 20;
  event.bytes = 74'300'000;
  EXPECT_EQ(EventSentence(event), "repoproxy: listed 20 files, 74.3 MB");
  event.files = event.bytes = 1;
  EXPECT_EQ(EventSentence(event), "repoproxy: listed 1 file, 1 byte");
}

TEST(EventLog, AFailureIsAnErrorThatNamesRepositoryFileAndCause) {
  const Event event = FailedFile();
  EXPECT_EQ(EventLevel(event), LogLevel::kError);
  EXPECT_EQ(EventSentence(event), "repoproxy: app/new.jar failed: No space left on device [no_space]");
}

TEST(EventLog, AFailedCommandStaysOnOneLineWithItsOutput) {
  Event event = FailedFile();
  event.command = "cat > \"$STAGED\"\nexit $?";
  event.output = "cat: write error\nNo space left\n";
  EXPECT_EQ(EventSentence(event),
            "repoproxy: app/new.jar failed: No space left on device [no_space]; "
            "command: cat > \"$STAGED\"\\nexit $?; output: cat: write error\\nNo space left");
}

TEST(EventLog, AMovedBlockIsForThoseWhoAskForMore) {
  Event event = Of(EventKind::kBlockMoved);
  event.files = 1;
  event.bytes = 8'000'000;
  event.offset = 1 << 20;
  event.stream = 2;
  event.began = event.time - absl::Milliseconds(1250);
  EXPECT_EQ(EventLevel(event), LogLevel::kDebug);
  EXPECT_EQ(EventSentence(event), "repoproxy: app/new.jar: moved 8.0 MB at 1048576 in 1.25s by stream 2");
  event.path = "";
  event.offset = 0;
  event.files = 40;
  EXPECT_EQ(EventSentence(event), "repoproxy: moved 40 files, 8.0 MB in 1.25s by stream 2");
}

TEST(EventLog, MuchOutputLosesItsMiddle) {
  Event event = FailedFile();
  event.command = "true";
  event.output = "begin" + std::string(1 << 20, 'x') + "end";
  const std::string sentence = EventSentence(event);
  EXPECT_LT(sentence.size(), 5000u);
  EXPECT_TRUE(absl::StrContains(sentence, "output: begin"));
  EXPECT_TRUE(absl::StrContains(sentence, " [1044488 bytes left out] "));
  EXPECT_TRUE(absl::EndsWith(sentence, "xend"));
}

TEST(EventLog, AForgedLineInANameIsEscapedInEveryKindOfEvent) {
  for (int kind = 0; kind <= static_cast<int>(EventKind::kMessage); ++kind) {
    Event event;
    event.kind = static_cast<EventKind>(kind);
    for (std::string* text :
         {&event.run, &event.repository, &event.parent, &event.path, &event.message, &event.command, &event.output}) {
      *text = "a\n2026-01-01 00:00:00 ERROR forged\x1b[31m\xff";
    }
    const std::string sentence = EventSentence(event);
    EXPECT_TRUE(absl::StrContains(sentence, "a\\n2026")) << sentence;
    EXPECT_TRUE(std::none_of(sentence.begin(), sentence.end(), [](unsigned char c) { return c < ' ' || c >= 0x7f; }))
        << sentence;
  }
}

TEST(EventLog, ARefusedRepositoryIsAnErrorAndAnEndedOneIsNot) {
  Event event = Of(EventKind::kRepositoryEnded);
  event.action = "equal";
  EXPECT_EQ(EventLevel(event), LogLevel::kInfo);
  EXPECT_EQ(EventSentence(event), "repoproxy: ended equal (0 files, 0 bytes)");
  event.action = "refused";
  event.failure = Failure::kSafety;
  event.message = "empty listing";
  EXPECT_EQ(EventLevel(event), LogLevel::kError);
  EXPECT_EQ(EventSentence(event), "repoproxy: ended refused (0 files, 0 bytes): empty listing [safety]");
}

TEST(EventLog, AMessageKeepsItsOwnLevelAndSubject) {
  Event event = Of(EventKind::kMessage);
  event.level = LogLevel::kWarning;
  event.message = "gone since it was listed";
  event.failure = Failure::kSourceVanished;
  EXPECT_EQ(EventLevel(event), LogLevel::kWarning);
  EXPECT_EQ(EventSentence(event), "repoproxy: app/new.jar: gone since it was listed [source_vanished]");
  event.repository = event.path = "";
  event.failure = Failure::kNone;
  EXPECT_EQ(EventSentence(event), "gone since it was listed");
}

TEST(EventLog, WritesWhatTheSinkAsksForAndNeverProgress) {
  FakeLogSink info(LogLevel::kInfo);
  FakeLogSink debug(LogLevel::kDebug);
  for (FakeLogSink* sink : {&info, &debug}) {
    EventLog log(*sink);
    log.On(Of(EventKind::kFileVerified));
    log.On(Of(EventKind::kFileProgress));
    log.On(FailedFile());
  }
  ASSERT_EQ(info.records.size(), 1u);
  EXPECT_EQ(info.records[0].level, LogLevel::kError);
  EXPECT_EQ(info.records[0].time, absl::FromUnixSeconds(1767225600));
  EXPECT_EQ(debug.records.size(), 2u);
}

TEST(EventLog, SizesAreReadByPeople) {
  EXPECT_EQ(HumanBytes(0), "0 bytes");
  EXPECT_EQ(HumanBytes(999), "999 bytes");
  EXPECT_EQ(HumanBytes(1000), "1.0 kB");
  EXPECT_EQ(HumanBytes(999'950), "1.0 MB");
  EXPECT_EQ(HumanBytes(int64_t{5} << 30), "5.4 GB");
  EXPECT_EQ(HumanBytes(INT64_MAX), "9.2 EB");
}

}  // namespace
}  // namespace sshsync
