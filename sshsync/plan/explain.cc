#include "sshsync/plan/explain.h"

#include <string>

namespace sshsync {

FileOutcome Explain(const PlanItem& item, Verb verb) {
  const FileEntry& file = item.parent != nullptr ? *item.parent : *item.child;
  FileOutcome outcome{.path = file.path, .action = std::string(ActionName(item.action)), .bytes = file.stat.size, .digest = file.digest.text()};
  if (verb == Verb::kVerify) outcome.failure = Failure::kDiffers;
  switch (item.action) {
    case Action::kCopy: outcome.message = "the child does not have it"; break;
    case Action::kDelete: outcome.message = "the parent does not have it"; break;
    default:
      outcome.message = verb == Verb::kVerify         ? "the child's content differs"
                        : item.child->digest.empty() ? "no regular file stands there"
                                                      : "the digests differ";
  }
  return outcome;
}

}  // namespace sshsync
