#include "sshsync/config/template_checker.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "sshsync/base/log.h"
#include "sshsync/text/command_template.h"

namespace sshsync {

void TemplateChecker::Check(absl::string_view key, const EntryReader::Value& value, const Repository& repository,
                            bool quoting_is_stated) {
  TemplateOptions options;
  options.original_quoting = repository.original_quoting;
  options.quoting_is_stated = quoting_is_stated;
  options.any_names = repository.any_names;
  options.shell = repository.endpoint.shell;
  // What replaces a command of the tool's own has that command's variables, and reads no names but those.
  const bool action = absl::StartsWith(key, "action.");
  if (action)
    options.original_quoting = false, options.quoting_is_stated = true, options.any_names = true,
    options.variables = ActionVariables();
  const std::string how = absl::StrCat(value.place.line, ":", value.place.column, ":", options.original_quoting,
                                       quoting_is_stated, options.any_names, ":", options.shell, ":", action, ":");
  if (!seen_.insert(absl::StrCat(how, value.literal ? "" : value.text)).second) return;
  for (const TemplateDiagnostic& remark : CommandTemplate::Check(value.text, options)) {
    const auto place = value.literal ? value.entry->PlaceOf(remark.offset) : value.place;
    std::string message =
        absl::StrCat(key, ": ", value.secret ? "a remark about a template with a password" : Shown(remark.message));
    std::string remedy = value.secret ? "name ${REMOTEPASSWORD} or ${LOCALPASSWORD} instead" : Shown(remark.remedy);
    switch (remark.severity) {
      case LogLevel::kDebug:
      case LogLevel::kInfo:
        diagnostics_.Info(place, std::move(message), std::move(remedy));
        break;
      case LogLevel::kWarning:
        diagnostics_.AddDiagnostic(place, std::move(message), std::move(remedy));
        break;
      case LogLevel::kError:
      case LogLevel::kCritical:
        diagnostics_.Error(place, std::move(message), std::move(remedy));
        break;
    }
  }
}

}  // namespace sshsync
