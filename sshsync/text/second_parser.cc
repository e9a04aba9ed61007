#include "sshsync/text/second_parser.h"

#include <array>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace sshsync {
namespace {

// The options of a command that take an argument, by letter, as getopt writes them.
struct Options {
  absl::string_view name;
  absl::string_view with_argument;
  size_t operands = 0;  // that stand before the command it runs
};

// Programs that run the command behind them.
constexpr std::array kWrappers = {
    Options{"exec", "a"},     Options{"command", ""},      Options{"builtin", ""},     Options{"nohup", ""},
    Options{"env", "uC"},     Options{"nice", "n"},        Options{"setsid", ""},      Options{"sudo", "ugpCThrtR"},
    Options{"doas", "uC"},    Options{"timeout", "ks", 1}, Options{"ionice", "cnptu"}, Options{"stdbuf", "ioe"},
    Options{"time", "fo"},    Options{"busybox", ""},      Options{"toybox", ""},      Options{"xargs", "IaEdnLPsR"},
    Options{"chroot", "", 1}, Options{"runuser", "u"},
};

constexpr std::array<absl::string_view, 12> kShells = {"sh",   "bash", "dash", "ash",  "ksh",  "ksh93",
                                                       "mksh", "zsh",  "csh",  "tcsh", "fish", "rbash"};
constexpr std::array<absl::string_view, 5> kAwks = {"awk", "gawk", "mawk", "nawk", "original-awk"};

// Interpreters with the option that holds a program.
constexpr std::array kInterpreters = {
    Options{"python", "c"}, Options{"python2", "c"},   Options{"python3", "c"},
    Options{"ruby", "e"},   Options{"php", "rBRE"},    Options{"node", "ep"},
    Options{"lua", "e"},    Options{"osascript", "e"}, Options{"expect", "c"},
};

constexpr std::array<absl::string_view, 10> kPatternTests = {"-name",  "-iname",  "-path",  "-ipath",  "-wholename",
                                                             "-lname", "-ilname", "-regex", "-iregex", "-iwholename"};
// Take a name, not a value, up to an `=`.
constexpr std::array<absl::string_view, 8> kDeclares = {"export", "readonly", "declare", "typeset",
                                                        "local",  "unset",    "read",    "alias"};
// A leading `-` does no harm behind these.
constexpr std::array<absl::string_view, 9> kTakesDashes = {"echo", "printf", "test",   "[",   "[[",
                                                           "case", "for",    "select", "eval"};

absl::string_view BaseName(absl::string_view path) {
  const size_t slash = path.rfind('/');
  return slash == absl::string_view::npos ? path : path.substr(slash + 1);
}

template <class Rows>
const Options* Row(const Rows& rows, absl::string_view name) {
  const auto row = absl::c_find_if(rows, [name](const Options& options) { return options.name == name; });
  return row == rows.end() ? nullptr : &*row;
}

// A command taken apart: what its options and operands are. Words are numbered within the command.
class Reading {
 public:
  Reading(const ShellScan& scan, absl::Span<const int> words) : scan_(scan), words_(words) {
    Start(0);
    for (const Options* wrapper; first_ < words_.size() && (wrapper = Row(kWrappers, name_)) != nullptr;) {
      if (name_ == "xargs") runs_input_ |= !Flag('0', "IaEdnLPsR") && !Flag('d', "IaEdnLPsR") && !HasWord("--null");
      size_t next = Operands(wrapper->with_argument) + wrapper->operands;
      while (next < words_.size() && absl::StrContains(Text(next), '=') && name_ == "env") ++next;
      if (next >= words_.size()) break;
      Start(next);
    }
  }

  absl::string_view name() const { return name_; }

  // Who reads what stands at `at` in that word a second time.
  std::string SecondParser(size_t word, size_t at, bool* is_address) const;

  // Whether what comes in on standard input is run, or taken apart at blanks and quotes.
  std::string InputParser() const {
    if (runs_input_) return "xargs";
    if (absl::c_linear_search(kShells, name_) && !Flag('c', "oO") &&
        (Operands("oO") >= words_.size() || Flag('s', "oO")))
      return std::string(name_);
    if (IsSsh()) {
      const size_t host = Operands(kSshOptions);
      if (host + 1 >= words_.size() || absl::c_linear_search(kShells, BaseName(Text(host + 1))))
        return std::string(name_);
    }
    if (name_ == "sftp" || name_ == "at" || name_ == "batch" || name_ == "crontab") return std::string(name_);
    if ((name_ == "perl" || Row(kInterpreters, name_) != nullptr) && first_ + 1 >= words_.size())
      return std::string(name_);
    return "";
  }

