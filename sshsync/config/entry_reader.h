#ifndef SSHSYNC_CONFIG_ENTRY_READER_H_
#define SSHSYNC_CONFIG_ENTRY_READER_H_

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "sshsync/config/ini/diagnostic.h"
#include "sshsync/config/ini/ini.h"

namespace sshsync {

/// Reads the values of one section: inherited, interpolated, ${NODE} replaced, blanks around them gone; and turns what
/// a value's parser has against it into a diagnostic at the value's place. An empty value counts as not given, so that
/// a section can take back what [DEFAULT] says.
///
///     EntryReader reader(ini, section, "07", diagnostics);
///     reader.Take("port", repository.endpoint.port, ParsePort);
class EntryReader {
 public:
  using SourceLocation = DiagnosticCollector::SourceLocation;

  struct Value {
    std::string text;
    SourceLocation place;
    const IniEntry* entry = nullptr;
    bool literal = true;  ///< `text` is the entry's own, byte for byte, from `offset` on
    bool secret = false;
    size_t offset = 0;  ///< of `text` in the entry's value
  };

  /// `node` is empty for a section without a range. All must outlive the reader.
  EntryReader(const IniFile& file, const IniSection& section, absl::string_view node, DiagnosticCollector& diagnostics)
      : file_(file), section_(section), node_(node), diagnostics_(diagnostics) {}

  /// The value of `key`; nothing where it is absent, empty, or already complained about.
  absl::optional<Value> Get(absl::string_view key);

  /// The same for a template: ${NODE} stays, and so do the blanks.
  absl::optional<Value> GetTemplate(absl::string_view key);

  /// Stores what `parse` makes of the value of `key`; leaves `target` alone where there is none. True if it was stored.
  template <typename Target, typename Parse>
  bool Take(absl::string_view key, Target& target, Parse parse) {
    const absl::optional<Value> value = Get(key);
    if (!value) return false;
    auto parsed = parse(value->text);
    if (!parsed.ok()) {
      Complain(key, *value, parsed.status());
      return false;
    }
    target = *std::move(parsed);
    return true;
  }

  /// An error about a value, in the form that values.h describes; at its place in the value where it has an offset.
  void Complain(absl::string_view key, const Value& value, const absl::Status& status);

  /// The place of the value of `key`, of the section where there is none.
  SourceLocation PlaceOf(absl::string_view key) const;
  /// Whether the section or [DEFAULT] mentions the key at all.
  bool Has(absl::string_view key) const { return file_.Lookup(section_, key) != nullptr; }

  const IniSection& section() const { return section_; }
  const IniFile& file() const { return file_; }
  DiagnosticCollector& diagnostics() { return diagnostics_; }

 private:
  absl::optional<Value> Fetch(absl::string_view key);

  const IniFile& file_;
  const IniSection& section_;
  const std::string node_;
  DiagnosticCollector& diagnostics_;
};

}  // namespace sshsync

#endif  // SSHSYNC_CONFIG_ENTRY_READER_H_
