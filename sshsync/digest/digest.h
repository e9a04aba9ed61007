#ifndef SSHSYNC_DIGEST_DIGEST_H_
#define SSHSYNC_DIGEST_DIGEST_H_

#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/optional.h"

namespace sshsync {

/// A digest as a host reports it: lower-case hex digits, or a CRC with its size. The kind is the shape of the text (number of hex
/// digits), since an operator's digestcmd does not say which algorithm it uses; two digests are comparable only if they are of one kind.
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

  bool empty() const { return text_.empty(); }
  const std::string& text() const { return text_; }
  bool is_crc() const { return text_.find(' ') != std::string::npos; }
  /// `40 hex digits`, `CRC and size`, or `none`.
  std::string kind() const;
  bool SameKind(const Digest& other) const;

  friend bool operator==(const Digest&, const Digest&) = default;
  friend auto operator<=>(const Digest&, const Digest&) = default;

 private:
  explicit Digest(std::string text) : text_(std::move(text)) {}

  std::string text_;
};

}  // namespace sshsync

#endif  // SSHSYNC_DIGEST_DIGEST_H_