 private:
  static constexpr absl::string_view kSshOptions = "BbcDEeFIiJLlmOopQRSWw";

  void Start(size_t word) {
    first_ = word;
    name_ = word < words_.size() ? BaseName(Text(word)) : absl::string_view();
  }
  absl::string_view Text(size_t word) const { return scan_.words[words_[word]].text; }
  bool IsSsh() const {
    return name_ == "ssh" || name_ == "rsh" || name_ == "slogin" || name_ == "autossh" || name_ == "remsh";
  }
  bool HasWord(absl::string_view text) const {
    for (size_t i = first_; i < words_.size(); ++i) {
      if (Text(i) == text) return true;
    }
    return false;
  }

  // Calls `see(letter, word)` for each option; `word` holds its argument, or is 0. Returns the first operand.
  template <class See>
  size_t Walk(absl::string_view with_argument, See see) const {
    size_t i = first_ + 1;
    for (; i < words_.size(); ++i) {
      const absl::string_view text = Text(i);
      if (text == "--") return i + 1;
      if (text.size() < 2 || text[0] != '-') return i;
      if (text[1] == '-') continue;
      for (size_t j = 1; j < text.size(); ++j) {
        if (!absl::StrContains(with_argument, text[j])) {
          see(text[j], size_t{0});
          continue;
        }
        const char letter = text[j];
        if (j + 1 == text.size()) ++i;
        see(letter, i);
        break;
      }
    }
    return i;
  }
  size_t Operands(absl::string_view with_argument) const {
    return Walk(with_argument, [](char, size_t) {});
  }
  bool Flag(char letter, absl::string_view with_argument) const {
    bool found = false;
    Walk(with_argument, [&](char seen, size_t) { found |= seen == letter; });
    return found;
  }
  bool IsArgumentOf(absl::string_view letters, absl::string_view with_argument, size_t word) const {
    bool found = false;
    Walk(with_argument,
         [&](char seen, size_t argument) { found |= argument == word && absl::StrContains(letters, seen); });
    return found;
  }
  std::string FindParser(size_t word, size_t at, bool* is_address) const;
  std::string PerlParser(size_t word) const;

