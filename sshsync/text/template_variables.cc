#include "sshsync/text/template_variables.h"

#include <array>

namespace sshsync {
namespace {

using enum VariableKind;

constexpr std::array kVariables = {
    TemplateVariable{"REPOPATH", kAbsolutePath, "folder of this repository; the attempt's folder while a file is written and verified"},
    TemplateVariable{"FILEPATH", kAbsolutePath, "the file, absolute"},
    TemplateVariable{"FILE", kRelativePath, "the file, relative to the repository"},
    TemplateVariable{"REMOTEHOST", kName, "host of the parent, as its peers reach it"},
    TemplateVariable{"REMOTEUSER", kName, "user of the parent"},
    TemplateVariable{"REMOTEPASSWORD", kSecret, "password of the parent, where one is configured"},
    TemplateVariable{"REMOTEDIR", kAbsolutePath, "folder of the parent"},
    TemplateVariable{"REMOTEPORT", kNumber, "port of the parent"},
    TemplateVariable{"LOCALHOST", kName, "host of this repository"},
    TemplateVariable{"LOCALUSER", kName, "user of this repository"},
    TemplateVariable{"LOCALPASSWORD", kSecret, "password of this repository, where one is configured"},
    TemplateVariable{"LOCALDIR", kAbsolutePath, "folder that gets the file; the attempt's folder in the stage"},
    TemplateVariable{"REPO", kName, "name of this repository"},
    TemplateVariable{"PARENT", kName, "name of its parent"},
    TemplateVariable{"RUN", kName, "id of the run"},
    TemplateVariable{"BWLIMIT", kNumber, "limit in kbit/s"},
    TemplateVariable{"OFFSET", kNumber, "first byte of a range", true},
    TemplateVariable{"LENGTH", kNumber, "bytes of a range", true},
    TemplateVariable{"CHUNK", kNumber, "bytes of a chunk", true},
    TemplateVariable{"STAGED", kAbsolutePath, "the staged file", true},
    TemplateVariable{"MTIME", kNumber, "time of last modification", true},
    TemplateVariable{"MODE", kNumber, "permission bits, octal", true},
};

}  // namespace

absl::Span<const TemplateVariable> TemplateVariables() { return kVariables; }

}  // namespace sshsync
