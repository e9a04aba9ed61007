#include <algorithm>
#include <array>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sshsync/text/shell_scanner.h"

namespace sshsync {
namespace {

constexpr char kHole = '\1';

}  // namespace

void ShellScanner::WordParts() {
  while (!AtEnd() && !EndsWord(Peek()) && Allowed()) {
    switch (Peek()) {
      case '\\':
        Backslash();
        break;
      case '\'':
        Single();
        break;
      case '"':
        Double();
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
}

void ShellScanner::Backslash() {
  ++pos_;
  if (AtEnd()) return Append('\\');
  if (Peek() != '\n') Append(Peek());
  ++pos_;
}

void ShellScanner::Single() {
  const size_t begin = pos_;
  const size_t close = text_.substr(0, end_).find('\'', begin + 1);
  if (close == absl::string_view::npos) {
    Problem(begin, "' without its end");
    pos_ = end_;
    return;
  }
  scan_->quoted.push_back({Place(begin), Place(close) - Place(begin) + 1});
  Mentions(begin + 1, close, ShellContext::kSingle, static_cast<int>(scan_->quoted.size()) - 1);
  for (pos_ = begin + 1; pos_ < close; ++pos_) Append(Peek());
  pos_ = close + 1;
}

void ShellScanner::AnsiQuoted() {
  const size_t begin = pos_;
  ++pos_;
  const size_t close = text_.substr(0, end_).find('\'', pos_ + 1);
  if (close != absl::string_view::npos && text_[close - 1] == '\\') {
    Problem(begin, "$'...' that holds a \\': not every shell reads it the same way");
    pos_ = close + 1;
    return;
  }
  if (close != absl::string_view::npos) Mentions(pos_ + 1, close, ShellContext::kSingle, -1);
  const size_t quoted = scan_->quoted.size();
  Single();
  scan_->quoted.resize(quoted);
  // What Single found a second time is dropped: this string cannot be rewritten.
  while (!scan_->expansions.empty() && scan_->expansions.back().quoted >= static_cast<int>(quoted))
    scan_->expansions.pop_back();
}

void ShellScanner::Double() {
  const size_t begin = pos_++;
  Inside inside(scan_, ShellContext::kDouble);
  const bool around = std::exchange(in_double_, true);
  bool closed = false;
  while (!AtEnd() && !closed && Allowed()) {
    switch (Peek()) {
      case '"':
        ++pos_;
        closed = true;
        break;
      case '\\':
        if (absl::string_view("$`\"\\\n").find(Peek(1)) == absl::string_view::npos) Append('\\');
        Backslash();
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
  in_double_ = around;
  if (!closed) Problem(begin, "\" without its end");
}

int ShellScanner::Expansion(size_t begin, absl::string_view name) {
  ShellExpansion& expansion = scan_->expansions.emplace_back();
  expansion.offset = Place(begin);
  expansion.length = Place(pos_) - expansion.offset;
  expansion.name = std::string(name);
  expansion.contexts = scan_->contexts;
  expansion.outer = scan_->outer;
  expansion.word = scan_->word;
  if (scan_->word >= 0) expansion.at = scan_->words[scan_->word].text.size();
  return static_cast<int>(scan_->expansions.size()) - 1;
}

void ShellScanner::Dollar() {
  const size_t begin = pos_;
  const char next = Peek(1);
  if (next == '(') {
    if (Peek(2) != '(' || !Arithmetic(3)) Substitution(2);
    return Append(kHole);
  }
  if (next == '{') {
    Parameter();
    return Append(kHole);
  }
  if (next == '\'' && !in_double_) return AnsiQuoted();
  if (next == '"' && !in_double_) {
    ++pos_;
    return;
  }
  ++pos_;
  if (IsNameStart(next)) {
    while (IsNameByte(Peek())) ++pos_;
    Expansion(begin, text_.substr(begin + 1, pos_ - begin - 1));
    Append(kHole);
  } else if (absl::ascii_isdigit(static_cast<unsigned char>(next)) ||
             (next != '\0' && absl::string_view("@*#?-$!").find(next) != absl::string_view::npos)) {
    ++pos_;
    Append(kHole);
  } else {
    Append('$');
  }
}

void ShellScanner::Parameter() {
  static constexpr std::array<absl::string_view, 19> kOperators = {
      ":-", ":=", ":?", ":+", "##", "%%", "//", "^^", ",,", "-", "=", "?", "+", "#", "%", "/", "^", ",", "@"};
  const size_t begin = pos_;
  pos_ += 2;
  std::string op;
  if (Peek() == '!' && IsNameStart(Peek(1))) {
    op = "!";
    ++pos_;
  } else if (Peek() == '#' && (IsNameByte(Peek(1)) || Peek(1) == '@' || Peek(1) == '*')) {
    op = "length";
    ++pos_;
  }
  const size_t name_begin = pos_;
  if (IsNameByte(Peek())) {
    while (IsNameByte(Peek())) ++pos_;
  } else if (Peek() != '\0' && absl::string_view("@*#?-$!").find(Peek()) != absl::string_view::npos) {
    ++pos_;
  }
  const absl::string_view name = text_.substr(name_begin, pos_ - name_begin);
  ShellContext context = ShellContext::kParameterPattern;
  for (const absl::string_view known : kOperators) {
    if (!op.empty() || !Sees(known)) continue;
    op = std::string(known);
    pos_ += known.size();
    if (absl::string_view("-=?+").find(known.back()) != absl::string_view::npos) context = ShellContext::kParameterWord;
  }
  if (op.empty() && (Peek() == ':' || Peek() == '[')) {
    op = std::string(1, text_[pos_++]);
    context = ShellContext::kArithmetic;
  }
  if (name.empty() || (op.empty() && Peek() != '}' && !AtEnd()))
    Problem(begin, "${ without a name, or with something behind it that no shell knows");
  const int expansion = Expansion(begin, name);
  scan_->expansions[expansion].braced = true;
  scan_->expansions[expansion].op = op;
  Operand(begin, context, expansion);
  scan_->expansions[expansion].length = Place(pos_) - Place(begin);
}

// What stands between an operator and the closing brace.
void ShellScanner::Operand(size_t begin, ShellContext context, int expansion) {
  Inside inside(scan_, context);
  const int outer = std::exchange(scan_->outer, expansion);
  const bool mute = std::exchange(scan_->mute, true);
  const bool quotes_count = !in_double_ || context == ShellContext::kParameterPattern;
  bool closed = false;
  while (!AtEnd() && !closed && Allowed()) {
    const char c = Peek();
    if (absl::string_view("'\"\\`").find(c) != absl::string_view::npos)
      scan_->expansions[expansion].operand_quotes = true;
    if (c == '}') {
      ++pos_;
      closed = true;
    } else if (c == '\\') {
      Backslash();
    } else if (c == '\'' && quotes_count) {
      Single();
    } else if (c == '"') {
      Double();
    } else if (c == '`') {
      Backtick();
    } else if (c == '$') {
      Dollar();
    } else {
      ++pos_;
    }
  }
  scan_->outer = outer;
  scan_->mute = mute;
  if (!closed) Problem(begin, "${ without its }");
}

// `opening` is the length of what stands before the list: 2 for $( and <(, 1 for a subshell's parenthesis.
void ShellScanner::Substitution(size_t opening) {
  const size_t begin = pos_;
  pos_ += opening;
  const bool around = std::exchange(in_double_, false);
  const bool mute = std::exchange(scan_->mute, false);
  const int outer = scan_->outer;
  if (opening == 1) {  // a subshell is as bare as what is around it
    ++scan_->depth;
    List(Until::kParenthesis);
    --scan_->depth;
  } else {
    Inside inside(scan_, ShellContext::kSubstitution);
    List(Until::kParenthesis);
  }
  scan_->outer = outer;
  scan_->mute = mute;
  in_double_ = around;
  if (Peek() == ')') {
    ++pos_;
  } else {
    Problem(begin, absl::StrCat(text_.substr(begin, opening), " without its )"));
  }
}

// Tries to read $(( )) or (( )). False, with nothing changed, where it turns out to be a command that begins with a
// subshell.
bool ShellScanner::Arithmetic(size_t opening) {
  const size_t begin = pos_;
  // What is added meanwhile is dropped again by size: copies would make a script of many $(( )) quadratic.
  const size_t expansions = scan_->expansions.size(), words = scan_->words.size(), commands = scan_->commands.size(),
               pipes = scan_->pipes.size();
  const size_t quoted = scan_->quoted.size(), assigned = scan_->assigned.size(), problems = scan_->problems.size();
  const std::vector<HereDocument> pending = pending_;
  const size_t text = scan_->word < 0 ? 0 : scan_->words[scan_->word].text.size();
  Inside inside(scan_, ShellContext::kArithmetic);
  const bool around = std::exchange(in_double_, true);
  pos_ += opening;
  int depth = 0;
  bool closed = false;
  while (!AtEnd() && !closed && Allowed()) {
    const char c = Peek();
    if (c == '$') {
      Dollar();
    } else if (c == '`') {
      Backtick();
    } else if (IsNameByte(c)) {
      const size_t name = pos_;
      while (IsNameByte(Peek())) ++pos_;
      if (IsNameStart(c)) scan_->expansions[Expansion(name, text_.substr(name, pos_ - name))].dollar = false;
    } else if (c == ')' && depth == 0) {
      if (Peek(1) != ')') break;
      pos_ += 2;
      closed = true;
    } else {
      depth += c == '(' ? 1 : c == ')' ? -1 : 0;
      ++pos_;
    }
  }
  in_double_ = around;
  if (closed) return true;
  scan_->expansions.resize(expansions);
  scan_->words.resize(words);
  scan_->commands.resize(commands);
  scan_->pipes.resize(pipes);
  scan_->quoted.resize(quoted);
  scan_->assigned.resize(assigned);
  scan_->problems.resize(problems);
  pending_ = pending;
  if (scan_->word >= 0) scan_->words[scan_->word].text.resize(text);
  pos_ = begin;
  return false;
}

void ShellScanner::Backtick() {
  const size_t begin = pos_++;
  std::string inner;
  std::vector<size_t> places;
  for (; !AtEnd() && Peek() != '`'; ++pos_) {
    places.push_back(Place(pos_));
    const char next = Peek(1);
    if (Peek() == '\\' && (next == '$' || next == '`' || next == '\\' || (next == '"' && in_double_))) ++pos_;
    inner += Peek();
  }
  if (AtEnd()) return Problem(begin, "` without its end");
  places.push_back(Place(pos_++));
  Inside inside(scan_, ShellContext::kBacktick);
  const int outer = scan_->outer;
  const bool mute = std::exchange(scan_->mute, false);
  if (Allowed()) ShellScanner(inner, &places, scan_).List(Until::kEnd);
  scan_->outer = outer;
  scan_->mute = mute;
  Append(kHole);
}

// Names behind a `$` in text that the shell does not expand.
void ShellScanner::Mentions(size_t begin, size_t end, ShellContext context, int quoted) {
  Inside inside(scan_, context);
  for (size_t i = begin; i + 1 < end; ++i) {
    if (text_[i] != '$') continue;
    const bool braced = text_[i + 1] == '{';
    const size_t name = i + (braced ? 2 : 1);
    size_t after = name;
    while (after < end && IsNameByte(text_[after])) ++after;
    if (after == name || !IsNameStart(text_[name])) continue;
    const int expansion = Expansion(i, text_.substr(name, after - name));
    scan_->expansions[expansion].braced = braced;
    scan_->expansions[expansion].quoted = quoted;
    scan_->expansions[expansion].at += i - begin;
    scan_->expansions[expansion].length =
        Place(after - 1) + 1 - Place(i) + (braced && after < end && text_[after] == '}' ? 1 : 0);
    i = after - 1;
  }
}

}  // namespace sshsync
