#ifndef SSHSYNC_BINDINGS_DIAGNOSTICS_H_
#define SSHSYNC_BINDINGS_DIAGNOSTICS_H_

#include <pybind11/pybind11.h>

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "sshsync/text/template_diagnostic.h"

namespace sshsync::python {

/// What there is to say about a template, as rows of the package's TemplateDiagnostic. Needs the GIL.
pybind11::list RemarksOf(absl::string_view text, const std::vector<TemplateDiagnostic>& remarks);

}  // namespace sshsync::python

#endif  // SSHSYNC_BINDINGS_DIAGNOSTICS_H_
