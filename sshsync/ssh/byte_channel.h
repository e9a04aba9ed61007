#ifndef SSHSYNC_SSH_BYTE_CHANNEL_H_
#define SSHSYNC_SSH_BYTE_CHANNEL_H_

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "sshsync/process/process.h"
#include "sshsync/process/stop.h"
#include "sshsync/ssh/channel.h"
#include "sshsync/ssh/frame.h"
#include "sshsync/ssh/runner.h"

namespace sshsync {

/// One ssh process with one command at its other end, whose stdin or stdout is a stream of bytes (RemoteBytes says what
/// that means). The process's own end of that pipe is handed out as it is. What else it prints is listened to by a
/// thread of its own, so that nobody who moves bytes has to.
///
/// A command that prints is fed through a channel's preamble, whose open stdin is the dead man's handle, and answers on
/// stderr. A command that reads is run by a shell that takes it from the first line of its stdin, after it was seen to
/// be ready: a login that prints or reads does no harm.
///
/// Ownership: owns the process and the thread; the destructor ends both. Threads: one at a time, besides its own.
class ByteChannel : public RemoteBytes {
 public:
  static absl::StatusOr<std::unique_ptr<ByteChannel>> Open(const Endpoint& host, ByteWay way,
                                                           const RemoteCommand& command, const ChannelOptions& options,
                                                           const StopToken& stop);
  ~ByteChannel() override;
  ByteChannel(const ByteChannel&) = delete;
  ByteChannel& operator=(const ByteChannel&) = delete;

  int fd() const override { return fd_; }
  void Close() override;
  absl::StatusOr<RemoteResult> Finish(ProgressProbe moved, const StopToken& stop) override;

 private:
  ByteChannel(const Endpoint& host, ByteWay way, const RemoteCommand& command, const ChannelOptions& options,
              Process process);
  absl::Status Begin();
  void Listen(std::string first);

  // Constant after construction.
  const Endpoint host_;
  const ByteWay way_;
  const RemoteCommand command_;
  // The caller's thread.
  FrameEncoder encoder_;
  Process process_;  // the listener's, once that runs
  int fd_ = -1;
  StopSource over_;
  std::mutex mu_;
  std::condition_variable changed_;
  // Protected by mu_.
  absl::optional<absl::StatusOr<RemoteResult>> ended_;
  uint64_t heard_ = 0;     // how often it printed something
  std::jthread listener_;  // Last, so that it ends first.
};

}  // namespace sshsync

#endif  // SSHSYNC_SSH_BYTE_CHANNEL_H_
