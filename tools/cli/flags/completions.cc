#include "tools/cli/flags/completions.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "tools/cli/flags/flags.h"

namespace sshsync::cli {
namespace {

std::string Choices(const Flag& flag) { return absl::StrReplaceAll(flag.placeholder, {{"|", " "}}); }

std::string VerbNames() {
  std::string result;
  for (const Verb& verb : AllVerbs()) {
    if (!verb.name.empty()) absl::StrAppend(&result, result.empty() ? "" : " ", verb.name);
  }
  return result;
}

bool TakesRepositories(const Flag& flag) {
  return flag.value == Value::kRepositories || flag.value == Value::kRepository;
}

/// Text within single quotes, for all three shells.
std::string Quoted(absl::string_view text) { return absl::StrCat("'", absl::StrReplaceAll(text, {{"'", ""}}), "'"); }

/// `-s|--sync`
std::string Pattern(const Flag& flag) {
  return absl::StrCat(flag.letter ? absl::StrCat("-", std::string(1, flag.letter), "|") : "", "--", flag.name);
}

constexpr absl::string_view kBashHead = R"sh(# bash completion for sshsync

_sshsync_names() {
  # The last name after the commas; what stands before it is kept.
  local before= last=$1
  case $1 in *,*) before=${1%,*}, last=${1##*,} ;; esac
  mapfile -t COMPREPLY < <(compgen -P "$before" -W "$(sshsync graph --format names 2>/dev/null)" -- "$last")
}

_sshsync() {
  local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}
  COMPREPLY=()
  case $previous in
)sh";

constexpr absl::string_view kBashTail = R"sh(  esac
  case ${COMP_WORDS[1]} in
    verify|probe|commands) [[ $word == -* ]] || { _sshsync_names "$word"; return; } ;;
  esac
)sh";

std::string BashReply(const Flag& flag) {
  switch (flag.value) {
    case Value::kRepositories:
    case Value::kRepository:
      return "_sshsync_names \"$word\"";
    case Value::kFile:
      return "mapfile -t COMPREPLY < <(compgen -f -- \"$word\")";
    case Value::kFolder:
      return "mapfile -t COMPREPLY < <(compgen -d -- \"$word\")";
    case Value::kChoice:
      return absl::StrCat("mapfile -t COMPREPLY < <(compgen -W '", Choices(flag), "' -- \"$word\")");
    default:
      return ":";
  }
}

constexpr absl::string_view kZshHead = R"sh(#compdef sshsync

_sshsync_names() {
  local -a names
  names=(${(f)"$(sshsync graph --format names 2>/dev/null)"})
  compadd "$@" -a names
}

_sshsync_words() {
  case $words[2] in
    verify|probe|commands) _sshsync_names "$@" ;;
  esac
}

_sshsync_verbs() {
  local -a verbs
  verbs=(
)sh";

std::string ZshAction(const Flag& flag) {
  switch (flag.value) {
    case Value::kRepositories:
      return "_sequence _sshsync_names";
    case Value::kRepository:
      return "_sshsync_names";
    case Value::kFile:
      return "_files";
    case Value::kFolder:
      return "_files -/";
    case Value::kChoice:
      return absl::StrCat("(", Choices(flag), ")");
    default:
      return " ";
  }
}

/// Text within the specification of zsh's _arguments.
std::string ZshText(absl::string_view text) {
  return absl::StrReplaceAll(text, {{"[", "("}, {"]", ")"}, {":", "\\:"}, {"'", ""}});
}

}  // namespace

std::string BashCompletion() {
  std::string result(kBashHead), flags;
  for (const Flag& flag : AllFlags()) {
    absl::StrAppend(&flags, " --", flag.name);
    if (flag.value != Value::kNone)
      absl::StrAppend(&result, "    ", Pattern(flag), ") ", BashReply(flag), "; return ;;\n");
  }
  absl::StrAppend(
      &result, kBashTail, "  local words='", flags.substr(1), "'\n  [[ $COMP_CWORD == 1 && $word != -* ]] && words='",
      VerbNames(),
      "'\n  mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$word\")\n}\n\ncomplete -F _sshsync sshsync\n");
  return result;
}

std::string ZshCompletion() {
  std::string result(kZshHead);
  for (const Verb& verb : AllVerbs()) {
    if (!verb.name.empty())
      absl::StrAppend(&result, "    ", Quoted(absl::StrCat(verb.name, ":", ZshText(verb.brief))), "\n");
  }
  absl::StrAppend(&result, "  )\n  _describe verb verbs\n}\n\n_arguments -s \\\n");
  for (const Flag& flag : AllFlags()) {
    const std::string text = absl::StrCat("[", ZshText(flag.brief), "]");
    const std::string value =
        flag.value == Value::kNone ? "" : absl::StrCat(":", ZshText(flag.name), ":", ZshAction(flag));
    const absl::string_view often = flag.repeatable ? "*" : "";
    absl::StrAppend(&result, "  ",
                    Quoted(absl::StrCat(often, "--", flag.name, flag.value == Value::kNone ? "" : "=", text, value)),
                    " \\\n");
    if (!flag.letter) continue;
    absl::StrAppend(&result, "  ",
                    Quoted(absl::StrCat(often, "-", std::string(1, flag.letter), flag.value == Value::kNone ? "" : "+",
                                        text, value)),
                    " \\\n");
  }
  absl::StrAppend(&result, "  '1:verb:_sshsync_verbs' \\\n  '*:repository:_sshsync_words'\n");
  return result;
}

std::string FishCompletion() {
  std::string result = absl::StrCat("# fish completion for sshsync\ncomplete -c sshsync -f\n");
  constexpr absl::string_view kNames = "'(sshsync graph --format names 2>/dev/null)'";
  for (const Verb& verb : AllVerbs()) {
    if (verb.name.empty()) continue;
    absl::StrAppend(&result, "complete -c sshsync -n __fish_use_subcommand -a ", verb.name, " -d ", Quoted(verb.brief),
                    "\n");
    if (verb.words != Words::kRepositories) continue;
    absl::StrAppend(&result, "complete -c sshsync -n '__fish_seen_subcommand_from ", verb.name, "' -a ", kNames, "\n");
  }
  for (const Flag& flag : AllFlags()) {
    absl::StrAppend(&result, "complete -c sshsync ",
                    flag.letter ? absl::StrCat("-s ", std::string(1, flag.letter), " ") : "", "-l ", flag.name);
    if (flag.value != Value::kNone) absl::StrAppend(&result, " -x");
    if (TakesRepositories(flag)) absl::StrAppend(&result, " -a ", kNames);
    if (flag.value == Value::kFile) absl::StrAppend(&result, " -a '(__fish_complete_path)'");
    if (flag.value == Value::kFolder) absl::StrAppend(&result, " -a '(__fish_complete_directories)'");
    if (flag.value == Value::kChoice) absl::StrAppend(&result, " -a ", Quoted(Choices(flag)));
    absl::StrAppend(&result, " -d ", Quoted(flag.brief), "\n");
  }
  return result;
}

}  // namespace sshsync::cli
