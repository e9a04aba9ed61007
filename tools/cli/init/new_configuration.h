#ifndef SSHSYNC_TOOLS_CLI_INIT_NEW_CONFIGURATION_H_
#define SSHSYNC_TOOLS_CLI_INIT_NEW_CONFIGURATION_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "sshsync/model/repository.h"

namespace sshsync::init {

/// One repository of a configuration that is to be written, as somebody named it. Nothing is validated here: the text
/// that is made of it is read like any other configuration, and what is wrong with it is said in the same words.
struct NewRepository {
  std::string name = {};  ///< or a set: `appnode[1-20]`, with ${NODE} in host or path
  std::string host = {};  ///< empty: the folder is on the controller itself
  std::string user = {};  ///< empty: what ssh would use
  std::string port = {};  ///< empty: what ssh would use
  std::string path = {};
  std::string parent = {};  ///< empty for a root
};

/// Reads `NAME=[USER@]HOST[:PORT]:PATH[,PARENT]`, or `NAME=PATH[,PARENT]` for a folder of the controller; PATH begins
/// with a slash, an IPv6 address stands in brackets. What follows the last comma is the parent. Error: kOption.
///
///     ReadNewRepository("repoproxy=deploy@192.168.1.1:/srv/app,repomaster")
absl::StatusOr<NewRepository> ReadNewRepository(absl::string_view text);

/// The text of a configuration with these repositories, in their order; a user that all share stands in [DEFAULT].
std::string ConfigurationText(const std::vector<NewRepository>& repositories);

/// Which keys the accounts of a configuration need, as commands to type, and why. Nothing of it is done by the tool.
std::string KeysText(const Configuration& configuration);

}  // namespace sshsync::init

#endif  // SSHSYNC_TOOLS_CLI_INIT_NEW_CONFIGURATION_H_
