#ifndef SSHSYNC_HOST_GNU_TAR_H_
#define SSHSYNC_HOST_GNU_TAR_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace sshsync {

/// A regular file of an archive.
struct TarFile {
  std::string name;  ///< as it stands in the archive; any bytes but NUL
  std::string content;
  int mode = 0644;
  int64_t mtime = 0;  ///< seconds since 1970
};

/// Longest name in an entry's own header of GNU's format, in bytes. A longer one stands in an entry `././@LongLink` of
/// type L in front of it.
inline constexpr size_t kTarName = 100;

/// An archive as GNU tar writes it, to see what a host's tar makes of one. Source of the format: "Basic Tar Format" in
/// GNU tar's manual.
///
///     RunOnHost("tar -xpof -", GnuTar({{.name = "./a", .content = "abc"}}));
std::string GnuTar(absl::Span<const TarFile> files);

/// Whether a header of POSIX 1988 (ustar) has room for the name: kTarName bytes, or a folder of up to 155 in front of
/// them.
bool FitsUstar(absl::string_view name);

}  // namespace sshsync

#endif  // SSHSYNC_HOST_GNU_TAR_H_
