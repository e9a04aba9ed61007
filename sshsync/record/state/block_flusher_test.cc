#include "sshsync/record/state/block_flusher.h"

#include <memory>

#include "gtest/gtest.h"
#include "sshsync/record/state/state.h"
#include "sshsync/testing/temp_dir.h"

namespace sshsync {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'767'225'600);

struct NoSink : EventSink {
  void On(const Event&) override {}
};

TEST(BlockFlusher, TheRecordOfARunThatGoesOnSaysWhatWasCarriedSoFar) {
  TempDir dir;
  NoSink next;
  BlockHistory history(next, 1);
  const RunRecord record{.report = {.run = "20260101-000000-abcd", .verb = "sync", .queue = {{"p"}}, .started = kNow}};
  auto recorder = RunRecorder::Begin(dir.path(), record, [](absl::string_view warning) { ADD_FAILURE() << warning; });
  ASSERT_TRUE(recorder.ok());
  const BlockFlusher keeper(history, **recorder, absl::Milliseconds(1));
  history.On({.kind = EventKind::kBlockMoved,
              .time = kNow,
              .repository = "p",
              .path = "a",
              .files = 1,
              .bytes = 8,
              .began = kNow});
  while ((*State::OpenForReading(dir.path())->Find(record.report.run))->blocks.empty()) std::this_thread::yield();
}

TEST(BlockFlusher, EndsAtOnceWhateverItsPause) {
  TempDir dir;
  NoSink next;
  BlockHistory history(next, 1);
  auto recorder = RunRecorder::Begin(dir.path(), {.report = {.run = "r", .verb = "sync", .started = kNow}},
                                     [](absl::string_view) {});
  const BlockFlusher keeper(history, **recorder, absl::Hours(1));
}

}  // namespace
}  // namespace sshsync
