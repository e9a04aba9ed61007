#ifndef SSHSYNC_CONFIG_INI_INI_H_
#define SSHSYNC_CONFIG_INI_INI_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "sshsync/config/ini/diagnostic.h"

namespace sshsync {

/// One `key = value` of a file. The value is raw: lines joined by newlines, nothing interpolated.
struct IniEntry {
  using SourceLocation = DiagnosticCollector::SourceLocation;

  /// Where one physical line of the value begins: at `offset` of the value, and in the file.
  struct Segment {
    size_t offset = 0;
    SourceLocation place;
  };

  std::string key;  ///< in lower case
  std::string value;
  SourceLocation place;  ///< of the key
  std::vector<Segment> pieces;

  /// Where byte `offset` of the raw value stands in the file.
  SourceLocation PlaceOf(size_t offset) const;
};

/// One section with its own keys, in the order of the file.
struct IniSection {
  std::string name;
  IniEntry::SourceLocation place;
  std::vector<IniEntry> entries;
  std::vector<size_t> by_key;  ///< indexes of `entries`, sorted by key

  /// The section's own entry of that key (lower case); nullptr where there is none.
  const IniEntry* Find(absl::string_view key) const;
};

/// A value after interpolation.
struct IniText {
  std::string text;
  std::string error;               ///< what is wrong with a reference, as values.h puts it; empty if nothing is
  IniEntry::SourceLocation place;  ///< of that reference, wherever it stands
  bool literal = true;             ///< nothing was interpolated: offsets are those of the raw value
  bool secret = false;             ///< the key `password` contributed
};

/// A file in the dialect of Python's ConfigParser, as data: sections in order, and [DEFAULT]. It is a parser of our
/// own, not a library's, because files written for the original must mean the same to the byte, and because every key
/// and value keeps its place in the file.
///
/// What the dialect says: `[DEFAULT]` is inherited by all; the first `=` or `:` splits; keys are in any case; whole
/// lines starting with `#` or `;` are comments; a line indented deeper than its key continues the value; a value that
/// contains `%(` is interpolated with `%(key)s` and `%%`, any other `%` is a character. Two sections or keys of one
/// name are an error, as is a lone carriage return. Where Python takes what looks like a slip (`[a] junk`), this does
/// not. Bytes that are not UTF-8 are kept.
///
/// A plain value, safe to read from several threads.
///
///     DiagnosticCollector diagnostics("x.conf", bytes);
///     const IniFile ini = IniFile::Parse(bytes, diagnostics);
///     for (const IniSection& section : ini.sections) {
///       if (const IniEntry* host = ini.Lookup(section, "host")) Use(ini.Interpolate(section, *host).text);
///     }
struct IniFile {
  std::vector<IniSection> sections;  ///< without [DEFAULT]
  IniSection defaults;

  /// Reads `bytes`; every error goes to `diagnostics`, and what can be understood is in the result all the same.
  static IniFile Parse(absl::string_view bytes, DiagnosticCollector& diagnostics);

  /// The entry of `key` that counts in `section`: its own, else the one of [DEFAULT]; nullptr where there is none.
  const IniEntry* Lookup(const IniSection& section, absl::string_view key) const;

  /// The value of `entry` as `section` sees it. References go ten levels deep, results up to 1 MiB.
  IniText Interpolate(const IniSection& section, const IniEntry& entry) const;
};

}  // namespace sshsync

#endif  // SSHSYNC_CONFIG_INI_INI_H_
