#include "sshsync/ssh/byte_channel.h"

#include <unistd.h>

#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sshsync/base/status.h"
#include "sshsync/process/clock.h"
#include "sshsync/process/process_set.h"
#include "sshsync/process/thread.h"
#include "sshsync/ssh/ssh.h"

namespace sshsync {
namespace {

constexpr absl::Duration kListen = absl::Hours(1);  // at a time
constexpr std::chrono::milliseconds kTick{20};      // how soon a stop is seen

}  // namespace

absl::StatusOr<std::unique_ptr<ByteChannel>> ByteChannel::Open(const Endpoint& host, ByteWay way,
                                                               const RemoteCommand& command,
                                                               const ChannelOptions& options, const StopToken& stop) {
  SSHSYNC_RETURN_IF_ERROR(stop.status());
  const FrameEncoder encoder(options.nonce.empty() ? RandomMark() : options.nonce);
  absl::StatusOr<Process> process =
      Process::Start(way == ByteWay::kFromHost ? ShellAt(host, options.ssh)
                                               : CommandAt(host, encoder.TakeCommand(host.shell), options.ssh));
  if (!process.ok()) return Annotate(process.status(), Describe(host));
  std::unique_ptr<ByteChannel> channel(new ByteChannel(host, way, command, options, *std::move(process)));
  channel->encoder_ = encoder;
  SSHSYNC_RETURN_IF_ERROR(AwaitShell(host, channel->process_,
                                     way == ByteWay::kFromHost ? encoder.Preamble(host.shell) : "",
                                     encoder.ready_label(), options, stop));
  SSHSYNC_RETURN_IF_ERROR(channel->Begin());
  return channel;
}

ByteChannel::ByteChannel(const Endpoint& host, ByteWay way, const RemoteCommand& command, const ChannelOptions&,
                         Process process)
    : host_(host), way_(way), command_(command), encoder_(""), process_(std::move(process)) {}

ByteChannel::~ByteChannel() {
  Close();
  over_.Request(kStopByCaller);
  listener_ = std::jthread();
  process_.CloseIn();
  ProcessSet set{StopToken()};
  set.Add(process_);
  RealClock clock;
  const absl::Time deadline = clock.Monotonic() + Process::kGrace;
  while (clock.Monotonic() < deadline &&
         !absl::holds_alternative<ProcessEnded>(set.Next(deadline - clock.Monotonic()))) {
  }
}

void ByteChannel::Close() {
  if (fd_ >= 0) close(fd_);
  fd_ = -1;
}

absl::Status ByteChannel::Begin() {
  if (way_ == ByteWay::kFromHost) {
    SSHSYNC_ASSIGN_OR_RETURN(std::string frame, encoder_.LastCommand(command_.script));
    fd_ = process_.TakeOut();
    listener_ = StartThread([this, frame = std::move(frame)] { Listen(frame); });
    return absl::OkStatus();
  }
  SSHSYNC_ASSIGN_OR_RETURN(const std::string line, encoder_.TakenLine(command_.script));
  if (line.size() > kMostTaken) return MakeError(Failure::kInternal, "the command that is to take bytes is too long");
  {
    ProcessSet set{StopToken()};
    set.Add(process_);
    set.Write(process_, line);  // nothing was written before: it has room
  }
  fd_ = process_.TakeIn();
  listener_ = StartThread([this] { Listen(""); });
  return absl::OkStatus();
}

void ByteChannel::Listen(std::string first) {
  ProcessSet set(over_.token());
  set.Add(process_);
  if (!first.empty()) set.Write(process_, first);
  FrameDecoder decoders[2] = {{encoder_.label(), FrameDecoder::kOut, FrameDecoder::kFarewell},
                              {encoder_.label(), FrameDecoder::kErr, FrameDecoder::kFarewell}};
  BoundedText out(command_.max_stderr), err(command_.max_stderr);
  TextTail last_words;
  absl::Status broken;
  const auto end = [this](absl::StatusOr<RemoteResult> result) {
    const std::lock_guard lock(mu_);
    if (!ended_) ended_ = std::move(result);
    changed_.notify_all();
  };
  const bool both = way_ == ByteWay::kToHost;
  while (!decoders[1].finished() || (both && !decoders[0].finished())) {
    const ProcessOutcome outcome = set.Next(kListen);
    if (const auto* output = absl::get_if<ProcessOutput>(&outcome)) {
      {
        const std::lock_guard lock(mu_);
        ++heard_;
      }
      const absl::Status fed = decoders[output->is_err].Feed(output->bytes, [&](absl::string_view bytes) {
        (output->is_err ? err : out).Append(bytes);
        return output->is_err ? last_words.Append(bytes) : absl::OkStatus();
      });
      if (!fed.ok()) return end(Annotate(fed, Describe(host_)));
    } else if (const auto* ended = absl::get_if<ProcessEnded>(&outcome)) {
      return end(ClassifySshFailure(host_, {.end = ended->end, .ready = true, .out = {}, .err = last_words.text()}));
    } else if (absl::holds_alternative<WaitStopped>(outcome)) {
      return end(MakeError(Failure::kUnreachable, absl::StrCat("the session was given up; ", Describe(host_))));
    }
  }
  if (both && decoders[0].number() != decoders[1].number()) {
    return end(Annotate(MakeError(Failure::kUnreachable, "the end of a command arrived damaged"), Describe(host_)));
  }
  end(RemoteResult{.status = *decoders[1].number(), .out = out.Take(), .err = err.Take()});
}

absl::StatusOr<RemoteResult> ByteChannel::Finish(ProgressProbe moved, const StopToken& stop) {
  Close();
  RealClock clock;
  std::unique_lock lock(mu_);
  uint64_t heard = heard_;
  absl::Time deadline = clock.Monotonic() + command_.timeout;
  while (!ended_) {
    SSHSYNC_RETURN_IF_ERROR(stop.status());
    if (std::exchange(heard, heard_) != heard_) deadline = clock.Monotonic() + command_.timeout;
    if (clock.Monotonic() >= deadline) {
      lock.unlock();
      const bool progress = moved();
      lock.lock();
      if (!progress && !ended_)
        return MakeError(Failure::kTimeout,
                         absl::StrCat("no output and no progress for ", absl::FormatDuration(command_.timeout), "; ",
                                      Describe(host_)));
      deadline = clock.Monotonic() + command_.timeout;
    }
    changed_.wait_for(lock, kTick);
  }
  return *ended_;
}

}  // namespace sshsync
