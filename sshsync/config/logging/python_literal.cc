#include "sshsync/config/logging/python_literal.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace sshsync {
namespace {

using Kind = PythonValue::Kind;

constexpr int kMaxDepth = 20;
constexpr absl::string_view kOnlyLiterals = "only literals are read here, nothing is evaluated";

bool IsNameStart(char c) { return absl::ascii_isalpha(c) || c == '_'; }
bool IsNamePart(char c) { return absl::ascii_isalnum(c) || c == '_'; }

void AppendUtf8(uint32_t point, std::string* out) {
  const auto add = [out](uint32_t byte) { out->push_back(static_cast<char>(byte)); };
  if (point < 0x80) return add(point);
  if (point < 0x800) {
    add(0xc0 | point >> 6);
  } else if (point < 0x10000) {
    add(0xe0 | point >> 12);
    add(0x80 | (point >> 6 & 0x3f));
  } else {
    add(0xf0 | point >> 18);
    add(0x80 | (point >> 12 & 0x3f));
    add(0x80 | (point >> 6 & 0x3f));
  }
  add(0x80 | (point & 0x3f));
}

class Parser {
 public:
  explicit Parser(absl::string_view text) : text_(text) {}

  PythonLiteral Parse() {
    PythonLiteral result;
    SkipSpace();
    result.value = Sequence('\0', 0);
    if (error_.empty() && at_ < text_.size()) Fail(kOnlyLiterals);
    result.error = error_;
    result.offset = error_at_;
    return result;
  }

