#ifndef SSHSYNC_HOST_REPOSITORY_TEMPLATES_H_
#define SSHSYNC_HOST_REPOSITORY_TEMPLATES_H_

#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "sshsync/model/repository.h"
#include "sshsync/text/command_template.h"

namespace sshsync {

/// The operator's templates of one repository, parsed, with the values that stay the same for a whole run already
/// known. What varies is given per call: the folder a template works in (the repository, or an attempt in the stage)
/// and the file. A plain value; callable from any thread. Errors: kConfig for a template that cannot be parsed or names
/// a value that nobody configured; kUnsafeName for a file name that a second parser would read.
class RepositoryTemplates {
 public:
  /// `parent` is nullptr for a root. `now` chooses the line of a bwlimit timetable.
  static absl::StatusOr<RepositoryTemplates> Make(const Repository& repository, const Repository* parent,
                                                  absl::string_view run, absl::Time now);

  bool has(absl::string_view name) const { return templates_.find(std::string(name)) != templates_.end(); }

  /// The listcmd for the repository's folder.
  absl::StatusOr<BoundCommand> List(absl::string_view folder) const;
  /// The digestcmd for `folder`/`file`.
  absl::StatusOr<BoundCommand> Digest(absl::string_view folder, absl::string_view file) const;
  /// The synccmd that brings `file` from the parent's `parent_folder` into `folder`.
  absl::StatusOr<BoundCommand> Sync(absl::string_view parent_folder, absl::string_view folder,
                                    absl::string_view file) const;

  /// The deletecmd that removes `file` from `folder`.
  absl::StatusOr<BoundCommand> Delete(absl::string_view folder, absl::string_view file) const;

  /// The digestcmd as written, for those who look whether it is a known tool.
  absl::string_view digest_text() const;

 private:
  absl::StatusOr<BoundCommand> Bind(absl::string_view name, absl::string_view parent_folder, absl::string_view folder,
                                    absl::string_view file) const;

  std::map<std::string, CommandTemplate> templates_;
  std::map<std::string, std::string> values_;
  std::string digest_text_, repository_, parent_;
};

}  // namespace sshsync

#endif  // SSHSYNC_HOST_REPOSITORY_TEMPLATES_H_
