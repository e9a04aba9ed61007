#ifndef SSHSYNC_STAGE_FRAMED_STREAM_H_
#define SSHSYNC_STAGE_FRAMED_STREAM_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace sshsync {

/// One file of a framed stream.
struct Frame {
  std::string name;  ///< relative path; any bytes but NUL
  int64_t size = 0;  ///< bytes, as listed on the parent
};

/// Small files in one stream that needs no archiver: for hosts without a tar, and for names that it cannot take (too
/// long for ustar, unspeakable in a list). The files stand one behind the other with nothing in between, and are cut
/// apart on the child by the sizes that the parent's listing gave. A file whose size has changed since shifts all
/// behind it: they are read back as something else, and go again in smaller groups, at last alone. Both are shell text
/// that runs in the files' folder, which both sides have entered; POSIX alone. A process for each file on the child.
///
///     passage = {.reader = StrCat("cd /m || exit 1\n", FramedReader(frames, 20'000)), .writer = StrCat("cd /stage/1 ||
///     exit 1\n", FramedWriter(frames))};
std::string FramedReader(absl::Span<const Frame> frames, size_t argument_bytes);

/// The stream is kept in kFramedName while it is cut: dd takes from a pipe what is there, and from a file all that it
/// is told to.
std::string FramedWriter(absl::Span<const Frame> frames);

/// In the folder of an attempt; no file of a repository has that name.
inline constexpr absl::string_view kFramedName = ".sshsync";

}  // namespace sshsync

#endif  // SSHSYNC_STAGE_FRAMED_STREAM_H_
