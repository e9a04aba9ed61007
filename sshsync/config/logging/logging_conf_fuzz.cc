// Any bytes as a logging.conf: no crash, no hang, and what is accepted can be rendered.

#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "sshsync/config/logging/logging_conf.h"
#include "sshsync/config/logging/python_literal.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view bytes(reinterpret_cast<const char*>(data), size);
  sshsync::DiagnosticCollector diagnostics("logging.conf", bytes);
  const sshsync::LoggingConf conf = sshsync::ReadLoggingConf(bytes, diagnostics);
  for (const sshsync::ConfigDiagnostic& diagnostic : diagnostics.Take()) {
    if (RenderWithCaret(diagnostic).empty()) abort();
  }
  sshsync::LogFields fields;
  fields.message = "caf\xc3\xa9";
  for (const sshsync::LoggingHandler& handler : conf.handlers) handler.format.Render(fields);

  const sshsync::PythonLiteral literal = sshsync::ParsePythonLiteral(bytes);
  if (literal.offset > size) abort();
  if (const auto format = sshsync::LogFormat::Parse(bytes, bytes); format.ok()) format->Render(fields);
  return 0;
}