  const ShellScan& scan_;
  const absl::Span<const int> words_;
  size_t first_ = 0;  // the word that names the program
  absl::string_view name_;
  bool runs_input_ = false;
};

std::string Reading::FindParser(size_t word, size_t at, bool* is_address) const {
  if (absl::c_linear_search(kPatternTests, Text(word - 1))) return absl::StrCat("the pattern of find ", Text(word - 1));
  for (size_t i = first_ + 1; i < word; ++i) {
    if (Text(i) != "-exec" && Text(i) != "-execdir" && Text(i) != "-ok" && Text(i) != "-okdir") continue;
    size_t end = i + 1;
    while (end < words_.size() && Text(end) != ";" && Text(end) != "+") ++end;
    if (word < end)
      return Reading(scan_, words_.subspan(i + 1, end - i - 1)).SecondParser(word - i - 1, at, is_address);
    i = end;
  }
  return "";
}

std::string Reading::PerlParser(size_t word) const {
  constexpr absl::string_view kWithArgument = "eEIMmDixF";
  if (IsArgumentOf("eE", kWithArgument, word)) return "the program of perl";
  bool reads_files = false;
  Walk(kWithArgument, [&](char letter, size_t argument) {
    reads_files |= letter == 'n' || letter == 'p' ||
                   ((letter == 'e' || letter == 'E') && argument > 0 && absl::StrContains(Text(argument), "<>"));
  });
  return reads_files && word >= Operands(kWithArgument) ? "perl's open, which runs a name that ends with |" : "";
}

std::string Reading::SecondParser(size_t word, size_t at, bool* is_address) const {
  if (word <= first_ || word >= words_.size()) return "";
  const absl::string_view text = Text(word), before = text.substr(0, at);
  if (absl::c_linear_search(kShells, name_))
    return Flag('c', "oO") && word == Operands("oO") ? absl::StrCat("the script of ", name_, " -c") : "";
  if (name_ == "eval" || name_ == "let") return std::string(name_);
  if (name_ == "trap") return word == Operands("") ? "trap" : "";
  if (absl::c_linear_search(kDeclares, name_))
    return absl::StrContains(before, '=') && name_ != "alias" ? "" : std::string(name_);
  if (name_ == "su" || name_ == "runuser") {  // its options may stand behind the user
    const absl::string_view option = Text(word - 1);
    return (absl::StartsWith(option, "-") && absl::EndsWith(option, "c")) || option == "--command" ||
                   absl::StartsWith(text, "--command=")
               ? "su -c"
               : "";
  }
  if (IsSsh()) return word > Operands(kSshOptions) ? absl::StrCat("the other host's shell, through ", name_) : "";
  if (name_ == "scp" || name_ == "rcp" || name_ == "sftp" || name_ == "rsync") {
    const size_t colon = before.find(':');
    *is_address = colon != absl::string_view::npos && colon < before.find('/');
    if (*is_address) return absl::StrCat("the host:path word of ", name_);
    const bool rsh = name_ == "rsync" && (Text(word - 1) == "-e" || absl::StartsWith(text, "--rsh=") ||
                                          absl::StartsWith(text, "--rsync-path="));
    return rsh || (name_ != "rsync" && IsArgumentOf("oS", "cFiJloPSD", word)) ? absl::StrCat("an option of ", name_)
                                                                              : "";
  }
  if (absl::c_linear_search(kAwks, name_)) {
    if (IsArgumentOf("v", "vFf", word)) return absl::StrCat(name_, " -v, which reads backslashes");
    return word == Operands("vFf") && !Flag('f', "vFf") ? absl::StrCat("the program of ", name_) : "";
  }
  if (name_ == "perl") return PerlParser(word);
  if (name_ == "sed") {
    return IsArgumentOf("e", "efil", word) || (word == Operands("efil") && !Flag('e', "efil") && !Flag('f', "efil"))
               ? "the script of sed"
               : "";
  }
  if (name_ == "find") return FindParser(word, at, is_address);
  const Options* interpreter = Row(kInterpreters, name_);
  if (interpreter != nullptr && IsArgumentOf(interpreter->with_argument, interpreter->with_argument, word))
    return absl::StrCat("the program of ", name_);
  return "";
}

ValueReader::OptionLike OptionLike(const ShellScan& scan, const ShellExpansion& expansion) {
  const ShellWord& word = scan.words[expansion.word];
  if (word.kind != ShellWord::Kind::kArgument || expansion.at != 0 || word.command < 0 || expansion.op == "length")
    return ValueReader::OptionLike::kNo;
  const std::vector<int>& words = scan.commands[word.command].words;
  if (words.empty() || words[0] == expansion.word ||
      absl::c_linear_search(kTakesDashes, BaseName(scan.words[words[0]].text)))
    return ValueReader::OptionLike::kNo;
  for (const int earlier : words) {
    if (earlier == expansion.word) break;
    if (scan.words[earlier].text == "--") return ValueReader::OptionLike::kNo;
  }
  return expansion.op.empty() || expansion.op[0] == '%' ? ValueReader::OptionLike::kWhole
                                                        : ValueReader::OptionLike::kCut;
}

// Follows a value outward: the word it is a part of, the word around the $( ) of that command, and so on.
std::string Follow(const ShellScan& scan, const std::vector<std::string>& piped, const ShellExpansion& expansion,
                   bool* is_address) {
  size_t at = expansion.at;
  for (int word = expansion.word; word >= 0;) {
    const int command = scan.words[word].command;
    if (command < 0) return "";
    const Reading reading(scan, scan.commands[command].words);
    std::string reader;
    if (scan.words[word].kind == ShellWord::Kind::kHereText) {
      reader = reading.InputParser();
    } else if (scan.words[word].kind == ShellWord::Kind::kArgument) {
      reader = reading.SecondParser(
          static_cast<size_t>(absl::c_find(scan.commands[command].words, word) - scan.commands[command].words.begin()),
          at, is_address);
      if (reader.empty()) reader = piped[command];
    }
    if (!reader.empty()) return reader;
    at = scan.commands[command].at;
    word = scan.commands[command].word;
  }
  return "";
}

}  // namespace

std::vector<ValueReader> ValueReaders(const ShellScan& scan) {
  std::vector<std::string> piped(scan.commands.size());
  for (const ShellPipe& pipe : scan.pipes) {
    if (static_cast<size_t>(pipe.into) >= scan.commands.size()) continue;
    const std::string parser = Reading(scan, scan.commands[pipe.into].words).InputParser();
    for (int i = pipe.begin; i < pipe.end && !parser.empty(); ++i) piped[i] = absl::StrCat(parser, ", from the pipe");
  }
  std::vector<ValueReader> readers;
  for (const ShellExpansion& expansion : scan.expansions) {
    ValueReader& reader = readers.emplace_back();
    if (absl::c_linear_search(expansion.contexts, ShellContext::kArithmetic))
      reader.second_parser = "an arithmetic expression";
    if (expansion.word < 0) continue;
    if (reader.second_parser.empty()) reader.second_parser = Follow(scan, piped, expansion, &reader.is_address);
    reader.option_like = OptionLike(scan, expansion);
  }
  return readers;
}

}  // namespace sshsync
