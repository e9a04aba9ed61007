#ifndef SSHSYNC_DIGEST_DIGEST_H_
#define SSHSYNC_DIGEST_DIGEST_H_

#include <array>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/optional.h"

namespace sshsync {

/// A digest as a host reports it: hex digits in any case, or a CRC with its size. The kind is the shape of the text
/// (number of hex digits), since an operator's digestcmd does not say which algorithm it uses; two digests are
/// comparable only if they are of one kind. The bytes lie in the object (a million of them are held at once), so there
/// is no allocation; copy it freely.
///
///     const auto digest = Digest::FromHex("DA39A3EE5E6B4B0D3255BFEF95601890AFD80709");
///     digest->text() == "da39a3ee5e6b4b0d3255bfef95601890afd80709" && digest->kind() == "40 hex digits";
class Digest {
 public:
  /// No digest: a file that was not digested.
  Digest() = default;

  /// 32, 40, 56, 64, 96 or 128 hex digits in any case; anything else is nothing.
  static absl::optional<Digest> FromHex(absl::string_view hex);

  /// A CRC and a size, both decimal, as cksum prints them: weak, and the caller warns about it.
  static absl::optional<Digest> FromCrc(absl::string_view crc, absl::string_view size);

  bool empty() const { return size_ == 0; }
  bool is_crc() const { return crc_; }
  /// Lower-case hex digits, or `CRC SIZE`.
  std::string text() const;
  /// `40 hex digits`, `CRC and size`, or `none`.
  std::string kind() const;
  bool SameKind(const Digest& other) const { return crc_ == other.crc_ && (crc_ || size_ == other.size_); }

  friend bool operator==(const Digest&, const Digest&) = default;
  friend auto operator<=>(const Digest&, const Digest&) = default;

 private:
  std::array<uint8_t, 64> bytes_{};  // the digest, or the characters of `CRC SIZE`
  uint8_t size_ = 0;
  bool crc_ = false;
};

}  // namespace sshsync

#endif  // SSHSYNC_DIGEST_DIGEST_H_
