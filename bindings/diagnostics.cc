#include "bindings/diagnostics.h"

#include "bindings/convert.h"

namespace sshsync::python {
namespace {

namespace py = pybind11;

const char* KindName(TemplateDiagnostic::Kind kind) {
  switch (kind) {
    case TemplateDiagnostic::Kind::kSyntax:
      return "syntax";
    case TemplateDiagnostic::Kind::kQuoting:
      return "quoting";
    case TemplateDiagnostic::Kind::kRewritten:
      return "rewritten";
    case TemplateDiagnostic::Kind::kUnknown:
      return "unknown";
    case TemplateDiagnostic::Kind::kSecondParser:
      return "second_parser";
    case TemplateDiagnostic::Kind::kOptionLike:
      return "option_like";
    case TemplateDiagnostic::Kind::kMigration:
      return "migration";
  }
  return "syntax";
}

}  // namespace

py::list RemarksOf(absl::string_view text, const std::vector<TemplateDiagnostic>& remarks) {
  py::list result;
  for (const TemplateDiagnostic& one : remarks) {
    result.append(py::make_tuple(KindName(one.kind), std::string(LogLevelName(one.severity)), one.offset, one.length,
                                 ToStr(one.message), ToStr(one.remedy), ToStr(RenderDiagnostic(text, one))));
  }
  return result;
}

}  // namespace sshsync::python
