#ifndef SSHSYNC_REMOTE_SELECTION_H_
#define SSHSYNC_REMOTE_SELECTION_H_

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "sshsync/host/host_time.h"
#include "sshsync/model/repository.h"
#include "sshsync/remote/survey.h"
#include "sshsync/text/filter.h"

namespace sshsync {

/// What a child's section leaves of its parent's files for the hop: those that its filter selects and that have come to
/// rest (`settle`). The rest takes no part: it is neither copied nor deleted. What the run itself brought to the parent
/// has come to rest by that. A value; refers to the parent's contents as they were listed.
class Selection {
 public:
  /// `now`: the parent's own clock, as HostFacts has it. Errors: kConfig for a wrong filter, kCommandFailed for a clock
  /// that cannot be read.
  static absl::StatusOr<Selection> Make(const Repository& child, std::shared_ptr<const RepositorySnapshot> listed,
                                        absl::string_view now);

  /// The part of the parent's contents that the hop is about, listed or digested; the very same where that is all of
  /// them.
  std::shared_ptr<const RepositorySnapshot> Of(const std::shared_ptr<const RepositorySnapshot>& all) const;

  /// Whether the hop is about that path. `folders`: as Filter::Selects has it.
  bool Selects(absl::string_view path, Filter::Folders* folders = nullptr) const {
    return filter_.Selects(path, folders);
  }
  /// Whether the parent lists it, in whatever state it is.
  bool ParentLists(absl::string_view path) const;
  /// Files of the parent that the filter leaves out.
  int64_t excluded() const { return excluded_; }
  /// Selected files that may still be arriving, sorted.
  const std::vector<std::string>& unsettled() const { return unsettled_; }

  /// What the parent lists is not asked any more.
  void Remove() { others_.clear(), listed_ = nullptr; }

 private:
  Selection() = default;

  Filter filter_;
  std::shared_ptr<const RepositorySnapshot> listed_;
  std::set<absl::string_view> others_;  // what the parent lists beside files
  std::vector<std::string> unsettled_;
  int64_t excluded_ = 0;
};

/// A second look at files of a parent that were still arriving, at the end of a hop. Those that are settled by now are
/// digested; the others are among the failures. A file that is gone is told in a WARNING.
absl::StatusOr<RepositorySnapshot> RecheckSource(RemoteRepository& parent, const std::vector<std::string>& paths,
                                                 absl::Duration settle);

}  // namespace sshsync

#endif  // SSHSYNC_REMOTE_SELECTION_H_
