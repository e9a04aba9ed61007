#include "sshsync/plan/explain.h"

#include "absl/strings/str_cat.h"

namespace sshsync {

FileOutcome Explain(const PlanItem& item, Verb verb) {
  const FileEntry& file = item.parent != nullptr ? *item.parent : *item.child;
  FileOutcome outcome{.path = file.path,
                      .action = std::string(ActionName(item.action)),
                      .bytes = file.stat.size,
                      .digest = file.digest.text()};
  if (verb == Verb::kVerify) outcome.failure = Failure::kDiffers;
  switch (item.action) {
    case Action::kCopy:
      outcome.message = "the child does not have it";
      break;
    case Action::kDelete:
      outcome.message = "the parent does not have it";
      break;
    default:
      outcome.message = verb == Verb::kVerify        ? "the child's content differs"
                        : item.child->digest.empty() ? "no regular file stands there"
                                                     : "the digests differ";
  }
  return outcome;
}

std::string Summary(const Plan& plan, int64_t excluded) {
  return absl::StrCat(plan.keeps, " equal, ", plan.copies, " to copy, ", plan.replaces, " to replace, ",
                      plan.deletes > 0 ? absl::StrCat(plan.deletes, " to delete, ") : "", plan.extra, " extra",
                      excluded > 0 ? absl::StrCat(", ", excluded, " excluded") : "");
}

}  // namespace sshsync
