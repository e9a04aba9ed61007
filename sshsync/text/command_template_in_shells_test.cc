// The law of command templates, held by the shells themselves: what a template gets is the value, byte for byte,
// wherever it stands, and nothing of it is ever run or matched.
#include <unistd.h>

#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"
#include "sshsync/text/command_template.h"
#include "sshsync/text/escape.h"
#include "sshsync/text/real_shell.h"
#include "sshsync/text/shell_quote.h"

namespace sshsync {
namespace {

// A template that prints the value of FILE, and what it is to print.
struct Place {
  absl::string_view text;
  std::string (*expected)(const std::string& value);
  bool original_quoting = false;
  bool splits = false;  // needs a shell that splits unquoted expansions; zsh does not
};

std::string InBrackets(const std::string& value) { return absl::StrCat("[", value, "]"); }
std::string Line(const std::string& value) { return absl::StrCat(value, "\n"); }
std::string Ok(const std::string&) { return "ok"; }

std::string Base(const std::string& value) { return InBrackets(value.substr(value.rfind('/') + 1)); }
std::string WithoutSuffix(const std::string& value) { return InBrackets(value.substr(0, value.rfind('.'))); }

const std::vector<Place>& Places() {
  static const std::vector<Place> places = {
      {"printf '[%s]' ${FILE}", InBrackets},
      {"printf '[%s]' $FILE", InBrackets},
      {"printf '[%s]' a${FILE}b", [](const std::string& value) { return absl::StrCat("[a", value, "b]"); }},
      {"printf '[%s]' \"${FILE}\"", InBrackets},
      {"printf '[%s]' '${FILE}'", InBrackets},
      {"printf '[%s]' \\\"${FILE}\\\"", InBrackets, true},
      {"printf '[%s]' ${FILE}   # it's not ${REPO}", InBrackets},
      {"printf '[%s' ${FILE} \\\n  && printf ]", InBrackets},
      {"printf '%s' \"$(printf '[%s]' ${FILE})\"", InBrackets},
      {"printf '%s' $(:; printf '[%s]' \"`printf %s \"a\"`\" ${FILE} >/dev/null)\"$(printf '[%s]' \"$(printf %s "
       "\"$(printf %s "
       "${FILE}.)\")\")\"",
       [](const std::string& value) { return absl::StrCat("[", value, ".]"); }},
      {"x=`printf '[%s]' ${FILE}`; printf %s \"$x\"", InBrackets},
      {"x=`printf '[%s]' \\${FILE}`; printf %s \"$x\"", InBrackets},
      {"x=`y=\\`printf '%s.' ${FILE}\\`; printf '[%s]' \"$y\"`; printf %s \"$x\"",
       [](const std::string& value) { return absl::StrCat("[", value, ".]"); }},
      {"cat <<EOF\n${FILE}\nEOF", Line},
      {"cat <<-EOF\n\t${FILE}\n\tEOF\n", Line},
      {"cat <<EOF\n$(printf '%s.' ${FILE})\nEOF", [](const std::string& value) { return absl::StrCat(value, ".\n"); }},
      {"x=$(cat <<EOF\n[$FILE]\nEOF\n); printf %s \"$x\"", InBrackets},
      {"printf '[%s]' ${FILE##*/}", Base},
      {"printf '[%s]' \"${FILE##*/}\"", Base},
      {"printf '[%s]' ${FILE##*'/'}", Base},
      {"printf '[%s]' ${FILE%.*}", WithoutSuffix},
      {"printf '[%s]' ${FILE%\\.*}", WithoutSuffix},
      {"x=/r/${FILE}/${FILE}; printf '[%s]' \"${x#/r/${FILE}/}\"", InBrackets},
      {"x=${FILE}/y; y=${x%/y}; printf '[%s]' \"$y\"", InBrackets},
      {"printf '[%s]' ${FILE:-none}", InBrackets},
      {"printf '[%s]' ${nope:-${FILE}}", InBrackets},
      {"printf '[%s]' \"${nope:-${FILE}}\"", InBrackets},
      {"printf '[%s]' ${nope:-\"$FILE\"}", InBrackets},
      {"printf '%s' ${FILE:+[ ${FILE} ]}", InBrackets, false, true},
      {"x=${FILE}; printf '[%s]' \"$x\"", InBrackets},
      {"x=${FILE} y=1 sh -c 'printf \"[%s]\" \"$x\"'", InBrackets},
      {"sh -c 'printf \"[%s]\" \"$1\"' sh ${FILE}", InBrackets},
      {"set -- ${FILE} b; printf '[%s]' \"$1\"; [ $# = 2 ]", InBrackets},
      {"for f in ${FILE}; do printf '[%s]' \"$f\"; done", InBrackets},
      {"case ${FILE} in ${FILE}) printf '[%s]' ${FILE};; *) printf no;; esac", InBrackets},
      {"case x in (x) printf '[%s]' \"$(case y in y) printf '%s.' ${FILE};; esac)\"; esac",
       [](const std::string& value) { return absl::StrCat("[", value, ".]"); }},
      {"if [ x${FILE} = \"x${FILE}\" ]; then printf ok; fi", Ok},
      {"f() { printf '[%s]' \"$1\"; }; f ${FILE}", InBrackets},
      {"{ (printf '[%s]' ${FILE}); } | cat", InBrackets},
      {"printf '[%s]' ${FILE} 2>/dev/null | while IFS= read -r a b; do :; done; printf ok", Ok},
      {"n=$((${OFFSET} * 2 + OFFSET)); printf '[%s]' ${FILE}; [ $n = 21 ]", InBrackets},
      {"awk 'BEGIN { exit 0 }' ${FILE}; printf ok", Ok},
  };
  return places;
}

std::vector<std::string> HostileValues() {
  std::vector<std::string> values = {"plain.txt",
                                     "a b",
                                     " a",
                                     "a ",
                                     "it's",
                                     "'",
                                     "say \"hi\"",
                                     "\"",
                                     "`touch pwn1`",
                                     "$(touch pwn2)",
                                     "; touch pwn3",
                                     "& touch pwn4 &",
                                     "| touch pwn5",
                                     "< x",
                                     "> pwn6",
                                     "*",
                                     "?",
                                     "[a]",
                                     "{x,y}",
                                     "~",
                                     "~root",
                                     "#",
                                     "a#b",
                                     "!",
                                     "!!",
                                     "%s%n",
                                     "\\",
                                     "trailing\\",
                                     "a\tb",
                                     "-rf",
                                     "--help",
                                     "..a",
                                     "a..",
                                     "${FILE}",
                                     "$$",
                                     "$HOME",
                                     "a:b",
                                     "=x",
                                     "=ls",
                                     "@h",
                                     "'; touch pwn7; '",
                                     "\"; touch pwn8; \"",
                                     "')\"`; touch pwn9",
                                     "a\nb",
                                     "a\n\ntouch pwn10\nEOF\n.",
                                     "\r",
                                     "\\n\\t\\0101",
                                     "$((1+1))",
                                     "a/b*/[c]/d.e",
                                     "x}y",
                                     "}",
                                     "\\${FILE}",
                                     "\x01\x02\x7f",
                                     "\xff\xfe",
                                     "\xc3\xa4\xe2\x82\xac",
                                     "`",
                                     "$",
                                     "(",
                                     ")",
                                     ";",
                                     "&",
                                     "|",
                                     "<",
                                     ">",
                                     "\\'",
                                     "'\\''",
                                     "a=b",
                                     "--",
                                     "-",
                                     "-n",
                                     "n\\c",
                                     "a  b   c"};
  std::string all;
  for (int byte = 1; byte < 256; ++byte) all += static_cast<char>(byte);
  values.push_back(all);
  std::mt19937 random(7);
  constexpr absl::string_view kSpecial = "'\"\\$`*?[]{}()<>|&;~#! \t\n/.-ab";
  for (int i = 0; i < 30; ++i) {
    std::string& value = values.emplace_back();
    for (size_t length = 1 + random() % 12; length > 0; --length) value += kSpecial[random() % kSpecial.size()];
    value += '.';  // $( ) drops newlines at the end, which is the shell's right
  }
  return values;
}

class CommandTemplateIn : public testing::TestWithParam<RealShell> {
 protected:
  void SetUp() override {
    if (!IsInstalled(GetParam()))
      GTEST_SKIP() << GetParam().name << " is not installed; tools/workspace/packages.txt names its package";
    std::string pattern = absl::StrCat(testing::TempDir(), "/templates.XXXXXX");
    folder_ = mkdtemp(pattern.data());
    RunRealShell({"/bin/sh", "-c", "touch a b 'a b' one.zip two.zip; mkdir x"}, {}, folder_);
  }
  void TearDown() override {
    if (!folder_.empty()) RunRealShell({"/bin/rm", "-rf", folder_});
  }

