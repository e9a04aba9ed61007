#ifndef SSHSYNC_TOOLS_SCREEN_H_
#define SSHSYNC_TOOLS_SCREEN_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "tools/output_stream.h"

namespace sshsync::cli {

/// Columns and rows of a terminal.
struct ScreenSize {
  size_t columns = 80;
  size_t rows = 24;
};

/// What a person looks at: text that scrolls away on stdout and stderr, and below it, on a terminal, a few live rows that are drawn over.
/// Each change is one write, old rows are overwritten and not erased first, so that nothing flickers; text pushes the live rows down.
/// (The alternate screen was rejected: what it showed is gone at the end.)
/// Does not own the streams. Threads: one at a time.
class Screen {
 public:
  /// Asked at each drawing, so that a window may change its size; by default the terminal behind `err`.
  Screen(OutputStream& out, OutputStream& err, std::function<ScreenSize()> size = nullptr);
  ~Screen() { Clear(); }
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;

  /// Whole lines.
  void Out(absl::string_view lines);
  void Err(absl::string_view lines);

  /// Puts these rows in the place of the former ones. Rows are without newlines and fit the width.
  void Show(const std::vector<std::string>& rows);
  /// Takes the live rows away.
  void Clear();

  ScreenSize size() const { return size_(); }
  bool err_is_terminal() const { return err_.is_terminal(); }

 private:
  std::string Up() const;
  void Text(OutputStream& stream, absl::string_view lines);

  OutputStream& out_;
  OutputStream& err_;
  std::function<ScreenSize()> size_;
  std::vector<std::string> rows_;
};

/// The number of columns that clean text takes: one per UTF-8 character, none for colour sequences.
size_t DisplayWidth(absl::string_view text);

}  // namespace sshsync::cli

#endif  // SSHSYNC_TOOLS_SCREEN_H_
