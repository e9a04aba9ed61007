#include "sshsync/ssh/channel.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "sshsync/base/status.h"
#include "sshsync/process/clock.h"

namespace sshsync {
namespace {

constexpr size_t kTail = size_t{8} << 10;  // of what is printed outside of frames: for messages

/// The last bytes of what a connection prints.
class Tail {
 public:
  void Append(absl::string_view bytes) {
    text_.append(bytes.data(), bytes.size());
    total_ += bytes.size();
    if (text_.size() > 2 * kTail) text_.erase(0, text_.size() - kTail);
  }
  const std::string& text() const { return text_; }
  size_t total() const { return total_; }

 private:
  std::string text_;
  size_t total_ = 0;
};

std::string Seconds(absl::Duration duration) { return absl::FormatDuration(duration); }

}  // namespace

absl::StatusOr<std::unique_ptr<Channel>> Channel::Open(const Endpoint& host, const ChannelOptions& options,
                                                       const StopToken& stop) {
  SSHSYNC_RETURN_IF_ERROR(stop.status());
  absl::StatusOr<Process> process = Process::Start(ShellAt(host, options.ssh));
  if (!process.ok()) return Annotate(process.status(), Describe(host));
  std::unique_ptr<Channel> channel(new Channel(host, options, *std::move(process)));
  SSHSYNC_RETURN_IF_ERROR(channel->AwaitReady(options, stop));
  return channel;
}

Channel::Channel(const Endpoint& host, const ChannelOptions& options, Process process)
    : host_(host), encoder_(options.nonce.empty() ? RandomNonce() : options.nonce), process_(std::move(process)) {}

Channel::~Channel() {
  process_.CloseIn();
  if (!drain_) AwaitEnd(Process::kGrace);
}

absl::Status Channel::AwaitReady(const ChannelOptions& options, const StopToken& stop) {
  ProcessSet set(stop);
  set.Add(process_);
  set.Write(process_, encoder_.Preamble(host_.shell));
  FrameDecoder decoders[2] = {{encoder_.ready_label(), FrameDecoder::kOut},
                              {encoder_.ready_label(), FrameDecoder::kErr}};
  Tail noise[2];
  RealClock clock;
  const absl::Duration limit = host_.connect_timeout * options.login_factor;
  const absl::Time deadline = clock.Monotonic() + limit;
  while (!decoders[0].finished() || !decoders[1].finished()) {
    const ProcessOutcome outcome = set.Next(deadline - clock.Monotonic());
    if (const auto* output = absl::get_if<ProcessOutput>(&outcome)) {
      Tail& tail = noise[output->is_err];
      SSHSYNC_RETURN_IF_ERROR(Fail(decoders[output->is_err].Feed(output->bytes, [&tail](absl::string_view bytes) {
        tail.Append(bytes);
        return absl::OkStatus();
      })));
      if (tail.total() > options.max_noise) return Fail(MakeError(Failure::kNoShell, "the login prints without end"));
    } else if (const auto* ended = absl::get_if<ProcessEnded>(&outcome)) {
      dead_ = true;
      return ClassifySshFailure(host_,
                                {.end = ended->end, .ready = false, .out = noise[0].text(), .err = noise[1].text()});
    } else if (absl::holds_alternative<WaitExpired>(outcome)) {
      return Fail(MakeError(Failure::kTimeout, absl::StrCat("the login gave no shell within ", Seconds(limit))));
    } else {
      dead_ = true;
      return stop.status();
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<RemoteResult> Channel::Run(const RemoteCommand& command, const StopToken& stop) {
  std::string out;
  const auto collect = [&](absl::string_view bytes) {
    if (out.size() + bytes.size() > command.max_output) {
      return MakeError(Failure::kOutputTooLarge, absl::StrCat("more than ", command.max_output, " bytes of output"));
    }
    out.append(bytes.data(), bytes.size());
    return absl::OkStatus();
  };
  absl::StatusOr<RemoteResult> result = Run(
      command, collect, [] { return false; }, stop);
  if (!result.ok() && FailureOf(result.status()) == Failure::kOutputTooLarge)
    return Annotate(result.status(), Describe(host_));
  if (result.ok()) result->out = std::move(out);
  return result;
}

absl::StatusOr<RemoteResult> Channel::Run(const RemoteCommand& command, OutputSink sink, ProgressProbe moved,
                                          const StopToken& stop) {
  SSHSYNC_RETURN_IF_ERROR(stop.status());
  if (dead_) return MakeError(Failure::kInternal, "a dead channel was used");
  SSHSYNC_ASSIGN_OR_RETURN(const std::string frame, encoder_.Command(command.script, command.input));

  FrameDecoder decoders[2] = {{encoder_.label(), FrameDecoder::kOut}, {encoder_.label(), FrameDecoder::kErr}};
  BoundedText err(command.max_stderr);
  Tail last_words;
  const auto take_err = [&](absl::string_view bytes) {
    err.Append(bytes);
    last_words.Append(bytes);
    return absl::OkStatus();
  };
  absl::Status refused;  // by the sink
  const auto take_out = [&](absl::string_view bytes) { return refused = sink(bytes); };
  ProcessSet set(stop);
  set.Add(process_);
  set.Write(process_, frame);
  while (!decoders[0].finished() || !decoders[1].finished()) {
    const ProcessOutcome outcome = set.Next(command.timeout);
    if (const auto* output = absl::get_if<ProcessOutput>(&outcome)) {
      absl::Status fed =
          output->is_err ? decoders[1].Feed(output->bytes, take_err) : decoders[0].Feed(output->bytes, take_out);
      if (!fed.ok()) fed = Fail(std::move(fed));
      if (!refused.ok()) return refused;
      SSHSYNC_RETURN_IF_ERROR(fed);
    } else if (const auto* ended = absl::get_if<ProcessEnded>(&outcome)) {
      dead_ = true;
      return ClassifySshFailure(host_, {.end = ended->end, .ready = true, .out = {}, .err = last_words.text()});
    } else if (absl::holds_alternative<WaitStopped>(outcome)) {
      dead_ = true;
      return stop.status();
    } else if (!moved()) {
      return Fail(
          MakeError(Failure::kTimeout, absl::StrCat("no output and no progress for ", Seconds(command.timeout))));
    }
  }
  if (decoders[0].number() != decoders[1].number())
    return Fail(MakeError(Failure::kUnreachable, "the end of a command arrived damaged"));
  return RemoteResult{.status = *decoders[0].number(), .out = {}, .err = err.Take()};
}

void Channel::Close() {
  if (dead_) return;
  dead_ = drain_ = true;
  ProcessSet set{StopToken()};
  set.Add(process_);
  set.Write(process_, encoder_.Farewell());
}

void Channel::AwaitEnd(absl::Duration limit) {
  ProcessSet set{StopToken()};
  set.Add(process_);
  RealClock clock;
  const absl::Time deadline = clock.Monotonic() + limit;
  while (clock.Monotonic() < deadline) {
    if (absl::holds_alternative<ProcessEnded>(set.Next(deadline - clock.Monotonic()))) return;
  }
}

bool Channel::alive() {
  if (dead_) return false;
  ProcessSet set{StopToken()};
  set.Add(process_);
  dead_ =
      !absl::holds_alternative<WaitExpired>(set.Next(absl::ZeroDuration())) || process_.out() < 0 || process_.err() < 0;
  return !dead_;
}

absl::Status Channel::Fail(absl::Status status) {
  if (status.ok()) return status;
  dead_ = true;
  return Annotate(std::move(status), Describe(host_));
}

}  // namespace sshsync
