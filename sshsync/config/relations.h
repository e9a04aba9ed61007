#ifndef SSHSYNC_CONFIG_RELATIONS_H_
#define SSHSYNC_CONFIG_RELATIONS_H_

#include <vector>

#include "sshsync/config/ini/diagnostic.h"
#include "sshsync/model/repository.h"

namespace sshsync {

/// Where the keys of one repository stand that concern others, too.
struct RelationPlaces {
  DiagnosticCollector::SourceLocation section, parent, path;
};

/// Checks what no section can say alone: parents exist (else kMissingSection) and form no cycle and no chain longer
/// than 64; two repositories of one host, one of them a child, have no equal or nested paths. `places` goes with
/// `repositories`, index by index.
void CheckRelations(const std::vector<Repository>& repositories, const std::vector<RelationPlaces>& places,
                    DiagnosticCollector& diagnostics);

}  // namespace sshsync

#endif  // SSHSYNC_CONFIG_RELATIONS_H_
