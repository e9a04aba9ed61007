#include "tools/cli/view/screen.h"

#include <sys/ioctl.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "tools/cli/text/display_width.h"

namespace sshsync::cli {
namespace {

ScreenSize SizeOf(int fd) {
  winsize size = {};
  if (ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0) return {};
  return {.columns = size.ws_col, .rows = size.ws_row};
}

}  // namespace

Screen::Screen(OutputStream& out, OutputStream& err, std::function<ScreenSize()> size)
    : out_(out), err_(err), size_(std::move(size)) {
  if (!size_) size_ = [fd = err.fd()] { return SizeOf(fd); };
}

void Screen::Out(absl::string_view lines) { Text(out_, lines); }
void Screen::Err(absl::string_view lines) { Text(err_, lines); }

void Screen::Text(OutputStream& stream, absl::string_view lines) {
  // What goes into a file or a pipe does not disturb the rows.
  if (rows_.empty() || !stream.is_terminal()) return stream.Write(lines);
  // In one write: the text in the place of the rows, and these below it. What stood there is overwritten, and what is
  // left of it erased.
  std::string frame = Up();
  for (const absl::string_view line : absl::StrSplit(absl::StripSuffix(lines, "\n"), '\n'))
    absl::StrAppend(&frame, line, "\x1b[K\n");
  for (const std::string& row : rows_) absl::StrAppend(&frame, row, "\x1b[K\n");
  stream.Write(absl::StrCat(frame, "\x1b[J"));
  drawn_for_ = size_();
}

void Screen::Show(const std::vector<std::string>& rows) {
  const ScreenSize size = size_();
  if (rows == rows_ && size == drawn_for_) return;
  std::string frame = Up();
  for (const std::string& row : rows) absl::StrAppend(&frame, row, "\x1b[K\n");
  // Below may stand what a narrower window made of the former rows.
  if (rows.size() < rows_.size() || rows.empty() || (!rows_.empty() && !(size == drawn_for_))) frame += "\x1b[J";
  rows_ = rows;
  drawn_for_ = size;
  err_.Write(frame);
}

void Screen::Clear() {
  if (rows_.empty()) return;
  err_.Write(absl::StrCat(Up(), "\x1b[J"));
  rows_.clear();
}

void Screen::Around(absl::FunctionRef<void()> write) {
  const std::vector<std::string> rows = rows_;
  Clear();
  write();
  if (!rows.empty()) Show(rows);
}

/// Back to the first live row. A window that became narrower has broken rows into several lines.
std::string Screen::Up() const {
  if (rows_.empty()) return "";
  const size_t columns = std::max<size_t>(size_().columns, 1);
  size_t lines = 0;
  for (const std::string& row : rows_) lines += std::max<size_t>(1, (DisplayWidth(row) + columns - 1) / columns);
  return absl::StrCat("\x1b[", lines, "F");
}

bool WantsColour(const OutputStream& stream) {
  const char* no_color = getenv("NO_COLOR");
  return stream.is_terminal() && (no_color == nullptr || *no_color == '\0');
}

}  // namespace sshsync::cli
