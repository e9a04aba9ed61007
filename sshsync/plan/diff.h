#ifndef SSHSYNC_PLAN_DIFF_H_
#define SSHSYNC_PLAN_DIFF_H_

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "sshsync/model/manifest.h"
#include "sshsync/model/plan.h"

namespace sshsync {

/// Compares a child with its parent, digest by digest: one merge over the two sorted manifests, linear in their length.
/// A file of the child without a digest (it was a link, or could not be read) differs from every parent file.
/// `excluded` names the paths that leave the plan: failed at the parent, without a usable digest, deselected. The plan
/// points into both manifests.
///
///     const Plan plan = Diff(parent, child, [](absl::string_view) { return false; });
Plan Diff(const Manifest& parent, const Manifest& child, absl::FunctionRef<bool(absl::string_view path)> excluded);

/// The child's manifest as it is once the plan is carried out: what its own children are compared with. Give it the
/// manifest away where the plan is no longer needed: at a million files a further copy is what no longer fits into the
/// memory that is promised.
Manifest AfterPlan(Manifest child, const Plan& plan);

/// Whether a file of the parent has probably changed since it was brought to the child, by what two listings say of it:
/// another size, or a later mtime. A guess that may be wrong either way: it decides what is worth preparing, nothing
/// else.
bool LikelyChanged(const FileStat& parent, const FileStat& child);

}  // namespace sshsync

#endif  // SSHSYNC_PLAN_DIFF_H_
