#ifndef SSHSYNC_PLAN_EXPLAIN_H_
#define SSHSYNC_PLAN_EXPLAIN_H_

#include <cstdint>
#include <string>

#include "sshsync/model/plan.h"
#include "sshsync/model/report.h"

namespace sshsync {

/// What would become of a planned file, and why; for kVerify, in what it differs from its parent.
FileOutcome Explain(const PlanItem& item, Verb verb);

/// The plan in one line: `3 equal, 1 to copy, 0 to replace, 2 extra`, and how many were `excluded` if any.
std::string Summary(const Plan& plan, int64_t excluded);

}  // namespace sshsync

#endif  // SSHSYNC_PLAN_EXPLAIN_H_
