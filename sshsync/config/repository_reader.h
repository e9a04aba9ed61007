#ifndef SSHSYNC_CONFIG_REPOSITORY_READER_H_
#define SSHSYNC_CONFIG_REPOSITORY_READER_H_

#include "sshsync/config/entry_reader.h"
#include "sshsync/config/template_checker.h"
#include "sshsync/model/repository.h"

namespace sshsync {

/// Reads one section as a repository: every key validated, required ones asked for. What concerns several sections
/// (parents, nested paths) is CheckRelations' business. `name` is the section's after its range was expanded.
Repository ReadRepository(EntryReader& reader, TemplateChecker& checker, absl::string_view name,
                          absl::string_view node);

/// Reads the section [sshsync].
Settings ReadSettings(EntryReader& reader);

}  // namespace sshsync

#endif  // SSHSYNC_CONFIG_REPOSITORY_READER_H_