  // Runs each script in a subshell of one process, as the channel to a host does; one output per script.
  std::vector<std::string> Run(const std::vector<std::string>& scripts) {
    std::string input;
    for (const std::string& script : scripts)
      absl::StrAppend(&input, "(eval ", ShellLiteral(script),
                      ") </dev/null || printf '(status %s)' $?; printf '\\0'\n");
    return absl::StrSplit(RunRealShell(GetParam().command, input, folder_).output, '\0');
  }
  std::string FilesCalledPwn() { return RunRealShell({"/bin/sh", "-c", "ls -a | grep -c pwn"}, {}, folder_).output; }

  std::string folder_;
};

TEST_P(CommandTemplateIn, AValueComesThroughByteForByteWhereverItStands) {
  const std::vector<std::string> values = HostileValues();
  for (const Place& place : Places()) {
    if (place.splits && GetParam().name == "zsh") continue;
    TemplateOptions options;
    options.original_quoting = place.original_quoting;
    const auto command = CommandTemplate::Parse(place.text, options);
    ASSERT_TRUE(command.ok()) << place.text << ": " << command.status();
    std::vector<std::string> scripts;
    for (const std::string& value : values) {
      const auto bound = command->Bind(TemplateValues().Set("FILE", value).Set("OFFSET", "7"));
      // What a command would take for an option is refused by name; all else is bound.
      ASSERT_TRUE(bound.ok() || value[0] == '-') << place.text << ": " << bound.status();
      scripts.push_back(bound.ok() ? bound->script() : "printf refused");
    }
    const std::vector<std::string> outputs = Run(scripts);
    ASSERT_EQ(outputs.size(), values.size() + 1) << place.text;
    for (size_t i = 0; i < values.size(); ++i) {
      if (outputs[i] == "refused") continue;
      EXPECT_EQ(EscapeForTerminal(outputs[i]), EscapeForTerminal(place.expected(values[i]))) << command->text();
    }
  }
  EXPECT_EQ(FilesCalledPwn(), "0\n");
}

TEST_P(CommandTemplateIn, TheRestOfTheTemplateIsTheShells) {
  const struct {
    absl::string_view text, expected;
    bool splits;
  } kRows[] = {
      {"printf '[%s]' *.zip", "[one.zip][two.zip]", false},
      {"set -- $(printf 'c d e'); printf %s $#", "3", true},
      {"printf 'c d e\\n' | while read a b; do printf '[%s]' \"$a\" \"$b\"; done", "[c][d e]", false},
      {"cd ${REPOPATH} && printf '[%s]' *.zip", "[one.zip][two.zip]", false},
      {"printf '%s' ${REPO} | cut -d' ' -f2", "value\n", false},
      {"sh -c 'set | grep -c ^REPO='; printf ${REPO%% *}", "0\na", false},
      {"if [ -f ${FILEPATH} ]; then cksum ${FILEPATH} | cut -d' ' -f1; else echo \\'NONE\\'; fi", "'NONE'\n", false},
  };
  std::vector<std::string> scripts;
  for (const auto& row : kRows) {
    const auto command = CommandTemplate::Parse(row.text, {});
    ASSERT_TRUE(command.ok()) << command.status();
    const auto bound = command->Bind(
        TemplateValues().Set("REPOPATH", folder_).Set("REPO", "a value").Set("FILEPATH", "/no/such file"));
    ASSERT_TRUE(bound.ok()) << bound.status();
    scripts.push_back(bound->script());
  }
  const std::vector<std::string> outputs = Run(scripts);
  for (size_t i = 0; i < std::size(kRows); ++i) {
    if (kRows[i].splits && GetParam().name == "zsh") continue;
    EXPECT_EQ(outputs[i], kRows[i].expected) << kRows[i].text;
  }
}

TEST_P(CommandTemplateIn, VariablesAreNotExportedEvenWhereTheirNamesWere) {
  const auto command = CommandTemplate::Parse("printf '[%s]' ${REMOTEPASSWORD}; env | grep -c REMOTEPASSWORD", {});
  const auto bound = command->Bind(TemplateValues().Set("REMOTEPASSWORD", "geheim"));
  EXPECT_EQ(Run({absl::StrCat("export REMOTEPASSWORD=old\n", bound->script())})[0], "[geheim]0\n(status 1)");
}

// Writes random templates that print FILE from all sorts of nests. Splitting the outcome of a command is the template's
// own affair, so that a bare $( ) is left out.
class Writer {
 public:
  explicit Writer(unsigned seed) : random_(seed) {}

