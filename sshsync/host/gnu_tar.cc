#include "sshsync/host/gnu_tar.h"

#include <numeric>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace sshsync {
namespace {

constexpr size_t kRecord = 512;
constexpr absl::string_view kLongName = "././@LongLink";
constexpr size_t kUstarPrefix = 155;

std::string Padded(std::string bytes, size_t size) {
  bytes.resize(size, '\0');
  return bytes;
}

std::string Whole(absl::string_view bytes) {
  return Padded(std::string(bytes), (bytes.size() + kRecord - 1) / kRecord * kRecord);
}

std::string Header(absl::string_view name, char type, size_t size, int mode, int64_t mtime) {
  const auto octal = [](size_t width, int64_t value) {
    return Padded(absl::StrFormat("%0*o", static_cast<int>(width) - 1, value), width);
  };
  const std::string begin =
      absl::StrCat(Padded(std::string(name.substr(0, kTarName)), kTarName), octal(8, mode), octal(8, 0), octal(8, 0),
                   octal(12, static_cast<int64_t>(size)), octal(12, mtime));
  const std::string end = absl::StrCat(std::string(1, type), std::string(100, '\0'), "ustar  ");
  // The sum counts its own place as blanks.
  const int64_t sum = std::accumulate(begin.begin(), begin.end(), int64_t{8 * ' '},
                                      [](int64_t sum, char c) { return sum + static_cast<unsigned char>(c); });
  return Whole(absl::StrCat(begin, octal(7, std::accumulate(end.begin(), end.end(), sum)), " ", end));
}

}  // namespace

std::string GnuTar(absl::Span<const TarFile> files) {
  std::string archive;
  for (const TarFile& file : files) {
    if (file.name.size() > kTarName) {
      const std::string name = absl::StrCat(file.name, std::string(1, '\0'));
      absl::StrAppend(&archive, Header(kLongName, 'L', name.size(), 0644, 0), Whole(name));
    }
    absl::StrAppend(&archive, Header(file.name, '0', file.content.size(), file.mode, file.mtime), Whole(file.content));
  }
  return absl::StrCat(archive, std::string(2 * kRecord, '\0'));
}

bool FitsUstar(absl::string_view name) {
  if (name.size() <= kTarName) return true;
  for (size_t slash = name.find('/'); slash != absl::string_view::npos && slash <= kUstarPrefix;
       slash = name.find('/', slash + 1)) {
    if (slash > 0 && name.size() - slash - 1 <= kTarName) return true;
  }
  return false;
}

}  // namespace sshsync
