#include "sshsync/route/routes.h"

namespace sshsync {

Routes::Routes(RunContext& context, RemoteRepository& parent, RemoteRepository& child, std::string scratch)
    : context_(context),
      parent_(parent),
      child_(child),
      scratch_(std::move(scratch)),
      order_(RoutesOf(child.config())) {
  const std::string& program = child.config().peerssh;
  peers_.emplace(Route::kPull, PeerConnection::Make(child.config(), parent.config(), program));
  peers_.emplace(Route::kPush, PeerConnection::Make(parent.config(), child.config(), program));
  if (order_.size() == 1) Set(order_[0]);
}

absl::Status Routes::status() const {
  absl::Status first;
  for (const Route route : order_) {
    const auto peer = peers_.find(route);
    if (peer == peers_.end() || peer->second.ok()) return absl::OkStatus();
    if (first.ok()) first = peer->second.status();
  }
  return first;
}

std::string Routes::How(Route route) const {
  if (route == Route::kRelay) return "relayed by the controller";
  const auto& peer = peers_.at(route);
  return absl::StrCat(route == Route::kPush ? "pushed through " : "through ", peer.ok() ? peer->display() : "");
}

absl::Status Routes::Move(Stream& stream, Stream::Place place) {
  if (stream.session && stream.place == place) return absl::OkStatus();
  Close(stream);
  const Repository& at = place == Stream::Place::kChild ? child_.config() : parent_.config();
  auto session = context_.runner.Open(at.endpoint, context_.drain);
  if (!session.ok()) return place == Stream::Place::kChild ? session.status() : parent_.Located(session.status());
  stream.session = *std::move(session);
  stream.place = place;
  return absl::OkStatus();
}

void Routes::Close(Stream& stream) {
  Disconnect(stream, true);
  stream.session = nullptr;
  stream.place = Stream::Place::kNowhere;
}

void Routes::Disconnect(Stream& stream, bool session_ends) {
  if (stream.session && !stream.control.empty()) {
    (void)stream.session->Run(
        {.script = stream.peer->DisconnectText(stream.control, session_ends),
         .timeout = absl::Seconds(10),
         .writes = true},
        [](absl::string_view) { return absl::OkStatus(); }, [] { return false; }, context_.stop);
  }
  stream.control.clear();
  stream.peer = nullptr;
}

// Where it does not come up, each transfer logs in by itself and says what hinders it: `said` is what this one said.
absl::Status Routes::Connect(Stream& stream, const PeerConnection& peer, std::string* said) {
  if (stream.peer == &peer) return absl::OkStatus();
  Disconnect(stream);
  stream.peer = &peer;
  if (!peer.keeps_connections()) return absl::OkStatus();
  bool first = false;
  absl::optional<std::string> ciphers;
  {
    const std::lock_guard lock(logins_mu_);
    first = !std::exchange(logins_[&peer].asked, true);
    if (child_.facts().fast_ciphers && parent_.facts().fast_ciphers) ciphers = logins_[&peer].ciphers;
  }
  const std::string control = absl::StrCat("/tmp/.sshsync-", context_.run, "-", RandomMark().substr(0, 8));
  constexpr size_t kMost = 2000;
  std::string printed;
  const auto connected = stream.session->Run(
      {.script = peer.ConnectText(control, ciphers, first), .timeout = child_.config().timeout, .writes = true},
      [&](absl::string_view bytes) {
        printed.append(bytes.data(), std::min(bytes.size(), kMost - printed.size()));
        const size_t line = printed.find('\n');
        if (!absl::StartsWith(printed, "up") || line == std::string::npos) return absl::OkStatus();
        const std::lock_guard lock(logins_mu_);
        logins_[&peer].ciphers = CiphersOf(printed.substr(0, line)).value_or(logins_[&peer].ciphers);
        return absl::OkStatus();
      },
      [] { return false; }, context_.drain);
  if (first) {
    const std::lock_guard lock(logins_mu_);
    Login& login = logins_[&peer];
    login.asked = connected.ok() && connected->status == 0;
    login.silent =
        absl::StartsWith(printed, "up") && printed.substr(std::min(printed.find('\n'), printed.size())) == "\nsilent\n";
  }
  if (!connected.ok()) return connected.status();
  stream.control = control;
  if (said != nullptr && connected->status != 0) *said = connected->err;
  return absl::OkStatus();
}

absl::Status Routes::ReadyOnChild(Stream& stream, bool by_command) {
  SSHSYNC_RETURN_IF_ERROR(Move(stream, Stream::Place::kChild));
  const bool pulls = !by_command && order_.size() == 1 && order_[0] == Route::kPull;
  return pulls ? Connect(stream, pull(), nullptr) : absl::OkStatus();
}

absl::Status Routes::Ready(Stream& stream, const Sample& sample) {
  {
    // What one stream finds out is good for all of them.
    const std::lock_guard lock(mu_);
    if (!chosen_) SSHSYNC_RETURN_IF_ERROR(Choose(stream, sample));
    stream.route = *chosen_;
  }
  switch (stream.route) {
    case Route::kPull:
      SSHSYNC_RETURN_IF_ERROR(Move(stream, Stream::Place::kChild));
      return Connect(stream, pull(), nullptr);
    case Route::kPush:
      SSHSYNC_RETURN_IF_ERROR(Move(stream, Stream::Place::kParent));
      return Connect(stream, *peers_.at(Route::kPush), nullptr);
    default:
      Close(stream);
      return absl::OkStatus();
  }
}

absl::Status Routes::Choose(Stream& stream, const Sample& sample) {
  constexpr absl::Duration kSoon = absl::Seconds(3);  // what fails later was waited for long enough
  std::string others;
  absl::Status worst;  // the one that may pass, if any
  for (const Route route : order_) {
    const absl::Time began = context_.clock.Monotonic();
    absl::Status tried = Try(stream, route, sample);
    const bool quick = context_.clock.Monotonic() - began < kSoon;
    if (quick && RetryPolicy(context_.backoff, context_.drain, 1).Wait(tried).ok()) tried = Try(stream, route, sample);
    SSHSYNC_RETURN_IF_ERROR(context_.drain.status());
    if (tried.ok()) {
      Set(route);
      const std::string choice =
          absl::StrCat("route ", RouteName(route), ": ", How(route), others.empty() ? "" : "; ", others);
      if (std::exchange(told_, choice) != choice) child_.Emit(LogLevel::kInfo, choice);
      return absl::OkStatus();
    }
    absl::StrAppend(&others, others.empty() ? "" : "; ", "no ", RouteName(route), ": ", tried.message());
    if (worst.ok() || (absl::IsUnavailable(tried) && !absl::IsUnavailable(worst))) worst = tried;
  }
  return MakeError(FailureOf(worst), absl::StrCat("no route from \"", parent_.config().name, "\" works: ", others));
}

// A file that cannot be read is no fault of the way to it.
TransferPipe Routes::Trial(Route route, const Sample& sample) const {
  const std::string file = absl::StrCat(sample.folder, "/", sample.file),
                    fallback = absl::StrCat(parent_.facts().root, "/", sample.file);
  TransferPipe trial{.reader = absl::StrCat("FILEPATH=", ShellLiteral(file),
                                            "\n[ -f \"$FILEPATH\" ] || FILEPATH=", ShellLiteral(fallback),
                                            "\ndd if=\"$FILEPATH\" bs=512 count=1 2>/dev/null || :"),
                     .writer = "cat >/dev/null"};
  if (route != Route::kPush || (scratch_.empty() && child_.config().in_place())) return trial;
  Attempt attempt = NewAttempt(StageFolder(child_.config().stage, child_.facts().root), 0, "trial", Digest());
  if (!scratch_.empty()) attempt.folder = scratch_;
  const std::string folder = ShellLiteral(attempt.folder);
  trial.writer = absl::StrCat("umask 077; mkdir -p ", folder, " && cat >", ShellLiteral(attempt.staged()),
                              "\n_ss_tried=$?\nrm -rf ", folder, "\n( exit $_ss_tried )");
  return trial;
}

absl::Status Routes::Try(Stream& stream, Route route, const Sample& sample) {
  const TransferPipe trial = Trial(route, sample);
  if (route == Route::kPull) return TryPull(stream, trial);
  if (route == Route::kPush) return TryPush(stream, trial);
  SSHSYNC_ASSIGN_OR_RETURN(const Relayed relayed, Relay(trial, stream, [] { return false; }));
  const auto [status, said] = OutcomeOf(relayed);
  return status == 0 ? absl::OkStatus()
                     : MakeError(Failure::kUnreachable, CleanForTerminal(absl::StripAsciiWhitespace(said)));
}

// Nothing is held while others are waited for.
absl::StatusOr<Relayed> Routes::Relay(const TransferPipe& pipe, Stream& stream, ProgressProbe moved) {
  constexpr size_t kMostOfOnePiece = size_t{20} << 20;  // a batch, and what its archive adds
  Close(stream);
  const absl::Duration timeout = child_.config().timeout;
  const auto open = [&](const Repository& at, ByteWay way,
                        const RemoteCommand& command) -> absl::StatusOr<std::unique_ptr<RemoteBytes>> {
    return context_.runner.OpenBytes(at.endpoint, way, command, context_.drain);
  };
  const RelayPart part{
      .open_reader =
          [&] { return open(parent_.config(), ByteWay::kFromHost, {.script = pipe.reader, .timeout = timeout}); },
      .open_writer =
          [&] {
            return open(child_.config(), ByteWay::kToHost,
                        {.script = absl::StrCat(AwaitedText(pipe.writer), "exit $_ss_written\n"),
                         .timeout = timeout,
                         .writes = true});
          },
      .what = pipe.reader,
      .timeout = timeout,
      .moved = [&] { return moved(); },
      .stop = context_.drain};
  BytePump pump;
  if (pipe.in_one_piece) pump.window = kMostOfOnePiece;
  const std::shared_ptr<RelayGroup> group = stream.group ? stream.group : std::make_shared<RelayGroup>();
  auto relayed = group->Carry(part, pump);
  if (relayed.ok() && relayed->end == PumpEnd::kLeftBehind) stream.left_behind = true;
  return relayed;
}

absl::Status Routes::TryPull(Stream& stream, const TransferPipe& pipe) {
  const auto& peer = peers_.at(Route::kPull);
  SSHSYNC_RETURN_IF_ERROR(peer.status());
  SSHSYNC_RETURN_IF_ERROR(Move(stream, Stream::Place::kChild));
  std::string said;
  Disconnect(stream);
  SSHSYNC_RETURN_IF_ERROR(Connect(stream, *peer, &said));
  if (IsAboutTheConnection(said)) return WhyNoWay(PeerEndpoint(parent_.config()), said, "reader");
  SSHSYNC_ASSIGN_OR_RETURN(
      const RemoteResult result,
      stream.session->Run(
          {.script = peer->PullText(pipe.reader, pipe.writer, stream.control),
           .timeout = child_.config().timeout,
           .writes = true},
          [](absl::string_view) { return absl::OkStatus(); }, [] { return false; }, context_.drain));
  return result.status == 0 ? absl::OkStatus() : WhyNoWay(PeerEndpoint(parent_.config()), result.err, "reader");
}

absl::Status Routes::TryPush(Stream& stream, const TransferPipe& pipe) {
  const auto& peer = peers_.at(Route::kPush);
  SSHSYNC_RETURN_IF_ERROR(peer.status());
  SSHSYNC_RETURN_IF_ERROR(Move(stream, Stream::Place::kParent));
  std::string said;
  TextTail printed;
  Disconnect(stream);
  SSHSYNC_RETURN_IF_ERROR(Connect(stream, *peer, &said));
  if (IsAboutTheConnection(said)) return WhyNoWay(PeerEndpoint(child_.config()), said, "writer");
  const std::string mark = RandomMark();
  SSHSYNC_ASSIGN_OR_RETURN(
      const RemoteResult result,
      stream.session->Run(
          {.script = peer->PushText(pipe.reader, pipe.writer, mark, stream.control),
           .timeout = child_.config().timeout,
           .writes = true},
          [&](absl::string_view bytes) { return printed.Append(bytes); }, [] { return false; }, context_.drain));
  if (result.status == 0 && HasFinalWord(printed.text(), mark)) return absl::OkStatus();
  return WhyNoWay(PeerEndpoint(child_.config()), result.err, "writer");
}

absl::StatusOr<std::string> Routes::Carry(const TransferPipe& pipe, Stream& stream, ProgressProbe moved) {
  if (stream.route == Route::kRelay) {
    SSHSYNC_ASSIGN_OR_RETURN(const Relayed relayed, Relay(pipe, stream, moved));
    const auto [status, said] = OutcomeOf(relayed);
    return ReplayText(status, said);
  }
  const PeerConnection& peer = *peers_.at(Route::kPush);
  SSHSYNC_RETURN_IF_ERROR(Move(stream, Stream::Place::kParent));
  SSHSYNC_RETURN_IF_ERROR(Connect(stream, peer, nullptr));
  const std::string mark = RandomMark();
  TextTail printed;
  SSHSYNC_ASSIGN_OR_RETURN(const RemoteResult result,
                           stream.session->Run(
                               {.script = peer.PushText(pipe.reader, pipe.writer, mark, stream.control),
                                .timeout = child_.config().timeout,
                                .writes = true},
                               [&](absl::string_view bytes) { return printed.Append(bytes); }, moved, context_.drain));
  if (HasFinalWord(printed.text(), mark)) return ReplayText(result.status, result.err);
  return Annotate(MakeError(Failure::kUnreachable, "the end of the writer was not seen"),
                  std::string(WhyNoWay(PeerEndpoint(child_.config()), result.err, "writer").message()));
}

absl::Status Routes::Look(const RemoteCommand& command, OutputSink sink) {
  for (RetryPolicy again(context_.backoff, context_.drain, child_.config().retries, false);;) {
    const auto result = context_.runner.Run(child_.config().endpoint, command, context_.drain);
    if (result.ok()) return sink(result->out);
    SSHSYNC_RETURN_IF_ERROR(again.Wait(result.status()));
  }
}

}  // namespace sshsync
