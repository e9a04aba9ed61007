#include "tools/screen.h"

#include <sys/ioctl.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace sshsync::cli {
namespace {

ScreenSize SizeOf(int fd) {
  winsize size = {};
  if (ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0) return {};
  return {.columns = size.ws_col, .rows = size.ws_row};
}

}  // namespace

Screen::Screen(OutputStream& out, OutputStream& err, std::function<ScreenSize()> size) : out_(out), err_(err), size_(std::move(size)) {
  if (!size_) size_ = [fd = err.fd()] { return SizeOf(fd); };
}

void Screen::Out(absl::string_view lines) { Text(out_, lines); }
void Screen::Err(absl::string_view lines) { Text(err_, lines); }

void Screen::Text(OutputStream& stream, absl::string_view lines) {
  if (rows_.empty()) return stream.Write(lines);
  const std::vector<std::string> rows = rows_;
  Clear();
  stream.Write(lines);
  Show(rows);
}

void Screen::Show(const std::vector<std::string>& rows) {
  std::string frame = Up();
  for (const std::string& row : rows) absl::StrAppend(&frame, row, "\x1b[K\n");
  if (rows.size() < rows_.size() || rows.empty()) frame += "\x1b[J";
  rows_ = rows;
  err_.Write(frame);
}

void Screen::Clear() {
  if (rows_.empty()) return;
  err_.Write(absl::StrCat(Up(), "\x1b[J"));
  rows_.clear();
}

/// Back to the first live row. A window that became narrower has broken rows into several lines.
std::string Screen::Up() const {
  if (rows_.empty()) return "";
  const size_t columns = std::max<size_t>(size_().columns, 1);
  size_t lines = 0;
  for (const std::string& row : rows_) lines += std::max<size_t>(1, (DisplayWidth(row) + columns - 1) / columns);
  return absl::StrCat("\x1b[", lines, "F");
}

size_t DisplayWidth(absl::string_view text) {
  size_t width = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\x1b') {
      while (i < text.size() && text[i] != 'm') ++i;
    } else if ((static_cast<unsigned char>(text[i]) & 0xC0) != 0x80) {
      ++width;
    }
  }
  return width;
}

}  // namespace sshsync::cli
