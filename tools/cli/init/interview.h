#ifndef SSHSYNC_TOOLS_CLI_INIT_INTERVIEW_H_
#define SSHSYNC_TOOLS_CLI_INIT_INTERVIEW_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "tools/cli/init/new_configuration.h"

namespace sshsync::init {

/// Whoever answers: gets a question and gives a line; nothing where the answers have ended.
using Ask = std::function<absl::optional<std::string>(absl::string_view question)>;
/// Shows whole lines.
using Say = std::function<void(absl::string_view lines)>;

/// Asks for the repositories of a new configuration, the source first, then each that receives: name, parent, host,
/// account, folder, with what was said before as the proposal. Each is judged at once by reading the configuration as
/// far as it goes; what is wrong with it is said, and it is asked for again. Nothing where the answers ended too early.
absl::optional<std::vector<NewRepository>> Interview(const Ask& ask, const Say& say);

/// `question [Y/n]`; an empty answer is a yes. Nothing where the answers have ended.
absl::optional<bool> AskYes(const Ask& ask, absl::string_view question);

}  // namespace sshsync::init

#endif  // SSHSYNC_TOOLS_CLI_INIT_INTERVIEW_H_
