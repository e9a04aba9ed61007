#include "sshsync/route/relay.h"

#include <chrono>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "sshsync/base/status.h"
#include "sshsync/process/clock.h"

namespace sshsync {
namespace {

constexpr std::chrono::milliseconds kTick{20};  // how soon a stop is seen

}  // namespace

// What is read once.
struct RelayGroup::Reading {
  enum class State { kOpening, kGathering, kMoving, kOver };
  struct Taker {
    RemoteBytes* writer;
    bool ended = false;
    PumpEnd end = PumpEnd::kCut;
  };

  // Waits until `condition`, or a stop.
  template <class Condition>
  absl::Status Await(std::unique_lock<std::mutex>& lock, const StopToken& stop, Condition condition) {
    while (!condition()) {
      SSHSYNC_RETURN_IF_ERROR(stop.status());
      changed.wait_for(lock, kTick);
    }
    return absl::OkStatus();
  }
  void Set(State now) {
    const std::lock_guard lock(mu);
    state = now;
    changed.notify_all();
  }

  std::mutex mu;
  std::condition_variable changed;
  // Protected by mu.
  State state = State::kOpening;
  size_t settled = 0;  // members that have a writer, or will have none
  std::vector<Taker> takers;
  absl::Status opened, moved;
  absl::StatusOr<RemoteResult> reader = MakeError(Failure::kUnreachable, "it was not waited for");
};

absl::StatusOr<Relayed> RelayGroup::Carry(const RelayPart& part, const BytePump& pump) {
  std::shared_ptr<Reading> reading;
  size_t members = 1;
  bool leads = true;
  {
    std::unique_lock lock(mu_);
    while (members_ == 0) {
      SSHSYNC_RETURN_IF_ERROR(part.stop.status());
      known_.wait_for(lock, kTick);
    }
    members = members_;
    if (members > 1) {
      auto& known = readings_[part.what];
      leads = known == nullptr;
      if (leads) known = std::make_shared<Reading>();
      reading = known;
    }
  }
  if (!leads) {
    bool missed = false;
    auto relayed = Follow(part, *reading, &missed);
    if (!missed) return relayed;
  }
  if (leads && reading != nullptr) return Lead(part, pump, *reading, members);
  Reading own;
  return Lead(part, pump, own, 1);
}

absl::StatusOr<Relayed> RelayGroup::Lead(const RelayPart& part, BytePump pump, Reading& reading, size_t members) {
  auto reader = part.open_reader();
  {
    const std::lock_guard lock(reading.mu);
    reading.opened = reader.status();
    reading.state = reader.ok() ? Reading::State::kGathering : Reading::State::kOver;
    reading.changed.notify_all();
  }
  if (!reader.ok()) return reader.status();
  RealClock clock;
  const absl::Time until = clock.Monotonic() + gather_;
  auto writer = part.open_writer();
  std::vector<int> fds;
  size_t own = 0;
  {
    std::unique_lock lock(reading.mu);
    if (writer.ok()) own = reading.takers.size(), reading.takers.push_back({.writer = writer->get()});
    ++reading.settled;
    (void)reading.Await(lock, part.stop, [&] { return reading.settled >= members || clock.Monotonic() >= until; });
    reading.state = Reading::State::kMoving;
    reading.changed.notify_all();
    for (const Reading::Taker& taker : reading.takers) fds.push_back(taker.writer->fd());
  }
  pump.timeout = part.timeout;
  bool whole = false;
  const absl::Status moved = pump.Run((*reader)->fd(), fds,
                                      [&](size_t taker, PumpEnd end) {
                                        const std::lock_guard lock(reading.mu);
                                        reading.takers[taker].writer->Close();
                                        reading.takers[taker].ended = true;
                                        whole = whole || end == PumpEnd::kWhole;
                                        reading.takers[taker].end = end;
                                        reading.moved = absl::OkStatus();
                                        reading.changed.notify_all();
                                      },
                                      [&] { return part.moved && part.moved(); }, part.stop);
  // A reader whose takers have all gone ends by a closed pipe, and is not waited for.
  absl::StatusOr<RemoteResult> said =
      !whole ? absl::StatusOr<RemoteResult>(MakeError(Failure::kUnreachable, "it was not waited for"))
             : (*reader)->Finish([] { return false; }, part.stop);
  {
    const std::lock_guard lock(reading.mu);
    reading.moved = moved;
    reading.reader = std::move(said);
    reading.state = Reading::State::kOver;
    reading.changed.notify_all();
  }
  if (!writer.ok()) return writer.status();
  return End(part, **writer, reading, own);
}

absl::StatusOr<Relayed> RelayGroup::Follow(const RelayPart& part, Reading& reading, bool* missed) {
  {
    std::unique_lock lock(reading.mu);
    SSHSYNC_RETURN_IF_ERROR(reading.Await(lock, part.stop, [&] { return reading.state != Reading::State::kOpening; }));
    if (!reading.opened.ok()) return reading.opened;
    if (reading.state != Reading::State::kGathering)
      return *missed = true, MakeError(Failure::kUnreachable, "the others did not wait");
  }
  auto writer = part.open_writer();
  std::unique_lock lock(reading.mu);
  ++reading.settled;
  reading.changed.notify_all();
  if (!writer.ok()) return writer.status();
  if (reading.state != Reading::State::kGathering) {
    lock.unlock();
    *writer = nullptr;  // nothing is held while another reader is waited for
    return *missed = true, MakeError(Failure::kUnreachable, "the others did not wait");
  }
  const size_t own = reading.takers.size();
  reading.takers.push_back({.writer = writer->get()});
  // From here on the writer is the leader's, until it says that it has ended; the pump sees a stop, too.
  reading.changed.wait(lock, [&] { return reading.takers[own].ended; });
  lock.unlock();
  return End(part, **writer, reading, own);
}

absl::StatusOr<Relayed> RelayGroup::End(const RelayPart& part, RemoteBytes& writer, Reading& reading, size_t taker) {
  auto ended = writer.Finish([&] { return part.moved && part.moved(); }, part.stop);
  std::unique_lock lock(reading.mu);
  Relayed relayed{.writer = {}, .reader = reading.reader, .end = reading.takers[taker].end, .broke = {}};
  if (relayed.end == PumpEnd::kWhole || relayed.end == PumpEnd::kCut) {
    SSHSYNC_RETURN_IF_ERROR(reading.Await(lock, part.stop, [&] { return reading.state == Reading::State::kOver; }));
    relayed.reader = reading.reader;
    if (relayed.end == PumpEnd::kCut) relayed.broke = reading.moved;
  }
  SSHSYNC_RETURN_IF_ERROR(part.stop.status());
  if (!ended.ok()) return ended.status();
  relayed.writer = *std::move(ended);
  return relayed;
}

std::pair<int, std::string> OutcomeOf(const Relayed& relayed) {
  const auto told = [](const std::string& said, absl::string_view whose, int status) {
    return std::make_pair(status, absl::StrCat(said, said.empty() || absl::EndsWith(said, "\n") ? "" : "\n", "the ",
                                               whose, "'s side did not end well: it ended with status ", status, "\n"));
  };
  if (relayed.end == PumpEnd::kLeftBehind)
    return {1, absl::StrCat(relayed.writer.err,
                            relayed.writer.err.empty() || absl::EndsWith(relayed.writer.err, "\n") ? "" : "\n",
                            "this child is slower than the others that were given the same: it goes on by itself\n")};
  if (relayed.writer.status != 0) return told(relayed.writer.err, "child", relayed.writer.status);
  if (!relayed.broke.ok())
    return {1, absl::StrCat(relayed.writer.err, "the relay broke off: ", relayed.broke.message(), "\n")};
  if (!relayed.reader.ok())
    return {1, absl::StrCat(relayed.writer.err,
                            "the parent's side did not end well: ", relayed.reader.status().message(), "\n")};
  if (relayed.reader->status != 0)
    return told(absl::StrCat(relayed.writer.err, relayed.reader->err), "parent", relayed.reader->status);
  return {0, relayed.writer.err};
}

}  // namespace sshsync
