#include "sshsync/digest/digest.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace sshsync {
namespace {

bool IsNumber(absl::string_view text) {
  return !text.empty() && text.size() <= 20 && std::all_of(text.begin(), text.end(), absl::ascii_isdigit);
}

}  // namespace

absl::optional<Digest> Digest::FromHex(absl::string_view hex) {
  constexpr size_t kLengths[] = {32, 40, 56, 64, 96, 128};
  if (std::find(std::begin(kLengths), std::end(kLengths), hex.size()) == std::end(kLengths)) return absl::nullopt;
  if (!std::all_of(hex.begin(), hex.end(), absl::ascii_isxdigit)) return absl::nullopt;
  return Digest(absl::AsciiStrToLower(hex));
}

absl::optional<Digest> Digest::FromCrc(absl::string_view crc, absl::string_view size) {
  if (!IsNumber(crc) || !IsNumber(size)) return absl::nullopt;
  return Digest(absl::StrCat(crc, " ", size));
}

std::string Digest::kind() const {
  if (empty()) return "none";
  return is_crc() ? "CRC and size" : absl::StrCat(text_.size(), " hex digits");
}

bool Digest::SameKind(const Digest& other) const {
  return is_crc() == other.is_crc() && (is_crc() || text_.size() == other.text_.size());
}

}  // namespace sshsync
