#ifndef SSHSYNC_TEXT_SHELL_SCANNER_H_
#define SSHSYNC_TEXT_SHELL_SCANNER_H_

#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "sshsync/text/shell_scan.h"

// The lexer behind ScanShell; nobody else includes this. Commands are in shell_scan.cc, what words are made of in
// shell_scan_words.cc.
namespace sshsync {

inline bool IsNameStart(char c) { return absl::ascii_isalpha(static_cast<unsigned char>(c)) || c == '_'; }
inline bool IsNameByte(char c) { return IsNameStart(c) || absl::ascii_isdigit(static_cast<unsigned char>(c)); }
inline bool IsBlank(char c) { return c == ' ' || c == '\t'; }
inline bool EndsWord(char c) {
  return IsBlank(c) || c == '\n' || absl::string_view(";&|()<>").find(c) != absl::string_view::npos;
}

// The result under construction, shared by the scanners of the text and of the back-tick strings inside it.
struct ScanInProgress : ShellScan {
  std::vector<ShellContext> contexts;
  int word = -1;      // that expansions belong to
  int outer = -1;     // expansion whose operand is read
  bool mute = false;  // what is read is no text of the word
  int depth = 0;
  size_t steps_left = 0;
};

// Scans one text: the script, or the content of a back-tick string, whose bytes `places` leads back to the script.
class ShellScanner {
 public:
  ShellScanner(absl::string_view text, const std::vector<size_t>* places, ScanInProgress* scan)
      : text_(text), end_(text.size()), places_(places), scan_(scan) {}

  enum class Until { kEnd, kParenthesis, kCaseItem };
  void List(Until until);

 private:
  struct HereDocument {
    std::string delimiter;
    bool strip_tabs, quoted;
    int command;
    size_t offset;
  };
  struct Compound {
    absl::string_view keyword;
    size_t offset;
    size_t first_command;
  };
  // Where a list stands: the command that gets the next word, and the pipeline it is a part of.
  struct Position {
    int command = -1;
    bool at_start = true;      // the next word is a command's name or a keyword
    absl::string_view header;  // `for` or `function` whose name is to come
    size_t pipeline = 0;       // first command of the pipeline
    bool piped = false;
    std::vector<Compound> compounds;
  };
  // Puts a context around what is scanned while it lives.
  class Inside {
   public:
    Inside(ScanInProgress* scan, ShellContext context) : scan_(scan) {
      scan->contexts.push_back(context), ++scan->depth;
    }
    ~Inside() { scan_->contexts.pop_back(), --scan_->depth; }

   private:
    ScanInProgress* scan_;
  };

  bool AtEnd() const { return pos_ >= end_; }
  char Peek(size_t ahead = 0) const { return pos_ + ahead < end_ ? text_[pos_ + ahead] : '\0'; }
  bool Sees(absl::string_view bytes) const { return absl::StartsWith(text_.substr(pos_, end_ - pos_), bytes); }
  bool SeesWord(absl::string_view word) const {
    return Sees(word) && (pos_ + word.size() >= end_ || EndsWord(text_[pos_ + word.size()]));
  }
  size_t Place(size_t pos) const { return places_ == nullptr ? pos : (*places_)[pos]; }
  void Problem(size_t pos, absl::string_view message) { scan_->problems.push_back({Place(pos), std::string(message)}); }
  bool Allowed();
  void Append(char c) {
    if (scan_->word >= 0 && !scan_->mute) scan_->words[scan_->word].text += c;
  }

  // Commands and their words.
  int Command(Position* position);
  void EndCommand(Position* position);
  void Operator(Position* position);
  void Word(Position* position);
  bool Keyword(Position* position, absl::string_view word);
  void Close(Position* position, absl::string_view closer);
  void Case(int command, size_t begin);
  bool CaseItem(int command);
  void Condition(int command, size_t begin);
  void Redirection(Position* position);
  void HereDocumentStart(int command);
  void HereDocuments();
  int BeginWord(ShellWord::Kind kind, int command);
  void EndWord(int word);
  int WordOf(ShellWord::Kind kind, int command);
  void AddArgument(int command, int word);
  void WordParts();
  void SkipBlanks();
  void SkipLines();

  // Parts of words.
  void Backslash();
  void Single();
  void AnsiQuoted();
  void Double();
  void Dollar();
  void Parameter();
  void Operand(size_t begin, ShellContext context, int expansion);
  void Substitution(size_t opening);
  bool Arithmetic(size_t opening);
  void Backtick();
  int Expansion(size_t begin, absl::string_view name);
  void Mentions(size_t begin, size_t end, ShellContext context, int quoted);

  const absl::string_view text_;
  size_t end_;
  const std::vector<size_t>* const places_;
  ScanInProgress* const scan_;
  size_t pos_ = 0;
  bool in_double_ = false;  // inside "..." or a here-document, not counting what a $( ) or ` ` puts between
  std::vector<HereDocument> pending_;
};

}  // namespace sshsync

#endif  // SSHSYNC_TEXT_SHELL_SCANNER_H_
