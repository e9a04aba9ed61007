// Any bytes as a template, and any bytes as values: no crash, no hang, and the promises that need no shell to be seen.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "sshsync/text/command_template.h"
#include "sshsync/text/escape.h"
#include "sshsync/text/shell_quote.h"
#include "sshsync/text/shell_scan.h"

namespace sshsync {
namespace {

void Expect(bool holds) {
  if (!holds) abort();
}

// Removing what Parse may add gives back what was there.
std::string WithoutQuotes(absl::string_view text) {
  std::string rest;
  for (const char c : text) {
    if (c != '"' && c != '\'') rest += c;
  }
  return rest;
}

void OneTemplate(absl::string_view text, absl::string_view value, const TemplateOptions& options) {
  for (const TemplateDiagnostic& diagnostic : CommandTemplate::Check(text, options)) {
    Expect(diagnostic.offset <= text.size() && diagnostic.offset + diagnostic.length <= text.size() + 1);
    RenderDiagnostic(text, diagnostic);
  }
  const auto command = CommandTemplate::Parse(text, options);
  if (!command.ok()) return;
  if (!options.original_quoting) Expect(WithoutQuotes(command->text()) == WithoutQuotes(text));
  // What was made safe once is safe: reading it again changes nothing.
  TemplateOptions again = options;
  again.original_quoting = false;
  const auto second = CommandTemplate::Parse(command->text(), again);
  Expect(second.ok() && second->text() == command->text() && second->variables() == command->variables());
  TemplateValues values;
  for (const absl::string_view name : command->variables()) values.Set(name, value);
  const auto bound = command->Bind(values);
  if (!bound.ok()) return;
  Expect(absl::EndsWith(bound->script(), command->text()));
  for (const char c : bound->display()) Expect(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f);
}

}  // namespace
}  // namespace sshsync

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view input(reinterpret_cast<const char*>(data), size);
  const size_t split = size == 0 ? 0 : data[0] % size;
  sshsync::TemplateOptions options;
  options.original_quoting = size > 1 && data[size - 1] % 2 == 1;
  options.any_names = size > 1 && data[size - 1] % 4 >= 2;
  sshsync::OneTemplate(input.substr(split), input.substr(0, split), options);
  sshsync::OneTemplate(input, "value", {});
  sshsync::ShellWordForAnyLogin(sshsync::OctalEscape(input));
  return 0;
}
