#ifndef SSHSYNC_PLAN_EXPLAIN_H_
#define SSHSYNC_PLAN_EXPLAIN_H_

#include "sshsync/model/plan.h"
#include "sshsync/model/report.h"

namespace sshsync {

/// What would become of a planned file, and why; for kVerify, in what it differs from its parent.
FileOutcome Explain(const PlanItem& item, Verb verb);

}  // namespace sshsync

#endif  // SSHSYNC_PLAN_EXPLAIN_H_
