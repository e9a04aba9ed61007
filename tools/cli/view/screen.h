#ifndef SSHSYNC_TOOLS_CLI_VIEW_SCREEN_H_
#define SSHSYNC_TOOLS_CLI_VIEW_SCREEN_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "tools/cli/view/output_stream.h"

namespace sshsync::cli {

/// Columns and rows of a terminal.
struct ScreenSize {
  size_t columns = 80;
  size_t rows = 24;

  friend bool operator==(const ScreenSize&, const ScreenSize&) = default;
};

/// What a person looks at: text that scrolls away on stdout and stderr, and below it, on a terminal, a few live rows
/// that are drawn over. Each change is one write, old rows are overwritten and not erased first, so that nothing
/// flickers; text pushes the live rows down. (The alternate screen was rejected: what it showed is gone at the end.)
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

  /// Puts these rows in the place of the former ones; nothing where they stand there already. Rows are without newlines
  /// and fit the width.
  void Show(const std::vector<std::string>& rows);
  /// Takes the live rows away.
  void Clear();
  /// Has somebody else write lines to the terminal, in between.
  void Around(absl::FunctionRef<void()> write);

  ScreenSize size() const { return size_(); }
  bool err_is_terminal() const { return err_.is_terminal(); }

 private:
  std::string Up() const;
  void Text(OutputStream& stream, absl::string_view lines);

  OutputStream& out_;
  OutputStream& err_;
  std::function<ScreenSize()> size_;
  std::vector<std::string> rows_;
  ScreenSize drawn_for_;  // the window when they were drawn
};

/// Whether colours are welcome there: it is a terminal, and NO_COLOR is not set or empty.
bool WantsColour(const OutputStream& stream);

}  // namespace sshsync::cli

#endif  // SSHSYNC_TOOLS_CLI_VIEW_SCREEN_H_
