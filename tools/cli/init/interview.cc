#include "tools/cli/init/interview.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "sshsync/config/settings.h"

namespace sshsync::init {
namespace {

/// An answer without the blanks around it; the proposal where it is empty.
absl::optional<std::string> AskFor(const Ask& ask, absl::string_view what, absl::string_view proposal,
                                   absl::string_view shown = "") {
  const absl::string_view in_brackets = shown.empty() ? proposal : shown;
  const auto answer =
      ask(in_brackets.empty() ? absl::StrCat("  ", what, ": ") : absl::StrCat("  ", what, " [", in_brackets, "]: "));
  if (!answer) return absl::nullopt;
  const std::string text(absl::StripAsciiWhitespace(*answer));
  return text.empty() ? std::string(proposal) : text;
}

/// What is wrong with the configuration so far, for people; empty where nothing is.
std::string Complaints(const std::vector<NewRepository>& repositories) {
  std::string text;
  const LoadedConfiguration loaded = ReadConfiguration("", ConfigurationText(repositories));
  for (const ConfigDiagnostic& diagnostic : loaded.diagnostics) {
    if (diagnostic.severity == Severity::kError)
      absl::StrAppend(&text, "  ", diagnostic.message, diagnostic.remedy.empty() ? "" : ": ", diagnostic.remedy, "\n");
  }
  return text;
}

/// Host, account and folder of `repository`.
bool AskForPlace(const Ask& ask, const NewRepository& before, NewRepository& repository) {
  const auto host = AskFor(ask, "host, as this machine reaches it", "", "empty: this machine itself");
  if (!host) return false;
  repository.host = *host;
  if (!host->empty()) {
    const auto user = AskFor(ask, "account there", before.user, before.user.empty() ? "as ssh would" : "");
    if (!user) return false;
    repository.user = *user;
  }
  const auto path = AskFor(ask, "folder there", before.path);
  if (!path) return false;
  repository.path = *path;
  return true;
}

}  // namespace

absl::optional<std::vector<NewRepository>> Interview(const Ask& ask, const Say& say) {
  std::vector<NewRepository> repositories;
  say("The files come from one folder, the source, and go to others, from there to further ones if you like.\n"
      "A name is a word of your choice. appnode[1-20] stands for twenty, with ${NODE} in host or folder.\n\n"
      "The source:\n");
  while (true) {
    const bool is_first = repositories.empty();
    NewRepository one;
    const auto name = AskFor(ask, "name", is_first ? "repomaster" : "", is_first ? "" : "empty: no more");
    if (!name) return absl::nullopt;
    if (name->empty()) {
      if (repositories.size() > 1) return repositories;
      say("  There has to be one that receives the files.\n");
      continue;
    }
    one.name = *name;
    if (!is_first) {
      const auto parent =
          AskFor(ask, "gets its files from", repositories.size() == 1 ? repositories[0].name : repositories[1].name);
      if (!parent) return absl::nullopt;
      one.parent = *parent;
    }
    if (!AskForPlace(ask, is_first ? NewRepository() : repositories.back(), one)) return absl::nullopt;
    repositories.push_back(one);
    const std::string complaints = Complaints(repositories);
    if (!complaints.empty()) {
      repositories.pop_back();
      say(absl::StrCat(complaints, "Once more:\n"));
    } else {
      say(repositories.size() == 1 ? "\nThe first that receives them:\n" : "\nThe next that receives them:\n");
    }
  }
}

absl::optional<bool> AskYes(const Ask& ask, absl::string_view question) {
  while (true) {
    const auto answer = ask(absl::StrCat(question, " [Y/n] "));
    if (!answer) return absl::nullopt;
    const std::string text = absl::AsciiStrToLower(absl::StripAsciiWhitespace(*answer));
    if (text.empty() || text == "y" || text == "yes") return true;
    if (text == "n" || text == "no") return false;
  }
}

}  // namespace sshsync::init
