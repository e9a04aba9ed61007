#include "sshsync/config/entry_reader.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "sshsync/text/pattern.h"

namespace sshsync {

constexpr absl::string_view kNode = "${NODE}";

absl::optional<EntryReader::Value> EntryReader::Fetch(absl::string_view key) {
  const IniEntry* entry = file_.Lookup(section_, key);
  if (entry == nullptr) return absl::nullopt;
  IniText text = file_.Interpolate(section_, *entry);
  const SourceLocation place = entry->PlaceOf(0);
  if (!text.error.empty()) {
    const size_t colon = text.error.find(": ");
    diagnostics_.Error(text.place, absl::StrCat(key, " ", text.error.substr(0, colon)), text.error.substr(colon + 2));
    return absl::nullopt;
  }
  if (absl::StripAsciiWhitespace(text.text).empty()) return absl::nullopt;
  return Value{std::move(text.text), place, entry, text.literal, text.secret};
}

absl::optional<EntryReader::Value> EntryReader::GetTemplate(absl::string_view key) { return Fetch(key); }

absl::optional<EntryReader::Value> EntryReader::Get(absl::string_view key) {
  absl::optional<Value> value = Fetch(key);
  if (!value) return value;
  if (absl::StrContains(value->text, kNode)) {
    if (node_.empty()) {
      diagnostics_.Error(
          value->place, absl::StrCat("`", key, "` has ${NODE}, but [", Shown(section_.name), "] is no section of many"),
          "write the header as in `[node[01-20]]`, or remove ${NODE}");
      return absl::nullopt;
    }
    value->text = absl::StrReplaceAll(value->text, {{kNode, node_}});
    value->literal = false;
  }
  const absl::string_view stripped = absl::StripAsciiWhitespace(value->text);
  value->offset = static_cast<size_t>(stripped.data() - value->text.data());
  value->text = std::string(stripped);
  return value;
}

void EntryReader::Complain(absl::string_view key, const Value& value, const absl::Status& status) {
  const absl::string_view error = status.message();
  const absl::optional<size_t> offset = OffsetOf(status);
  if (offset && value.secret) {
    diagnostics_.Error(value.place, absl::StrCat(key, " (hidden) has a wrong line"), "write one without %(password)s");
    return;
  }
  const size_t colon = std::min(error.find(": "), error.size());
  const std::string shown = offset ? "" : value.secret ? "(hidden) " : absl::StrCat("`", Shown(value.text), "` ");
  diagnostics_.Error(offset && value.literal ? value.entry->PlaceOf(value.offset + *offset) : value.place,
                     absl::StrCat(key, " ", shown, error.substr(0, colon)),
                     std::string(error.substr(std::min(colon + 2, error.size()))));
}

EntryReader::SourceLocation EntryReader::PlaceOf(absl::string_view key) const {
  const IniEntry* entry = file_.Lookup(section_, key);
  return entry != nullptr ? entry->PlaceOf(0) : section_.place;
}

}  // namespace sshsync
