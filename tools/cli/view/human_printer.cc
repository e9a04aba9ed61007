#include "tools/cli/view/human_printer.h"

#include "absl/strings/str_cat.h"
#include "sshsync/record/report/event_log.h"
#include "tools/cli/text/run_text.h"

namespace sshsync::cli {

void HumanPrinter::On(const Event& event) {
  const LogLevel level = EventLevel(event);
  if (level >= LogLevel::kWarning) return Problem(event);
  if (event.kind == EventKind::kFilePublished && options_.itemize && options_.results) {
    screen_.Out(ItemLine(event.repository, event.action, event.path));
  } else if (event.kind != EventKind::kFileProgress) {
    Detail(event);
  }
}

void HumanPrinter::Problem(const Event& event) {
  const bool is_warning = EventLevel(event) == LogLevel::kWarning;
  if (is_warning ? !options_.warnings || options_.quiet : !options_.problems) return;
  screen_.Err(is_warning ? absl::StrCat("sshsync: warning: ", EventSentence(event), "\n") : FailureBlock(event));
}

void HumanPrinter::Detail(const Event& event) {
  const int needed = EventLevel(event) >= LogLevel::kInfo ? 1 : 2;
  if (options_.verbose < needed) return;
  const std::string line = absl::StrCat(EventSentence(event), "\n");
  options_.results ? screen_.Out(line) : screen_.Err(line);
}

void HumanPrinter::Finish(const Report& report) {
  if (options_.results && report.verb == "plan") screen_.Out(PlanText(report, !options_.itemize));
  if (options_.results && report.verb == "verify")
    screen_.Out(VerifyText(report, options_.summary || options_.verbose > 0));
  if (options_.quiet) return;
  if (report.exit_code() != 0) {
    screen_.Err(SummaryLine(report));
  } else if (options_.results && (options_.summary || options_.verbose > 0)) {
    screen_.Out(SummaryLine(report));
  }
}

}  // namespace sshsync::cli
