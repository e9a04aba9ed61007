#include "sshsync/digest/digest.h"

#include <algorithm>
#include <array>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace sshsync {
namespace {

bool IsNumber(absl::string_view text) {
  return !text.empty() && text.size() <= 20 && std::all_of(text.begin(), text.end(), absl::ascii_isdigit);
}

// By hex digit; -1 for what is none.
constexpr std::array<int8_t, 256> kNibbles = [] {
  std::array<int8_t, 256> nibbles{};
  nibbles.fill(-1);
  for (size_t i = 0; i < 10; ++i) nibbles['0' + i] = static_cast<int8_t>(i);
  for (size_t i = 10; i < 16; ++i) nibbles['a' + i - 10] = nibbles['A' + i - 10] = static_cast<int8_t>(i);
  return nibbles;
}();

}  // namespace

absl::optional<Digest> Digest::FromHex(absl::string_view hex) {
  constexpr size_t kLengths[] = {32, 40, 56, 64, 96, 128};
  if (std::find(std::begin(kLengths), std::end(kLengths), hex.size()) == std::end(kLengths)) return absl::nullopt;
  Digest digest;
  digest.size_ = static_cast<uint8_t>(hex.size() / 2);
  int seen = 0;
  for (size_t i = 0; i < digest.size_; ++i) {
    const int high = kNibbles[static_cast<unsigned char>(hex[2 * i])],
              low = kNibbles[static_cast<unsigned char>(hex[2 * i + 1])];
    seen |= high | low;
    digest.bytes_[i] = static_cast<uint8_t>(static_cast<unsigned>(high) << 4 | static_cast<unsigned>(low));
  }
  return seen >= 0 ? absl::make_optional(digest) : absl::nullopt;
}

absl::optional<Digest> Digest::FromCrc(absl::string_view crc, absl::string_view size) {
  if (!IsNumber(crc) || !IsNumber(size)) return absl::nullopt;
  const std::string text = absl::StrCat(crc, " ", size);
  Digest digest;
  digest.crc_ = true;
  digest.size_ = static_cast<uint8_t>(text.size());
  std::copy(text.begin(), text.end(), digest.bytes_.begin());
  return digest;
}

std::string Digest::text() const {
  const absl::string_view bytes(reinterpret_cast<const char*>(bytes_.data()), size_);
  return crc_ ? std::string(bytes) : absl::BytesToHexString(bytes);
}

std::string Digest::kind() const {
  if (empty()) return "none";
  return crc_ ? "CRC and size" : absl::StrCat(2 * size_, " hex digits");
}

}  // namespace sshsync
