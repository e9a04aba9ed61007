#include "sshsync/text/escape.h"

#include <cstdint>

#include "absl/strings/str_cat.h"

namespace sshsync {
namespace {

bool IsInvisible(uint32_t point) {
  return point < 0x20 || (point >= 0x7f && point < 0xa0)                                  // control characters
         || point == 0xad || point == 0x61c || point == 0x180e || point == 0xfeff         // marks without a width
         || (point >= 0x200b && point <= 0x200f) || (point >= 0x2028 && point <= 0x202e)  // separators and direction
         || (point >= 0x2060 && point <= 0x206f) || (point >= 0xfff9 && point <= 0xfffb) ||
         (point >= 0xe0000 && point <= 0xe0fff);
}

std::string Escape(absl::string_view bytes, bool double_backslash) {
  constexpr char kHex[] = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size());
  while (!bytes.empty()) {
    size_t length = PrintableLength(bytes);
    if (length > 0) {
      if (bytes[0] == '\\' && double_backslash) text += '\\';
      absl::StrAppend(&text, bytes.substr(0, length));
    } else if (bytes[0] == '\n') {
      text += "\\n";
    } else if (bytes[0] == '\t') {
      text += "\\t";
    } else {
      const auto byte = static_cast<unsigned char>(bytes[0]);
      for (const char c : {'\\', 'x', kHex[byte >> 4], kHex[byte & 15]}) text += c;
    }
    bytes.remove_prefix(length > 0 ? length : 1);
  }
  return text;
}

}  // namespace

size_t PrintableLength(absl::string_view bytes) {
  if (bytes.empty()) return 0;
  const auto first = static_cast<unsigned char>(bytes[0]);
  const size_t length = first < 0x80   ? 1
                        : first < 0xc2 ? 0
                        : first < 0xe0 ? 2
                        : first < 0xf0 ? 3
                        : first < 0xf5 ? 4
                                       : 0;
  if (length == 0 || bytes.size() < length) return 0;
  uint32_t point = length == 1 ? first : first & (0x7f >> length);
  for (size_t i = 1; i < length; ++i) {
    const auto next = static_cast<unsigned char>(bytes[i]);
    if ((next & 0xc0) != 0x80) return 0;
    point = point << 6 | (next & 0x3f);
  }
  const bool malformed = (length == 3 && point < 0x800) || (length == 4 && point < 0x10000) || point > 0x10ffff ||
                         (point >= 0xd800 && point < 0xe000);
  return malformed || IsInvisible(point) ? 0 : length;
}

std::string EscapeForTerminal(absl::string_view bytes) { return Escape(bytes, /*double_backslash=*/true); }

std::string CleanForTerminal(absl::string_view bytes) { return Escape(bytes, /*double_backslash=*/false); }

}  // namespace sshsync