  std::string Command(int depth) {
    switch (depth > 0 ? Below(12) : Below(3)) {
      case 0:
        return absl::StrCat("printf '[%s]' ", Word(depth), " ", Word(depth));
      case 1:
        return absl::StrCat("x=", Word(depth), "; printf '<%s>' \"$x\"");
      case 2:
        return absl::StrCat("printf %s ", Word(depth));
      case 3:
        return absl::StrCat("x=$(", Command(depth - 1), "); printf '%s.' \"$x\"");
      case 4:
        return absl::StrCat("{ ", Command(depth - 1), "; }");
      case 5:
        return absl::StrCat("( ", Command(depth - 1), " ) | cat");
      case 6:
        return absl::StrCat("case ", Word(depth), " in zz|", Word(depth), ") ", Command(depth - 1), ";; (*) ",
                            Command(depth - 1), " ;; esac");
      case 7:
        return absl::StrCat("if [ ", Word(0), " = ", Word(0), " ]; then ", Command(depth - 1), "; else\n",
                            Command(depth - 1), " # it's ${FILE}\nfi");
      case 8:
        return absl::StrCat("for f in ", Word(depth), " ", Word(depth), "; do printf '{%s}' \"$f\"; done");
      case 9: {
        const std::string end = absl::StrCat("E", ++here_documents_);
        return absl::StrCat("{ cat <<", end, "\n", Double(depth, false), "\n", end, "\n}");
      }
      case 10:
        return absl::StrCat("set -- ", Word(depth), " ", Word(depth), "; printf '%s/%s' $# \"$2\"");
      default:
        return absl::StrCat(Command(depth - 1), " && ", Command(depth - 1));
    }
  }

