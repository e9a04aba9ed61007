#ifndef SSHSYNC_RECORD_REPORT_METRICS_H_
#define SSHSYNC_RECORD_REPORT_METRICS_H_

#include <map>
#include <string>

#include "absl/time/time.h"
#include "sshsync/model/report.h"
#include "sshsync/record/run_record.h"

namespace sshsync {

/// A run in the text format of Prometheus and OpenMetrics, for node exporter's textfile collector. All are gauges, of
/// the run that ended last; names are stable:
///
///     sshsync_run_ended_timestamp_seconds                                    when it ended
///     sshsync_run_duration_seconds
///     sshsync_run_exit_code                                                  0: done
///     sshsync_repository_last_equal_timestamp_seconds{repository,parent}     when it last equalled its parent; absent:
///     never sshsync_repository_lag_seconds{repository,parent}                      how long before `now` that was
///     sshsync_repository_ok{repository,parent}                               1: it equals its parent after the run
///     sshsync_repository_duration_seconds{repository,parent}
///     sshsync_repository_bytes{repository,parent}                            content published
///     sshsync_repository_files{repository,parent}                            files copied, replaced and deleted
///     sshsync_repository_failures{repository,parent}                         files that failed, and 1 where the
///     repository did
///
/// The first two of a repository stand there for all that `known` has, the others for those of the run. The lag is that
/// of the moment of writing; an alert computes it anew: `time() - sshsync_repository_last_equal_timestamp_seconds >
/// 86400`.
std::string MetricsText(const Report& report, int exit_code, const std::map<std::string, RepositoryRecord>& known,
                        absl::Time now);

}  // namespace sshsync

#endif  // SSHSYNC_RECORD_REPORT_METRICS_H_
