#include "sshsync/host/repository_templates.h"

#include "absl/strings/str_cat.h"
#include "sshsync/base/status.h"
#include "sshsync/plan/bandwidth.h"

namespace sshsync {
namespace {

constexpr absl::string_view kNames[] = {"listcmd", "digestcmd", "synccmd", "deletecmd"};

void Set(std::map<std::string, std::string>& values, absl::string_view name, absl::string_view value) {
  if (!value.empty()) values[std::string(name)] = std::string(value);
}

}  // namespace

absl::StatusOr<RepositoryTemplates> RepositoryTemplates::Make(const Repository& repository, const Repository* parent,
                                                              absl::string_view run, absl::Time now) {
  RepositoryTemplates made;
  made.repository_ = repository.name;
  const TemplateOptions options{.original_quoting = repository.original_quoting,
                                .any_names = repository.any_names,
                                .shell = repository.endpoint.shell};
  for (const absl::string_view name : kNames) {
    const auto text = repository.templates.find(std::string(name));
    if (text == repository.templates.end() || text->second.empty()) continue;
    auto parsed = CommandTemplate::Parse(text->second, options);
    if (!parsed.ok()) return Annotate(parsed.status(), absl::StrCat(name, " of repository \"", repository.name, "\""));
    if (name == "digestcmd") made.digest_text_ = std::string(parsed->text());
    made.templates_.emplace(name, *std::move(parsed));
  }
  auto& values = made.values_;
  Set(values, "REPO", repository.name);
  Set(values, "RUN", run);
  Set(values, "LOCALHOST", repository.endpoint.host.empty() ? "localhost" : repository.endpoint.host);
  Set(values, "LOCALUSER", repository.endpoint.user);
  Set(values, "LOCALPASSWORD", repository.password);
  values["BWLIMIT"] = absl::StrCat(BandwidthLimit(repository.bwlimit, now, absl::LocalTimeZone()));
  if (parent != nullptr) {
    made.parent_ = parent->name;
    Set(values, "PARENT", parent->name);
    Set(values, "REMOTEHOST", parent->peerhost.empty() ? parent->endpoint.host : parent->peerhost);
    Set(values, "REMOTEUSER", parent->peeruser.empty() ? parent->endpoint.user : parent->peeruser);
    Set(values, "REMOTEPASSWORD", parent->password);
    const int port = parent->peerport != 0 ? parent->peerport : parent->endpoint.port;
    values["REMOTEPORT"] = absl::StrCat(port != 0 ? port : 22);
  }
  return made;
}

absl::StatusOr<BoundCommand> RepositoryTemplates::List(absl::string_view folder) const {
  return Bind("listcmd", "", folder, "");
}

absl::StatusOr<BoundCommand> RepositoryTemplates::Digest(absl::string_view folder, absl::string_view file) const {
  return Bind("digestcmd", "", folder, file);
}

absl::StatusOr<BoundCommand> RepositoryTemplates::Sync(absl::string_view parent_folder, absl::string_view folder,
                                                       absl::string_view file) const {
  return Bind("synccmd", parent_folder, folder, file);
}

absl::StatusOr<BoundCommand> RepositoryTemplates::Delete(absl::string_view folder, absl::string_view file) const {
  return Bind("deletecmd", "", folder, file);
}

absl::string_view RepositoryTemplates::digest_text() const { return digest_text_; }

absl::StatusOr<BoundCommand> RepositoryTemplates::Bind(absl::string_view name, absl::string_view parent_folder,
                                                       absl::string_view folder, absl::string_view file) const {
  const auto at = templates_.find(std::string(name));
  if (at == templates_.end())
    return MakeError(Failure::kConfig, absl::StrCat("repository \"", repository_, "\" has no ", name));
  TemplateValues values;
  for (const absl::string_view variable : at->second.variables()) {
    if (variable == "REPOPATH" || variable == "LOCALDIR") {
      values.Set(variable, folder);
    } else if (variable == "FILE" && !file.empty()) {
      values.Set(variable, file);
    } else if (variable == "FILEPATH" && !file.empty()) {
      values.Set(variable, absl::StrCat(folder, "/", file));
    } else if (variable == "REMOTEDIR" && !parent_folder.empty()) {
      values.Set(variable, parent_folder);
    } else if (const auto value = values_.find(std::string(variable)); value != values_.end()) {
      values.Set(variable, value->second);
    } else {
      return MakeError(Failure::kConfig,
                       absl::StrCat(name, " of repository \"", repository_, "\" names ${", variable,
                                    "}, for which there is no value here",
                                    parent_.empty() ? "" : absl::StrCat(" (see section [", parent_, "])")));
    }
  }
  auto bound = at->second.Bind(values);
  if (!bound.ok()) return Annotate(bound.status(), absl::StrCat(name, " of repository \"", repository_, "\""));
  return bound;
}

}  // namespace sshsync
