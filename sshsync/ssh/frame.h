#ifndef SSHSYNC_SSH_FRAME_H_
#define SSHSYNC_SSH_FRAME_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "sshsync/base/random.h"

namespace sshsync {

/// A text as `printf %b` takes it, in letters, digits, `/._-` and backslashes only: what every login shell reads alike,
/// in single quotes.
std::string OctalText(absl::string_view text);

/// How many bytes of FrameEncoder::TakenLine this part of a script takes, and how many there may be: a pipe has room
/// for them before anybody reads.
size_t TakenBytes(absl::string_view part);
inline constexpr size_t kMostTaken = 65'536;

/// The words of one channel: what the controller writes to a remote shell, and the marks that the shell answers with.
/// Around the output of each command the shell prints, on stdout and on stderr alike, a line with the channel's nonce,
/// the number of the frame and the exit status, so that whatever a login prints, or a command prints without a final
/// newline, cannot be taken for anything else (an end-of-file per command was rejected: that is a login per command).
///
/// Each command runs in a subshell, as one quoted word of `eval`: `exit`, redirections and syntax errors end there.
/// `echo`, not `printf`, which mksh does not have built in.
///
/// Thread-compatible value. Example, with the first command of a channel:
///
///     FrameEncoder encoder("3f...9c");
///     write(encoder.Preamble("sh"));                         // answered by encoder.ready_label()
///     write(*encoder.Command("df -Pk .", /*input=*/""));     // answered by encoder.label()
class FrameEncoder {
 public:
  explicit FrameEncoder(std::string nonce) : nonce_(std::move(nonce)) {}

  /// What a remote shell is sent first, and alone until the ready line has come: it sets the environment, says that it
  /// is ready, and hands the rest of its stdin through a watcher to a second shell, `shell`. At the end of that stdin
  /// (the connection, or the controller, is gone) the watcher ends the process group: SIGTERM, two seconds later
  /// SIGKILL. When the second shell ends, the group is ended as well.
  std::string Preamble(absl::string_view shell) const;

  /// The next frame: runs `script` with `input` as stdin, /dev/null where it is empty. Input is lines: a missing last
  /// newline is added. kInternal for a NUL in either, which no shell could be given.
  absl::StatusOr<std::string> Command(absl::string_view script, absl::string_view input);

  /// The same for the last command of a channel, whose stdout is bytes for somebody else: the answer comes on stderr
  /// alone, and then the end.
  absl::StatusOr<std::string> LastCommand(absl::string_view script);

  // A command whose stdin is bytes: it has no preamble and no channel.

  /// What ssh is given as the remote command, all of whose letters every login shell reads alike: `shell` answers by
  /// ready_label(), takes one line, and runs what that says.
  std::string TakeCommand(absl::string_view shell) const;
  /// That line, for `script`, which is answered as a command of a channel. Everything behind it is the command's stdin.
  absl::StatusOr<std::string> TakenLine(absl::string_view script);

  /// Ends the second shell, and with it the group; nothing stays behind on the host.
  std::string Farewell() const;

  std::string ready_label() const;
  /// The label of the frame that `Command` made last.
  std::string label() const;

 private:
  std::string nonce_;
  uint64_t sequence_ = 0;
};

/// Finds the end of one frame in one stream: passes on what precedes the mark `LABEL NUMBER\n`, as soon as it cannot be
/// part of the mark, and keeps less than a mark itself. One decoder per stream, for a frame ends on both, in no defined
/// order. The mark follows the last byte of stdout at once, so that the newline of a line need not be held back; on
/// stderr, which a shell may trace its commands on, an empty line goes before it. Thread-compatible.
///
///     FrameDecoder decoder("3f...9c-1", FrameDecoder::kOut);
///     decoder.Feed("out\n3f...9c-1 0\n", [&](absl::string_view payload) { ... return absl::OkStatus(); });   //
///     "out\n" decoder.number() == 0;
class FrameDecoder {
 public:
  enum Stream { kOut, kErr };
  using Payload = absl::FunctionRef<absl::Status(absl::string_view bytes)>;

  /// What may follow the mark: nothing, for then nothing more of that stream can be trusted; or, of the last command, a
  /// farewell of the login (a message of logging out, a word on how the shell ended), which is dropped.
  enum After { kNothing, kFarewell };

  FrameDecoder(absl::string_view label, Stream stream, After after = kNothing);

  /// Takes the next bytes of the stream. kUnreachable when a mark is damaged or bytes follow that may not. An error of
  /// `payload` is passed on.
  absl::Status Feed(absl::string_view bytes, Payload payload);

  bool finished() const { return number_.has_value(); }
  /// The exit status, or the process id in a ready line; absent until the mark has come.
  absl::optional<int> number() const { return number_; }

 private:
  /// How many of the last bytes may be the beginning of the mark.
  size_t PossibleBeginning(absl::string_view bytes) const;
  absl::Status FeedAfterMark(absl::string_view rest);

  std::string mark_;
  After after_;
  std::string held_;  // a possible beginning of the mark, or the mark and a part of its number
  absl::optional<int> number_;
};

/// A text whose middle is left out where it grows beyond a limit: the beginning tells the cause, the end tells the
/// outcome.
class BoundedText {
 public:
  explicit BoundedText(size_t limit) : limit_(limit) {}
  void Append(absl::string_view bytes);
  /// The text, with a line in its middle that says how many bytes are missing.
  std::string Take();

 private:
  size_t limit_;
  size_t dropped_ = 0;
  std::string head_, tail_;
};

/// The last bytes of a text, at least `limit` of them: for messages, and where a final word is expected.
class TextTail {
 public:
  explicit TextTail(size_t limit = size_t{8} << 10) : limit_(limit) {}
  /// Never fails: it may be a sink.
  absl::Status Append(absl::string_view bytes);
  const std::string& text() const { return text_; }
  /// Bytes, the dropped ones included.
  size_t total() const { return total_; }

 private:
  const size_t limit_;
  std::string text_;
  size_t total_ = 0;
};

}  // namespace sshsync

#endif  // SSHSYNC_SSH_FRAME_H_
