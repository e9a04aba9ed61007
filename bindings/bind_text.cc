#include <pybind11/stl.h>

#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "bindings/bindings.h"
#include "bindings/convert.h"
#include "bindings/diagnostics.h"
#include "bindings/exceptions.h"
#include "sshsync/text/command_template.h"
#include "sshsync/text/filter.h"
#include "sshsync/text/shell_quote.h"

namespace sshsync::python {
namespace {

namespace py = pybind11;
using namespace py::literals;

// The variables that a template of Python's may name: those of the configuration, or the caller's own, which must
// outlive the template.
class Variables {
 public:
  explicit Variables(const py::object& given) {
    if (given.is_none()) return;
    own_ = true;
    for (const auto& [name, kind] : given.cast<py::dict>()) {
      names_.push_back(py::str(name));
      rows_.push_back({.name = names_.back(), .kind = KindOf(py::str(kind)), .meaning = ""});
    }
  }
  absl::Span<const TemplateVariable> rows() const { return own_ ? absl::MakeConstSpan(rows_) : TemplateVariables(); }

 private:
  static VariableKind KindOf(const std::string& kind) {
    if (kind == "absolute_path") return VariableKind::kAbsolutePath;
    if (kind == "relative_path") return VariableKind::kRelativePath;
    if (kind == "name") return VariableKind::kName;
    if (kind == "number") return VariableKind::kNumber;
    if (kind == "secret") return VariableKind::kSecret;
    throw py::value_error("a variable is absolute_path, relative_path, name, number or secret, not " + kind);
  }

  bool own_ = false;
  std::deque<std::string> names_;
  std::vector<TemplateVariable> rows_;
};

struct ParsedTemplate {
  std::unique_ptr<Variables> variables;
  std::unique_ptr<CommandTemplate> parsed;
};

TemplateOptions OptionsOf(const Variables& variables, const std::string& shell, bool original_quoting, bool any_names) {
  return {.original_quoting = original_quoting, .any_names = any_names, .shell = shell, .variables = variables.rows()};
}

py::list Check(const py::str& text, const std::string& shell, bool original_quoting, bool any_names,
               const py::object& given) {
  const Variables variables(given);
  const std::string bytes = BytesOf(text);
  return RemarksOf(bytes, CommandTemplate::Check(bytes, OptionsOf(variables, shell, original_quoting, any_names)));
}

ParsedTemplate Parse(const py::str& text, const std::string& shell, bool original_quoting, bool any_names,
                     const py::object& given) {
  ParsedTemplate result{.variables = std::make_unique<Variables>(given)};
  result.parsed = std::make_unique<CommandTemplate>(ValueOrRaise(
      CommandTemplate::Parse(BytesOf(text), OptionsOf(*result.variables, shell, original_quoting, any_names))));
  return result;
}

py::tuple NamesOf(const std::vector<absl::string_view>& names) {
  py::list result;
  for (const absl::string_view name : names) result.append(ToFsStr(name));
  return result;
}

py::tuple Bind(const ParsedTemplate& self, const py::dict& given) {
  TemplateValues values;
  for (const auto& [name, value] : given)
    values.Set(std::string(py::str(name)), BytesOf(py::reinterpret_borrow<py::str>(value)));
  const BoundCommand bound = ValueOrRaise(self.parsed->Bind(values));
  return py::make_tuple(ToFsStr(bound.script()), ToStr(bound.display()), bound.shell());
}

}  // namespace

void BindText(py::module_& module) {
  module.def("check_template", &Check, "text"_a, "shell"_a, "original_quoting"_a, "any_names"_a, "variables"_a);
  py::class_<ParsedTemplate>(module, "ParsedTemplate")
      .def(py::init(&Parse), "text"_a, "shell"_a, "original_quoting"_a, "any_names"_a, "variables"_a)
      .def_property_readonly("text", [](const ParsedTemplate& self) { return ToFsStr(self.parsed->text()); })
      .def_property_readonly("variables", [](const ParsedTemplate& self) { return NamesOf(self.parsed->variables()); })
      .def_property_readonly("second_parser_variables",
                             [](const ParsedTemplate& self) { return NamesOf(self.parsed->second_parser_variables()); })
      .def(
          "check_value",
          [](const ParsedTemplate& self, const std::string& variable, const py::str& value) {
            RaiseIfError(self.parsed->CheckValue(variable, BytesOf(value)));
          },
          "variable"_a, "value"_a)
      .def("bind", &Bind, "values"_a);
  py::class_<Filter>(module, "Filter")
      .def(py::init([](const std::vector<py::str>& given) {
             std::vector<std::string> lines;
             for (const py::str& line : given) lines.push_back(BytesOf(line));
             return ValueOrRaise(Filter::Parse(lines));
           }),
           "lines"_a)
      .def(
          "selects", [](const Filter& self, const py::str& path) { return self.Selects(BytesOf(path)); }, "path"_a);
  module.def(
      "shell_literal", [](const py::str& text) { return ToFsStr(ShellLiteral(BytesOf(text))); }, "text"_a);
}

}  // namespace sshsync::python
