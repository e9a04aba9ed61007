#include "tools/cli/flags/man_page.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "sshsync/base/version.h"
#include "sshsync/config/keys.h"
#include "sshsync/text/template_variables.h"
#include "tools/cli/flags/flags.h"
#include "tools/cli/flags/help.h"

namespace sshsync::cli {
namespace {

/// A paragraph with a hanging tag. The tag is bold.
std::string Tagged(absl::string_view tag, absl::string_view text) {
  return absl::StrCat(".TP\n\\fB", TroffText(tag), "\\fR\n", TroffText(text), "\n");
}

std::string Verbs() {
  std::string result = ".SH VERBS\n";
  for (const Verb& verb : AllVerbs()) {
    absl::StrAppend(&result, Tagged(verb.synopsis, absl::StrCat(verb.brief, ". ", verb.doc)));
  }
  return result;
}

std::string Flags() {
  std::string result = ".SH OPTIONS\n", group;
  for (const Flag& flag : AllFlags()) {
    std::string text = absl::StrCat(flag.brief, flag.doc.empty() ? "" : ". ", flag.doc);
    absl::StrAppend(&result, Tagged(FlagTerm(flag, false), text));
  }
  return result;
}

std::string Places(absl::string_view title, absl::Span<const Place> places) {
  std::string result = absl::StrCat(".SH ", title, "\n");
  for (const Place& place : places) absl::StrAppend(&result, Tagged(place.name, place.meaning));
  return result;
}

}  // namespace

std::string TroffText(absl::string_view text) {
  std::string result = absl::StrReplaceAll(
      text, {{"\\", "\\e"}, {"-", "\\-"}, {"~", "\\(ti"}, {"^", "\\(ha"}, {"`", "\\(ga"}, {"'", "\\(aq"}});
  if (!result.empty() && result.front() == '.') result.insert(0, "\\&");
  return absl::StrReplaceAll(result, {{"\n.", "\n\\&."}});
}

std::string CommandManPage() {
  std::string result =
      absl::StrCat(".TH SSHSYNC 1 \"\" \"sshsync ", Version(), "\" \"User Commands\"\n.SH NAME\nsshsync \\- ",
                   TroffText(Tagline()), "\n.SH SYNOPSIS\n.nf\n");
  for (const Verb& verb : AllVerbs()) {
    absl::StrAppend(&result, "\\fBsshsync\\fR [\\fIOPTIONS\\fR] ", TroffText(verb.synopsis), "\n");
  }
  absl::StrAppend(&result, ".fi\n.SH DESCRIPTION\n",
                  TroffText("A repository is a folder on a host; its parent is another one. sshsync finds out by "
                            "digest which files of a repository "
                            "differ from its parent's, receives and verifies the new content beside the old, and puts "
                            "it in place by a rename: a "
                            "file is never seen half written, whatever breaks. It needs ssh and a shell on the hosts, "
                            "nothing else. The same command "
                            "again goes on from where a broken one was."),
                  "\n", Verbs(), Flags(), ".SH EXIT STATUS\n");
  for (const ExitCode& code : AllExitCodes()) absl::StrAppend(&result, Tagged(code.code, code.meaning));
  absl::StrAppend(&result, "Of several causes the first of 128+N, 5, 8, 6, 7, 9 is reported.\n",
                  Places("FILES", AllFiles()), Places("ENVIRONMENT", AllVariables()), ".SH EXAMPLES\n");
  for (const Example& example : AllExamples()) {
    absl::StrAppend(&result, ".PP\n", TroffText(example.meaning), "\n.PP\n.RS\n.nf\n", TroffText(example.command),
                    "\n.fi\n.RE\n");
  }
  absl::StrAppend(&result, ".SH SEE ALSO\n.BR sshsync.conf (5),\n.BR ssh (1),\n.BR ssh_config (5)\n");
  return result;
}

std::string ConfigManPage() {
  std::string result =
      absl::StrCat(".TH SSHSYNC.CONF 5 \"\" \"sshsync ", Version(), "\" \"File Formats\"\n.SH NAME\nsshsync.conf \\- ",
                   TroffText("repositories of sshsync, and how to reach them"), "\n.SH DESCRIPTION\n");
  absl::StrAppend(&result,
                  TroffText("The file is read as Python's ConfigParser reads it. Every section is a repository; "
                            "[DEFAULT] holds values for all of them, "
                            "and [sshsync] settings of the tool itself. [NAME[01-20]] stands for one section per "
                            "number, which replaces ${NODE} in its "
                            "values. sshsync check reports every problem of a file in one go."),
                  "\n");
  for (const auto& [scope, title] :
       {std::pair(KeyScope::kRepository, "KEYS OF A REPOSITORY"), std::pair(KeyScope::kTool, "KEYS OF [sshsync]")}) {
    absl::StrAppend(&result, ".SH ", TroffText(title), "\n");
    for (const KeyInfo& key : AllKeys()) {
      if (key.scope != scope) continue;
      absl::StrAppend(&result, Tagged(absl::StrCat(key.name, " = ", key.form),
                                      absl::StrCat(key.documentation, " Default: ", key.default_text, ".")));
    }
  }
  absl::StrAppend(&result, ".SH TEMPLATES\n",
                  TroffText("Values of keys whose form is TEMPLATE are run by a shell on the repository's host. "
                            "Variables are set in front of the text, so "
                            "that a file name is never read as code; one that stands bare is quoted."),
                  "\n");
  for (const TemplateVariable& variable : TemplateVariables()) {
    absl::StrAppend(&result, Tagged(absl::StrCat("${", variable.name, "}"), variable.meaning));
  }
  absl::StrAppend(
      &result,
      TroffText("What stands behind action.NAME gets other variables, as far as its command has a use for them:"),
      "\n");
  for (const TemplateVariable& variable : ActionVariables()) {
    absl::StrAppend(&result, Tagged(absl::StrCat("${", variable.name, "}"), variable.meaning));
  }
  absl::StrAppend(&result, ".SH FILES\n",
                  Tagged("/etc/sshsync/sshsync.conf", "read where neither --config nor SSHSYNC_CONFIG names another"),
                  ".SH SEE ALSO\n.BR sshsync (1),\n.BR ssh_config (5)\n");
  return result;
}

}  // namespace sshsync::cli