 private:
  char Peek(size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
  bool AtEnd(char close) const { return at_ >= text_.size() || (close != '\0' && Peek() == close); }

  void SkipSpace() {
    while (at_ < text_.size() && absl::ascii_isspace(text_[at_])) ++at_;
  }

  bool Skip(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    SkipSpace();
    return true;
  }

  PythonValue Fail(absl::string_view why) {
    if (error_.empty()) {
      error_ = std::string(why);
      error_at_ = at_;
    }
    at_ = text_.size();
    return {};
  }

  /// What stands between parentheses, or all of the text: one value, or a tuple where there is a comma.
  PythonValue Sequence(char close, int depth) {
    PythonValue tuple;
    tuple.kind = Kind::kTuple;
    tuple.offset = at_;
    if (AtEnd(close)) return close == '\0' ? Fail("there is no value") : tuple;
    bool comma = false;
    while (!AtEnd(close)) {
      tuple.items.push_back(Value(depth));
      if (!Skip(',')) break;
      comma = true;
    }
    if (tuple.items.size() == 1 && !comma) return std::move(tuple.items[0]);
    return tuple;
  }

  PythonValue Value(int depth) {
    if (depth > kMaxDepth) return Fail("nested too deeply");
    const size_t start = at_;
    PythonValue value;
    const char c = Peek();
    if (c == '(') {
      Skip('(');
      value = Sequence(')', depth + 1);
      if (error_.empty() && !Skip(')')) return Fail(at_ < text_.size() ? kOnlyLiterals : "`)` is missing");
    } else if (c == '[' || c == '{') {
      value = Collection(c, depth);
    } else if (StartsString()) {
      value = Strings();
    } else if (absl::ascii_isdigit(c) || c == '.' || c == '-' || c == '+') {
      value = Number();
    } else if (IsNameStart(c)) {
      value = Name();
    } else {
      return Fail(at_ < text_.size() ? kOnlyLiterals : "a value is missing");
    }
    value.offset = start;
    return value;
  }

  PythonValue Collection(char open, int depth) {
    const char close = open == '[' ? ']' : '}';
    PythonValue value;
    value.kind = open == '[' ? Kind::kList : Kind::kDict;
    Skip(open);
    while (!AtEnd(close)) {
      value.items.push_back(Value(depth + 1));
      if (value.kind == Kind::kDict) {
        if (!Skip(':')) return Fail("`:` is missing");
        value.items.push_back(Value(depth + 1));
      }
      if (!Skip(',')) break;
    }
    if (error_.empty() && !Skip(close))
      return Fail(at_ < text_.size() ? kOnlyLiterals : absl::StrCat("`", std::string(1, close), "` is missing"));
    return value;
  }

  /// The letters in front of the quote, in lower case; nothing where no string begins here.
  absl::string_view Prefix() const {
    size_t length = 0;
    while (length < 2 && absl::ascii_isalpha(Peek(length))) ++length;
    const char quote = Peek(length);
    return quote == '\'' || quote == '"' ? text_.substr(at_, length + 1) : absl::string_view();
  }

  bool StartsString() const { return !Prefix().empty(); }

  PythonValue Strings() {
    PythonValue value;
    value.kind = Kind::kNone;
    while (error_.empty() && StartsString()) {
      const std::string prefix = absl::AsciiStrToLower(Prefix().substr(0, Prefix().size() - 1));
      if (prefix.find('f') != std::string::npos) return Fail(kOnlyLiterals);
      if (prefix != "" && prefix != "r" && prefix != "u" && prefix != "b" && prefix != "rb" && prefix != "br") {
        return Fail("unknown string prefix");
      }
      const Kind kind = prefix.find('b') == std::string::npos ? Kind::kText : Kind::kBytes;
      if (value.kind != Kind::kNone && value.kind != kind) return Fail("text and bytes do not join");
      value.kind = kind;
      at_ += prefix.size();
      String(kind, prefix.find('r') != std::string::npos, &value.text);
      SkipSpace();
    }
    return value;
  }

  void String(Kind kind, bool raw, std::string* out) {
    const std::string quote(text_.substr(at_, text_.substr(at_, 3) == std::string(3, Peek()) ? 3 : 1));
    const size_t start = at_;
    at_ += quote.size();
    while (at_ < text_.size() && text_.substr(at_, quote.size()) != quote) {
      const char c = text_[at_];
      if (c == '\n' && quote.size() == 1) break;
      if (c == '\\' && raw && at_ + 1 < text_.size()) {
        absl::StrAppend(out, text_.substr(at_, 2));
        at_ += 2;
      } else if (c == '\\' && at_ + 1 < text_.size()) {
        Escape(kind, out);
      } else {
        if (kind == Kind::kBytes && static_cast<unsigned char>(c) >= 0x80)
          return (void)Fail("bytes hold ASCII characters only");
        out->push_back(c);
        ++at_;
      }
    }
    if (error_.empty() && text_.substr(at_, quote.size()) != quote) {
      at_ = start;
      return (void)Fail("the string does not end");
    }
    if (error_.empty()) at_ += quote.size();
  }

  void Escape(Kind kind, std::string* out) {
    constexpr absl::string_view kLetters = "\\'\"abfnrtv";
    constexpr absl::string_view kMeanings = "\\'\"\a\b\f\n\r\t\v";
    const char c = Peek(1);
    const bool text = kind == Kind::kText;
    if (const size_t letter = kLetters.find(c); letter != absl::string_view::npos) {
      out->push_back(kMeanings[letter]);
      at_ += 2;
    } else if (c == '\n') {
      at_ += 2;
    } else if (c >= '0' && c <= '7') {
      uint32_t point = 0;
      ++at_;
      for (int digits = 0; digits < 3 && Peek() >= '0' && Peek() <= '7'; ++digits, ++at_)
        point = point * 8 + (Peek() - '0');
      text ? AppendUtf8(point, out) : out->push_back(static_cast<char>(point));
    } else if (c == 'x' || (text && (c == 'u' || c == 'U'))) {
      const size_t digits = c == 'x' ? 2 : c == 'u' ? 4 : 8;
      const std::string hex(text_.substr(at_ + 2, digits));
      uint32_t point = 0;
      if (hex.size() < digits || hex.find_first_not_of("0123456789abcdefABCDEF") != std::string::npos ||
          !absl::SimpleHexAtoi(hex, &point) || point > 0x10ffff || (point >= 0xd800 && point < 0xe000)) {
        return (void)Fail("no character has that escape");
      }
      text ? AppendUtf8(point, out) : out->push_back(static_cast<char>(point));
      at_ += 2 + digits;
    } else if (text && c == 'N') {
      Fail("characters are not looked up by name: write \\u and four hex digits");
    } else {
      out->push_back('\\');
      ++at_;
    }
  }

  PythonValue Number() {
    PythonValue value;
    const bool minus = Peek() == '-';
    if (minus || Peek() == '+') {
      ++at_;
      SkipSpace();
    }
    const size_t start = at_;
    while (IsNamePart(Peek()) || Peek() == '.' ||
           ((Peek() == '-' || Peek() == '+') && at_ > start && absl::ascii_tolower(text_[at_ - 1]) == 'e' &&
            text_.substr(start, 2) != "0x")) {
      ++at_;
    }
    std::string digits = absl::AsciiStrToLower(text_.substr(start, at_ - start));
    SkipSpace();
    if (!UnderscoresBetweenDigits(digits)) return Fail("no number is written like that");
    digits = absl::StrReplaceAll(digits, {{"_", ""}});
    if (ReadInt(digits, &value.number)) {
      value.kind = Kind::kInt;
      if (minus) value.number = -value.number;
    } else if (digits.find_first_not_of("0123456789.e+-") == std::string::npos &&
               absl::SimpleAtod(digits, &value.real)) {
      if (digits.find_first_of(".e") == std::string::npos)
        return Fail("that integer is too large, or begins with a zero");
      value.kind = Kind::kFloat;
      if (minus) value.real = -value.real;
    } else {
      return Fail("no number is written like that");
    }
    return value;
  }

  static bool UnderscoresBetweenDigits(const std::string& digits) {
    for (size_t at = digits.find('_'); at != std::string::npos; at = digits.find('_', at + 1)) {
      const bool after_base = at == 2 && digits[0] == '0' && absl::ascii_isalpha(digits[1]);
      if (at == 0 || at + 1 == digits.size() || !absl::ascii_isxdigit(digits[at + 1])) return false;
      if (!absl::ascii_isxdigit(digits[at - 1]) && !after_base) return false;
    }
    return true;
  }

  static bool ReadInt(const std::string& digits, int64_t* number) {
    const absl::string_view rest = absl::string_view(digits).substr(digits.size() < 2 ? digits.size() : 2);
    const absl::string_view base = absl::string_view(digits).substr(0, 2);
    if (base == "0x") {
      return rest.size() <= 15 && rest.find_first_not_of("0123456789abcdef") == absl::string_view::npos &&
             absl::SimpleHexAtoi(rest, number);
    }
    if (base == "0o" || base == "0b") {
      const int shift = base == "0o" ? 3 : 1;
      if (rest.empty() || rest.size() * shift > 62) return false;
      *number = 0;
      for (const char c : rest) {
        if (c < '0' || c >= '0' + (1 << shift)) return false;
        *number = *number << shift | (c - '0');
      }
      return true;
    }
    if (digits.find_first_not_of("0123456789") != std::string::npos) return false;
    if (digits.size() > 1 && digits[0] == '0' && digits.find_first_not_of('0') != std::string::npos) return false;
    return absl::SimpleAtoi(digits, number);
  }

  PythonValue Name() {
    PythonValue value;
    value.kind = Kind::kName;
    for (bool more = true; more;) {
      while (IsNamePart(Peek())) value.text.push_back(text_[at_++]);
      SkipSpace();
      more = Peek() == '.' && Skip('.');
      if (!more) break;
      if (!IsNameStart(Peek())) return Fail(kOnlyLiterals);
      value.text.push_back('.');
    }
    if (value.text == "None") value.kind = Kind::kNone;
    if (value.text == "True" || value.text == "False") {
      value.kind = Kind::kBool;
      value.number = value.text == "True";
    }
    return value;
  }

  const absl::string_view text_;
  size_t at_ = 0;
  std::string error_;
  size_t error_at_ = 0;
};

}  // namespace

PythonLiteral ParsePythonLiteral(absl::string_view text) { return Parser(text).Parse(); }

}  // namespace sshsync
