// Any bytes as a configuration: no crash, no hang, and what every report and every configuration that was accepted
// promises.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "sshsync/config/ini/ini.h"
#include "sshsync/config/settings.h"
#include "sshsync/text/escape.h"

namespace sshsync {
namespace {

void Expect(bool holds) {
  if (!holds) abort();
}

/// Values are pieces of the file, and know which.
void CheckPlaces(absl::string_view bytes) {
  DiagnosticCollector diagnostics("x", bytes);
  const IniFile ini = IniFile::Parse(bytes, diagnostics);
  for (const IniSection& section : ini.sections) {
    Expect(!section.name.empty() && section.place.line > 0);
    for (const IniEntry& entry : section.entries) {
      Expect(section.Find(entry.key) == &entry && ini.Lookup(section, entry.key) == &entry);
      for (const IniEntry::Segment& piece : entry.pieces)
        Expect(piece.offset <= entry.value.size() && piece.place.line >= entry.place.line);
      Expect(absl::StrContains(bytes, absl::string_view(entry.value).substr(0, entry.value.find('\n'))));
      ini.Interpolate(section, entry);
    }
  }
}

void CheckConfiguration(absl::string_view bytes) {
  const LoadedConfiguration loaded = ReadConfiguration("x", bytes);
  for (const ConfigDiagnostic& diagnostic : loaded.diagnostics) {
    const std::string line = Render(diagnostic);
    Expect(CleanForTerminal(line) == line && !diagnostic.message.empty());
    RenderWithCaret(diagnostic);
  }
  if (!loaded.ok()) return;
  for (const Repository& repository : loaded.configuration.repositories) {
    Expect(repository.path.size() > 1 && repository.path[0] == '/' && !absl::StrContains(repository.path, "/../"));
    Expect(!absl::StartsWith(repository.endpoint.host, "-") && !absl::StartsWith(repository.endpoint.user, "-"));
    Expect(repository.endpoint.transport == Transport::kLocal || !repository.endpoint.host.empty());
    Expect(repository.is_root() || loaded.configuration.Find(repository.parent) != nullptr);
  }
}

}  // namespace
}  // namespace sshsync

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view bytes(reinterpret_cast<const char*>(data), size);
  sshsync::CheckPlaces(bytes);
  sshsync::CheckConfiguration(bytes);
  return 0;
}