 private:
  size_t Below(size_t limit) { return random_() % limit; }
  std::string Word(int depth) {
    std::string word;
    for (size_t parts = 1 + Below(3); parts > 0; --parts) {
      switch (depth > 0 ? Below(13) : Below(9)) {
        case 0:
          word += "lit";
          break;
        case 1:
          word += "${FILE}";
          break;
        case 2:
          word += "$FILE";
          break;
        case 3:
          word += "'a b$c\"`'";
          break;
        case 4:
          word += "'${FILE}'";
          break;
        case 5:
          word += "\\$\\'\\\"\\ ";
          break;
        case 6:
          word += "${FILE#zz}";
          break;
        case 7:
          word += "${FILE%%zz*}";
          break;
        case 8:
          absl::StrAppend(&word, "\"", Double(0, true), "\"");
          break;
        case 9:
          absl::StrAppend(&word, "\"", Double(depth - 1, true), "\"");
          break;
        case 10:
          absl::StrAppend(&word, "${nope:-", Word(0), "}");
          break;
        case 11:
          absl::StrAppend(&word, "${FILE:+\"", Double(0, true), "\"}");
          break;
        default:
          absl::StrAppend(&word, "\"$(", Command(depth - 1), ")\"");
          break;
      }
    }
    return word;
  }
  std::string Double(int depth, bool quotes) {
    std::string text;
    for (size_t parts = 1 + Below(3); parts > 0; --parts) {
      switch (depth > 0 ? Below(8) : Below(6)) {
        case 0:
          text += "it's (*) ";
          break;
        case 1:
          text += "${FILE}";
          break;
        case 2:
          text += "$FILE/";
          break;
        case 3:
          text += "\\$FILE \\`";
          break;
        case 4:
          text += quotes ? "\\\"" : "\"";
          break;
        case 5:
          text += "${FILE%zz}";
          break;
        case 6:
          absl::StrAppend(&text, "$(", Command(depth - 1), ")");
          break;
        default:
          text += "${FILE:+<$FILE>}";
          break;
      }
    }
    return text;
  }

  std::mt19937 random_;
  int here_documents_ = 0;
};

TEST_P(CommandTemplateIn, RandomTemplatesTreatHostileNamesLikePlainOnes) {
  const std::string plain = "PLAIN", hostile = "$(touch pwn) `touch pwn`;touch pwn\n'\"\\*|?[a]~ ${FILE}#";
  std::vector<std::string> templates, scripts;
  for (unsigned seed = 0; seed < 300; ++seed) {
    templates.push_back(Writer(seed).Command(3));
    const auto command = CommandTemplate::Parse(templates.back(), {});
    ASSERT_TRUE(command.ok()) << templates.back() << ": " << command.status();
    for (const std::string& value : {plain, hostile})
      scripts.push_back(command->Bind(TemplateValues().Set("FILE", value))->script());
  }
  const std::vector<std::string> outputs = Run(scripts);
  ASSERT_EQ(outputs.size(), scripts.size() + 1);
  const bool splits = GetParam().name != "zsh";
  int telling = 0;
  for (size_t i = 0; i < templates.size(); ++i) {
    if (!splits && absl::StrContains(templates[i], "$#")) continue;
    telling += absl::StrContains(outputs[2 * i], plain) && !absl::StrContains(outputs[2 * i], "(status");
    EXPECT_EQ(outputs[2 * i + 1], absl::StrReplaceAll(outputs[2 * i], {{plain, hostile}})) << templates[i];
  }
  EXPECT_GT(telling, 150) << "most of them print the value";
  EXPECT_EQ(FilesCalledPwn(), "0\n");
}

std::vector<RealShell> PosixShells() {
  std::vector<RealShell> shells;
  for (const RealShell& shell : RealShells()) {
    if (shell.is_posix) shells.push_back(shell);
  }
  return shells;
}

INSTANTIATE_TEST_SUITE_P(EveryShell, CommandTemplateIn, testing::ValuesIn(PosixShells()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace sshsync
