#include <pybind11/stl.h>

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "bindings/bindings.h"
#include "bindings/convert.h"
#include "bindings/exceptions.h"
#include "sshsync/plan/diff.h"
#include "sshsync/plan/listing.h"
#include "sshsync/text/filter.h"

namespace sshsync::python {
namespace {

namespace py = pybind11;
using namespace py::literals;

Digest DigestOf(const std::string& text) {
  if (const auto digest = Digest::FromHex(text)) return *digest;
  const std::vector<std::string> words = absl::StrSplit(text, ' ');
  return words.size() == 2 ? Digest::FromCrc(words[0], words[1]).value_or(Digest()) : Digest();
}

// Rows (path, digest, size), sorted by the bytes of their paths, each once.
Manifest ManifestOf(const py::list& rows) {
  Manifest manifest;
  manifest.files.reserve(rows.size());
  for (const py::handle row : rows) {
    const auto values = py::reinterpret_borrow<py::tuple>(row);
    FileEntry entry{.path = BytesOf(values[0])};
    entry.digest = DigestOf(values[1].cast<std::string>());
    entry.stat.size = values[2].cast<int64_t>();
    manifest.files.push_back(std::move(entry));
  }
  std::sort(manifest.files.begin(), manifest.files.end(), ByPath());
  return manifest;
}

// (action, path) of what a child lacks, and the counts: keeps, bytes, extra.
py::tuple DiffOf(const py::list& parent_rows, const py::list& child_rows, const std::vector<py::str>& filter_lines) {
  std::vector<std::string> lines;
  for (const py::str& line : filter_lines) lines.push_back(BytesOf(line));
  const Filter filter = ValueOrRaise(Filter::Parse(lines));
  const Manifest parent = ManifestOf(parent_rows);
  const Manifest child = ManifestOf(child_rows);
  const Plan plan = Diff(parent, child, [&filter](absl::string_view path) { return !filter.Selects(path); });
  py::list items;
  for (const PlanItem& item : plan.items)
    items.append(py::make_tuple(std::string(ActionName(item.action)), ToFsStr(item.path())));
  return py::make_tuple(items, plan.keeps, plan.bytes, plan.extra);
}

py::tuple Listed(const std::string& output, const std::vector<py::str>& given) {
  std::vector<std::string> roots;
  for (const py::str& root : given) roots.push_back(BytesOf(root));
  const Listing listing = ParseListing(output, roots);
  py::list paths, refused;
  for (const std::string& path : listing.paths) paths.append(ToFsStr(path));
  for (const RefusedPath& path : listing.refused) refused.append(py::make_tuple(ToFsStr(path.path), path.reason));
  return py::make_tuple(paths, refused);
}

}  // namespace

void BindPlan(py::module_& module) {
  module.def("diff", &DiffOf, "parent"_a, "child"_a, "filter"_a);
  module.def("parse_listing", &Listed, "output"_a, "roots"_a);
}

}  // namespace sshsync::python
