#include "sshsync/text/shell_scan.h"

#include <algorithm>
#include <array>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "sshsync/text/shell_scanner.h"

namespace sshsync {
namespace {

constexpr int kMaxDepth = 100;

}  // namespace

// False, and the end, once the text turns out to be malicious.
bool ShellScanner::Allowed() {
  if (scan_->depth < kMaxDepth && scan_->steps_left > 0) {
    --scan_->steps_left;
    return true;
  }
  if (scan_->steps_left > 0 || scan_->problems.empty()) Problem(pos_, "nested too deep to be read");
  scan_->steps_left = 0;
  pos_ = end_;
  return false;
}

void ShellScanner::List(Until until) {
  Position position;
  position.pipeline = scan_->commands.size();
  while (!AtEnd() && Allowed()) {
    const char c = Peek();
    if (IsBlank(c)) {
      ++pos_;
    } else if (Sees("\\\n")) {
      pos_ += 2;
    } else if (c == '\n') {
      ++pos_;
      EndCommand(&position);
      HereDocuments();
    } else if (c == '#') {
      while (!AtEnd() && Peek() != '\n') ++pos_;
    } else if (until == Until::kCaseItem && (Sees(";;") || Sees(";&"))) {
      break;
    } else if (c == ';' || c == '&' || c == '|') {
      Operator(&position);
    } else if (c == '(') {
      const bool starts_command = position.at_start && position.command < 0;
      if (starts_command && Peek(1) == '(' && Arithmetic(2)) continue;
      if (position.piped) {
        const int first = static_cast<int>(scan_->commands.size());
        scan_->pipes.push_back({static_cast<int>(position.pipeline), first, first});
        position.piped = false;
      }
      Substitution(1);
      if (!starts_command) EndCommand(&position);  // a function, or an array
    } else if (c == ')') {
      if (until == Until::kParenthesis) break;
      Problem(pos_++, ") without (");
    } else if (c == '<' || c == '>') {
      Redirection(&position);
    } else if (until == Until::kCaseItem && position.at_start && position.command < 0 && SeesWord("esac")) {
      break;
    } else {
      Word(&position);
    }
  }
  EndCommand(&position);
  for (const Compound& compound : position.compounds)
    Problem(compound.offset, absl::StrCat(compound.keyword, " without its end"));
  if (until == Until::kEnd && !pending_.empty()) Problem(pending_[0].offset, "here-document without its text");
}

int ShellScanner::Command(Position* position) {
  if (position->command < 0) {
    position->command = static_cast<int>(scan_->commands.size());
    scan_->commands.emplace_back();
    scan_->commands.back().word = scan_->word;
    if (scan_->word >= 0) scan_->commands.back().at = scan_->words[scan_->word].text.size();
    if (position->piped)
      scan_->pipes.push_back({static_cast<int>(position->pipeline), position->command, position->command});
    position->piped = false;
  }
  return position->command;
}

void ShellScanner::EndCommand(Position* position) {
  position->command = -1;
  position->at_start = true;
  position->header = {};
  if (!position->piped) position->pipeline = scan_->commands.size();
}

void ShellScanner::Operator(Position* position) {
  const bool twice = Peek(1) == Peek() || Sees("|&");
  position->piped = Peek() == '|' && (!twice || Sees("|&"));
  pos_ += twice ? 2 : 1;
  EndCommand(position);
}

int ShellScanner::BeginWord(ShellWord::Kind kind, int command) {
  const int word = static_cast<int>(scan_->words.size());
  ShellWord& added = scan_->words.emplace_back();
  added.kind = kind;
  added.offset = Place(pos_);
  added.command = command;
  return word;
}

void ShellScanner::EndWord(int word) { scan_->words[word].length = Place(pos_) - scan_->words[word].offset; }

int ShellScanner::WordOf(ShellWord::Kind kind, int command) {
  const int word = BeginWord(kind, command);
  const int around = std::exchange(scan_->word, word);
  WordParts();
  scan_->word = around;
  EndWord(word);
  return word;
}

void ShellScanner::AddArgument(int command, int word) { scan_->commands[command].words.push_back(word); }

void ShellScanner::Word(Position* position) {
  size_t after = pos_;
  while (after < end_ && !EndsWord(text_[after])) ++after;
  const absl::string_view raw = text_.substr(pos_, after - pos_);
  if (after < end_ && (text_[after] == '<' || text_[after] == '>') && absl::c_all_of(raw, absl::ascii_isdigit)) {
    pos_ = after;  // a descriptor's number
    return;
  }
  if (position->at_start && position->command < 0 && Keyword(position, raw)) return;

  const int command = Command(position);
  const int word = WordOf(ShellWord::Kind::kArgument, command);
  if (position->at_start) {
    const absl::string_view name = absl::StripSuffix(raw.substr(0, raw.find('=')), "+");
    if (absl::StrContains(raw, '=') && !name.empty() && IsNameStart(name[0]) && absl::c_all_of(name, IsNameByte)) {
      scan_->words[word].kind = ShellWord::Kind::kAssignment;
      scan_->assigned.emplace_back(name);
      return;
    }
  }
  position->at_start = false;
  AddArgument(command, word);
  const std::string& text = scan_->words[word].text;
  const std::vector<int>& words = scan_->commands[command].words;
  const bool reads = scan_->words[words[0]].text == "read" && words.size() > 1;
  if (reads || (position->header == "for" && words.size() == 2)) scan_->assigned.push_back(text);
  if ((position->header == "function" && words.size() == 2) ||
      (position->header == "for" && words.size() == 3 && text == "do"))
    EndCommand(position);
}

// Takes a word that is no part of a command. False, with nothing taken, where it is one.
bool ShellScanner::Keyword(Position* position, absl::string_view word) {
  static constexpr std::array<absl::string_view, 6> kGoesOn = {"then", "elif", "else", "do", "!", "time"};
  static constexpr std::array<absl::string_view, 4> kOpens = {"if", "while", "until", "{"};
  static constexpr std::array<absl::string_view, 4> kCloses = {"fi", "done", "}", "esac"};
  const size_t begin = pos_;
  const bool is_for = word == "for" || word == "select";
  if (is_for || absl::c_linear_search(kOpens, word)) {
    position->compounds.push_back(
        {is_for ? "for" : word, begin, position->piped ? position->pipeline : scan_->commands.size()});
  }
  if (is_for || word == "function") {
    position->header = is_for ? "for" : word;
    return false;
  }
  if (word == "case" || word == "[[") {
    const int command = Command(position);
    AddArgument(command, WordOf(ShellWord::Kind::kArgument, command));
    word == "case" ? Case(command, begin) : Condition(command, begin);
    position->command = -1;
    return true;
  }
  if (absl::c_linear_search(kCloses, word)) {
    Close(position, word);
  } else if (!absl::c_linear_search(kOpens, word) && !absl::c_linear_search(kGoesOn, word)) {
    return false;
  }
  pos_ += word.size();
  return true;
}

void ShellScanner::Close(Position* position, absl::string_view closer) {
  const auto closes = [closer](absl::string_view opener) {
    if (closer == "fi") return opener == "if";
    if (closer == "}") return opener == "{";
    return closer == "done" && (opener == "while" || opener == "until" || opener == "for");
  };
  if (position->compounds.empty() || !closes(position->compounds.back().keyword)) {
    Problem(pos_, absl::StrCat(closer, " without its beginning"));
    return;
  }
  position->pipeline = position->compounds.back().first_command;
  position->compounds.pop_back();
}

void ShellScanner::SkipBlanks() {
  while (!AtEnd() && (IsBlank(Peek()) || Sees("\\\n"))) pos_ += Peek() == '\\' ? 2 : 1;
}

void ShellScanner::SkipLines() {
  for (SkipBlanks(); Peek() == '\n' || Peek() == '#'; SkipBlanks()) {
    while (Peek() == '#' && !AtEnd() && text_.find('\n', pos_) != absl::string_view::npos && Peek() != '\n') {
      pos_ = std::min(text_.find('\n', pos_), end_);
    }
    if (Peek() != '\n') return;
    ++pos_;
    HereDocuments();
  }
}

void ShellScanner::Case(int command, size_t begin) {
  ++scan_->depth;
  SkipLines();
  AddArgument(command, WordOf(ShellWord::Kind::kArgument, command));
  SkipLines();
  bool closed = false;
  if (SeesWord("in")) {
    pos_ += 2;
    while (!AtEnd() && !closed && Allowed()) {
      SkipLines();
      if (SeesWord("esac")) {
        pos_ += 4;
        closed = true;
      } else if (!CaseItem(command)) {
        break;
      }
    }
  }
  --scan_->depth;
  if (!closed) Problem(begin, "case without its esac");
}

bool ShellScanner::CaseItem(int command) {
  if (Peek() == '(') ++pos_;
  while (!AtEnd() && Peek() != ')' && Allowed()) {
    if (IsBlank(Peek()) || Peek() == '|' || Sees("\\\n")) {
      pos_ += Peek() == '\\' ? 2 : 1;
    } else if (EndsWord(Peek())) {
      return false;
    } else {
      AddArgument(command, WordOf(ShellWord::Kind::kArgument, command));
    }
  }
  if (AtEnd()) return false;
  ++pos_;
  List(Until::kCaseItem);
  if (Sees(";;") || Sees(";&")) pos_ += Sees(";;&") ? 3 : 2;
  return true;
}

void ShellScanner::Condition(int command, size_t begin) {
  while (!AtEnd() && Allowed()) {
    if (EndsWord(Peek())) {
      ++pos_;
      continue;
    }
    const int word = WordOf(ShellWord::Kind::kArgument, command);
    AddArgument(command, word);
    if (scan_->words[word].text == "]]") return;
  }
  Problem(begin, "[[ without ]]");
}

void ShellScanner::Redirection(Position* position) {
  const size_t begin = pos_;
  const int command = Command(position);
  if (Peek(1) == '(') {  // <( ) is an argument of its command
    const int word = BeginWord(ShellWord::Kind::kArgument, command);
    const int around = std::exchange(scan_->word, word);
    Substitution(2);
    scan_->word = around;
    EndWord(word);
    return AddArgument(command, word);
  }
  if (Sees("<<") && !Sees("<<<")) return HereDocumentStart(command);
  const auto kind = Sees("<<<") ? ShellWord::Kind::kHereText : ShellWord::Kind::kRedirection;
  pos_ += Sees("<<<") ? 3 : Sees(">>") || Sees("<&") || Sees(">&") || Sees("<>") || Sees(">|") ? 2 : 1;
  SkipBlanks();
  if (AtEnd() || EndsWord(Peek())) return Problem(begin, "redirection without a target");
  WordOf(kind, command);
}

void ShellScanner::HereDocumentStart(int command) {
  const size_t begin = pos_;
  HereDocument here{{}, Sees("<<-"), false, command, begin};
  pos_ += here.strip_tabs ? 3 : 2;
  SkipBlanks();
  const size_t start = pos_;
  char quote = '\0';
  for (; !AtEnd() && (quote != '\0' || !EndsWord(Peek())); ++pos_) {
    const char c = Peek();
    if (quote != '\0' ? c == quote : c == '\'' || c == '"') {
      quote = quote != '\0' ? '\0' : c;
      here.quoted = true;
    } else if (c == '\\' && quote != '\'' && pos_ + 1 < end_) {
      here.quoted = true;
      here.delimiter += text_[++pos_];
    } else {
      here.delimiter += c;
    }
  }
  if (pos_ == start || quote != '\0') return Problem(begin, "here-document without a delimiter");
  pending_.push_back(std::move(here));
}

void ShellScanner::HereDocuments() {
  std::vector<HereDocument> documents;
  documents.swap(pending_);
  for (const HereDocument& here : documents) {
    const size_t begin = pos_;
    size_t body_end = begin;
    bool closed = false, joined = false;
    while (!AtEnd() && !closed) {
      const size_t newline = std::min(text_.find('\n', pos_), end_);
      absl::string_view line = text_.substr(pos_, newline - pos_);
      if (here.strip_tabs) line.remove_prefix(std::min(line.find_first_not_of('\t'), line.size()));
      closed = !joined && line == here.delimiter;
      const size_t backslashes = line.size() - std::min(line.find_last_not_of('\\') + 1, line.size());
      joined = !here.quoted && backslashes % 2 == 1;
      pos_ = std::min(newline + 1, end_);
      if (!closed) body_end = pos_;
    }
    if (!closed) Problem(here.offset, absl::StrCat("here-document without its end, a line ", here.delimiter));
    const size_t after = std::exchange(pos_, begin);
    const size_t around_end = std::exchange(end_, body_end);
    const int around = std::exchange(scan_->word, BeginWord(ShellWord::Kind::kHereText, here.command));
    const int word = scan_->word;
    if (here.quoted) {
      Mentions(begin, body_end, ShellContext::kLiteralHereDocument, -1);
    } else {
      Inside inside(scan_, ShellContext::kHereDocument);
      const bool around_double = std::exchange(in_double_, true);
      while (!AtEnd() && Allowed()) {
        switch (Peek()) {
          case '\\':
            pos_ = std::min(pos_ + 2, end_);
            break;
          case '`':
            Backtick();
            break;
          case '$':
            Dollar();
            break;
          default:
            Append(text_[pos_++]);
        }
      }
      in_double_ = around_double;
    }
    scan_->words[word].length = Place(body_end) - scan_->words[word].offset;
    scan_->word = around;
    end_ = around_end;
    pos_ = after;
  }
}

ShellScan ScanShell(absl::string_view text) {
  ScanInProgress scan;
  scan.steps_left = 1000 + 20 * text.size();
  ShellScanner(text, nullptr, &scan).List(ShellScanner::Until::kEnd);
  return std::move(static_cast<ShellScan&>(scan));
}

}  // namespace sshsync
