#include "sshsync/ssh/channel.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "sshsync/base/status.h"
#include "sshsync/process/clock.h"

namespace sshsync {
namespace {

std::string Seconds(absl::Duration duration) { return absl::FormatDuration(duration); }

}  // namespace

absl::Status AwaitShell(const Endpoint& host, Process& process, absl::string_view preamble, absl::string_view label,
                        const ChannelOptions& options, const StopToken& stop) {
  ProcessSet set(stop);
  set.Add(process);
  if (!preamble.empty()) set.Write(process, preamble);
  FrameDecoder decoders[2] = {{std::string(label), FrameDecoder::kOut}, {std::string(label), FrameDecoder::kErr}};
  TextTail noise[2];
  RealClock clock;
  const absl::Duration limit = host.connect_timeout * options.login_factor;
  const absl::Time deadline = clock.Monotonic() + limit;
  while (!decoders[0].finished() || !decoders[1].finished()) {
    const ProcessOutcome outcome = set.Next(deadline - clock.Monotonic());
    if (const auto* output = absl::get_if<ProcessOutput>(&outcome)) {
      TextTail& tail = noise[output->is_err];
      absl::Status fed =
          decoders[output->is_err].Feed(output->bytes, [&tail](absl::string_view bytes) { return tail.Append(bytes); });
      if (fed.ok() && tail.total() > options.max_noise)
        fed = MakeError(Failure::kNoShell, "the login prints without end");
      if (!fed.ok()) return Annotate(fed, Describe(host));
    } else if (const auto* ended = absl::get_if<ProcessEnded>(&outcome)) {
      return ClassifySshFailure(host,
                                {.end = ended->end, .ready = false, .out = noise[0].text(), .err = noise[1].text()});
    } else if (absl::holds_alternative<WaitExpired>(outcome)) {
      return Annotate(MakeError(Failure::kTimeout, absl::StrCat("the login gave no shell within ", Seconds(limit))),
                      Describe(host));
    } else {
      return stop.status();
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<Channel>> Channel::Open(const Endpoint& host, const ChannelOptions& options,
                                                       const StopToken& stop) {
  SSHSYNC_RETURN_IF_ERROR(stop.status());
  absl::StatusOr<Process> process = Process::Start(ShellAt(host, options.ssh));
  if (!process.ok()) return Annotate(process.status(), Describe(host));
  std::unique_ptr<Channel> channel(new Channel(host, options, *std::move(process)));
  SSHSYNC_RETURN_IF_ERROR(AwaitShell(host, channel->process_, channel->encoder_.Preamble(host.shell),
                                     channel->encoder_.ready_label(), options, stop));
  return channel;
}

Channel::Channel(const Endpoint& host, const ChannelOptions& options, Process process)
    : host_(host), encoder_(options.nonce.empty() ? RandomMark() : options.nonce), process_(std::move(process)) {}

Channel::~Channel() {
  process_.CloseIn();
  if (!drain_) AwaitEnd(Process::kGrace);
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
  TextTail last_words;
  const auto take_err = [&](absl::string_view bytes) {
    err.Append(bytes);
    return last_words.Append(bytes);
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
