#include "sshsync/record/report/metrics.h"

#include <cstdint>

#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "sshsync/record/state/state.h"

namespace sshsync {
namespace {

std::string Seconds(absl::Duration duration) { return absl::StrFormat("%.3f", absl::ToDoubleSeconds(duration)); }
std::string Timestamp(absl::Time time) { return Seconds(time - absl::UnixEpoch()); }

std::string Head(absl::string_view name, absl::string_view help) {
  return absl::StrCat("# HELP ", name, " ", help, "\n# TYPE ", name, " gauge\n");
}

std::string Labels(absl::string_view repository, absl::string_view parent) {
  const auto escaped = [](absl::string_view text) {
    return absl::StrReplaceAll(text, {{"\\", "\\\\"}, {"\"", "\\\""}, {"\n", "\\n"}});
  };
  return absl::StrCat("{repository=\"", escaped(repository), "\",parent=\"", escaped(parent), "\"}");
}

}  // namespace

std::string MetricsText(const Report& report, int exit_code, const std::map<std::string, RepositoryRecord>& known,
                        absl::Time now) {
  std::string text;
  const auto single = [&text](absl::string_view name, absl::string_view help, const std::string& value) {
    absl::StrAppend(&text, Head(name, help), name, " ", value, "\n");
  };
  const auto of_known = [&](absl::string_view name, absl::string_view help,
                            absl::FunctionRef<std::string(absl::Time)> value) {
    absl::StrAppend(&text, Head(name, help));
    for (const auto& [repository, record] : known) {
      if (record.last_equal == absl::InfinitePast()) continue;
      absl::StrAppend(&text, name, Labels(repository, record.parent), " ", value(record.last_equal), "\n");
    }
  };
  const auto of_run = [&](absl::string_view name, absl::string_view help,
                          absl::FunctionRef<std::string(const RepositoryReport&)> value) {
    absl::StrAppend(&text, Head(name, help));
    for (const RepositoryReport& repository : report.repositories) {
      absl::StrAppend(&text, name, Labels(repository.name, repository.parent), " ", value(repository), "\n");
    }
  };
  single("sshsync_run_ended_timestamp_seconds", "When the last run ended.", Timestamp(report.ended));
  single("sshsync_run_duration_seconds", "How long it took.", Seconds(report.ended - report.started));
  single("sshsync_run_exit_code", "Its exit code; 0 is success.", absl::StrCat(exit_code));
  of_known("sshsync_repository_last_equal_timestamp_seconds", "When the repository last equalled its parent.",
           Timestamp);
  of_known("sshsync_repository_lag_seconds", "How long ago that was when this was written.",
           [now](absl::Time at) { return Seconds(now - at); });
  of_run("sshsync_repository_ok", "Whether the repository equals its parent after the last run.",
         [](const RepositoryReport& one) { return std::string(EndedWell(one) ? "1" : "0"); });
  of_run("sshsync_repository_duration_seconds", "How long its hop took.", [](const RepositoryReport& one) {
    const bool known_times = one.started != absl::InfiniteFuture() && one.ended != absl::InfiniteFuture();
    return Seconds(known_times ? one.ended - one.started : absl::ZeroDuration());
  });
  of_run("sshsync_repository_bytes", "Bytes of content that were published.",
         [](const RepositoryReport& one) { return absl::StrCat(one.bytes); });
  of_run("sshsync_repository_files", "Files that were copied, replaced or deleted.",
         [](const RepositoryReport& one) { return absl::StrCat(one.copied + one.replaced + one.deleted); });
  of_run("sshsync_repository_failures", "Files that failed, and one for the repository itself.",
         [](const RepositoryReport& one) { return absl::StrCat(one.failed + (one.failure != Failure::kNone)); });
  return absl::StrCat(text, "# EOF\n");
}

}  // namespace sshsync
