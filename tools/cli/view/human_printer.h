#ifndef SSHSYNC_TOOLS_CLI_VIEW_HUMAN_PRINTER_H_
#define SSHSYNC_TOOLS_CLI_VIEW_HUMAN_PRINTER_H_

#include "sshsync/model/event.h"
#include "sshsync/model/report.h"
#include "tools/cli/view/screen.h"

namespace sshsync::cli {

/// Tells a person about a run: what was asked for on stdout, problems on stderr. Lines are only ever appended.
/// Does not own the screen. Threads: as EventSink says; Finish after the last event.
class HumanPrinter : public EventSink {
 public:
  struct Options {
    int verbose = 0;       ///< 1: what the log holds at INFO; 2: everything
    bool itemize = false;  ///< a line for each file that was changed
    bool quiet = false;    ///< errors only
    bool problems = true;  ///< say what fails; false where the log goes to stderr and says it already
    bool warnings = true;  ///< the same for what is odd
    bool summary = false;  ///< also after a run that ended well
    bool results = true;   ///< false where stdout belongs to a program, as with --json
  };

  HumanPrinter(Screen& screen, const Options& options) : screen_(screen), options_(options) {}

  void On(const Event& event) override;
  bool watches() const override { return false; }

  /// What a plan or a comparison found, and the last line.
  void Finish(const Report& report);

 private:
  void Problem(const Event& event);
  void Detail(const Event& event);

  Screen& screen_;
  const Options options_;
};

}  // namespace sshsync::cli

#endif  // SSHSYNC_TOOLS_CLI_VIEW_HUMAN_PRINTER_H_
